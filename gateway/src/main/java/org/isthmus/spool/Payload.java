// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.List;
import java.util.zip.CRC32C;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Settlement;

/// The payload of a record in the making: blocks, and at its end perhaps the content of the last one, which is not copied.
final class Payload {
    private static final byte[] NOTHING = {};

    private final ByteWriter out;
    private byte[] tail = NOTHING;
    private int tailLength;
    private int crc;

    Payload(int capacity) {
        out = new ByteWriter(capacity);
    }

    byte[] head() {
        return out.array();
    }

    int headLength() {
        return out.size();
    }

    byte[] tail() {
        return tail;
    }

    int tailLength() {
        return tailLength;
    }

    /// With zeros up to a multiple of eight.
    int length() {
        return out.size() + tailLength + 7 & ~7;
    }

    int padding() {
        return length() - out.size() - tailLength;
    }

    int crc() {
        return crc;
    }

    /// Ends the writing.
    Payload seal() {
        CRC32C sum = new CRC32C();
        sum.update(out.array(), 0, out.size());
        sum.update(tail, 0, tailLength);
        sum.update(new byte[padding()]);
        crc = (int) sum.getValue();
        return this;
    }

    /// A message without its content, or whose content has a file of its own.
    /// @return where the block begins
    int message(QueuedMessage message, long octets, boolean apart, int contentLength, int contentCrc) {
        int at = begin(BlockKind.MESSAGE, apart);
        out.u64(message.id().value());
        out.u64(octets);
        bits(message.states());
        out.u8(TransitWriter.VERSION);
        TransitWriter transit = new TransitWriter(out);
        transit.envelope(message.envelope());
        transit.origin(message.origin());
        transit.instant(message.accepted());
        transit.facts(message.facts());
        transit.passage(message.passage());
        transit.list(message.states(), transit::state);
        return end(at, contentLength, contentCrc);
    }

    /// Content of the block just written, copied.
    void content(byte[] content, int length) {
        out.raw(content, 0, length);
    }

    /// Content of the block just written, the last of the record; not copied, so that it must not change before it is durable.
    void lastContent(byte[] content, int length) {
        tail = content;
        tailLength = length;
    }

    /// New states of some recipients.
    /// @param count of recipients with those added
    int delta(long id, int count, List<Recipient> added, List<Settlement> settlements) {
        int at = begin(BlockKind.DELTA, false);
        out.u64(id);
        out.u32(count);
        out.flag(!added.isEmpty());
        out.number(settlements.size());
        for (Settlement settlement : settlements) {
            out.number(settlement.recipient() * 2L + (settlement.state() instanceof RecipientState.Settled ? 1 : 0));
        }
        out.u8(TransitWriter.VERSION);
        TransitWriter transit = new TransitWriter(out);
        transit.list(added, transit::recipient);
        settlements.forEach(settlement -> transit.state(settlement.state()));
        return end(at, 0, 0);
    }

    /// All states of a message.
    /// @param from the first recipient that does not stand in the message's own block
    int states(QueuedMessage message, int from) {
        int at = begin(BlockKind.STATES, false);
        out.u64(message.id().value());
        bits(message.states());
        out.u8(TransitWriter.VERSION);
        out.number(from);
        TransitWriter transit = new TransitWriter(out);
        transit.list(message.envelope().recipients().subList(from, message.states().size()), transit::recipient);
        transit.list(message.states(), transit::state);
        return end(at, 0, 0);
    }

    void facts(byte[] facts) {
        int at = begin(BlockKind.FACTS, false);
        out.raw(facts, 0, facts.length);
        end(at, 0, 0);
    }

    void gone(List<Blocks.Gone> gone) {
        int at = begin(BlockKind.GONE, false);
        for (Blocks.Gone one : gone) {
            out.u64(one.id());
            out.u64(one.life());
        }
        end(at, 0, 0);
    }

    void aborts(List<Blocks.Abort> aborts) {
        int at = begin(BlockKind.ABORT, false);
        for (Blocks.Abort one : aborts) {
            out.u64(one.life());
            out.u64(one.first());
            out.u64(one.last());
        }
        end(at, 0, 0);
    }

    private void bits(List<RecipientState> states) {
        out.u32(states.size());
        for (int i = 0; i < states.size(); i += 8) {
            int bits = 0;
            for (int j = i; j < Math.min(i + 8, states.size()); j++) {
                bits |= states.get(j) instanceof RecipientState.Settled ? 1 << j - i : 0;
            }
            out.u8(bits);
        }
    }

    private int begin(BlockKind kind, boolean apart) {
        int at = out.size();
        out.u8(kind.code());
        out.flag(apart);
        out.u8(0);
        out.u8(0);
        out.u64(0);
        out.u64(0);
        return at;
    }

    private int end(int at, int contentLength, int contentCrc) {
        int headLength = out.size() - at - Block.SIZE;
        out.u32At(at + 4, headLength);
        out.u32At(at + 8, contentLength);
        out.u32At(at + 12, contentCrc);
        out.u32At(at + 16, Checksum.of(out.array(), at, 16, out.array(), at + Block.SIZE, headLength));
        return at;
    }
}
