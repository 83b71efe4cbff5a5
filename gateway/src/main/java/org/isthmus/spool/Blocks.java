// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;

/// What blocks say.
final class Blocks {
    private Blocks() {}

    /// All blocks of a payload.
    static List<Block> of(byte[] bytes, int at, int length) throws Damaged {
        List<Block> blocks = new ArrayList<>(3);
        int limit = at + length;
        int next = at;
        while (limit - next >= Block.SIZE) {
            Block block = Block.parse(bytes, next, limit);
            if (block.length() > limit - next || block.length() < 0) {
                throw new Damaged("a block that does not fit");
            }
            blocks.add(block);
            next += block.length();
        }
        for (; next < limit; next++) {
            if (bytes[next] != 0) {
                throw new Damaged("something behind the last block");
            }
        }
        return blocks;
    }

    /// The part of a MESSAGE or STATES block that the index needs.
    ///
    /// @param octets of the content; 0 in a STATES block
    /// @param numbers of all settled recipients
    record Summary(long id, long octets, int count, int[] settled) {}

    static Summary summary(Block block) throws Damaged {
        return summary(block.kind(), block.head());
    }

    private static Summary summary(BlockKind kind, ByteReader head) throws Damaged {
        long id = head.u64();
        long octets = kind == BlockKind.MESSAGE ? head.u64() : 0;
        int count = head.u32();
        if (count < 0 || octets < 0 || (count + 7L) / 8 > head.remaining()) {
            throw new Damaged("a message of " + count + " recipients");
        }
        int[] settled = new int[count];
        int found = 0;
        int bits = 0;
        for (int i = 0; i < count; i++) {
            if ((i & 7) == 0) {
                bits = head.u8();
            }
            if ((bits >> (i & 7) & 1) != 0) {
                settled[found++] = i;
            }
        }
        return new Summary(id, octets, count, Arrays.copyOf(settled, found));
    }

    /// The message of a MESSAGE block as it was when that was written.
    static QueuedMessage message(Block block) throws Damaged {
        ByteReader head = block.head();
        Summary summary = summary(BlockKind.MESSAGE, head);
        TransitReader in = new TransitReader(head, version(head));
        Envelope envelope = in.envelope();
        QueuedMessage message = message(summary, envelope, in);
        if (head.remaining() != 0) {
            throw new Damaged("a message with something behind it");
        }
        return message;
    }

    private static QueuedMessage message(Summary summary, Envelope envelope, TransitReader in) throws Damaged {
        var origin = in.origin();
        var accepted = in.instant();
        var facts = in.facts();
        var passage = in.passage(new QueueId(summary.id()));
        List<RecipientState> states = in.list(2, in::state);
        if (states.size() != summary.count() || envelope.recipients().size() != summary.count()) {
            throw new Damaged("a message with " + states.size() + " states for " + envelope.recipients().size() + " recipients");
        }
        return new QueuedMessage(new QueueId(summary.id()), envelope, origin, accepted, facts, passage, states);
    }

    /// The part of a DELTA block that the index needs.
    ///
    /// @param count of recipients with those added here
    /// @param numbers of recipients with new states
    /// @param ended for each of them: it is settled now
    record Delta(long id, int count, int[] numbers, boolean[] ended, boolean adds) {}

    static Delta delta(ByteReader head) throws Damaged {
        long id = head.u64();
        int count = head.u32();
        boolean adds = head.flag();
        int changes = head.count(1);
        int[] numbers = new int[changes];
        boolean[] ended = new boolean[changes];
        for (int i = 0; i < changes; i++) {
            int value = head.integer();
            numbers[i] = value >> 1;
            ended[i] = (value & 1) != 0;
            if (numbers[i] >= count) {
                throw new Damaged("a state of recipient " + numbers[i] + " of " + count);
            }
        }
        return new Delta(id, count, numbers, ended, adds);
    }

    /// The message with what a DELTA or STATES block says of it.
    static QueuedMessage apply(QueuedMessage before, Block block) throws Damaged {
        return switch (block.kind()) {
            case DELTA -> applyDelta(before, block.head());
            case STATES -> applyStates(before, block.head());
            case MESSAGE, FACTS, GONE, ABORT -> throw new Damaged("no block with states");
        };
    }

    private static QueuedMessage applyDelta(QueuedMessage before, ByteReader head) throws Damaged {
        Delta delta = delta(head);
        TransitReader in = new TransitReader(head, version(head));
        List<Recipient> recipients = new ArrayList<>(before.envelope().recipients());
        recipients.addAll(in.list(2, in::recipient));
        List<RecipientState> states = new ArrayList<>(before.states());
        while (states.size() < recipients.size()) {
            states.add(RecipientState.Waiting.from(before.accepted()));
        }
        if (delta.id() != before.id().value() || recipients.size() != delta.count()) {
            throw new Damaged("states of another message");
        }
        for (int number : delta.numbers()) {
            states.set(number, in.state());
        }
        return with(before, recipients, states);
    }

    private static QueuedMessage applyStates(QueuedMessage before, ByteReader head) throws Damaged {
        Summary summary = summary(BlockKind.STATES, head);
        TransitReader in = new TransitReader(head, version(head));
        int from = head.integer();
        if (from > before.envelope().recipients().size()) {
            throw new Damaged("states of another message");
        }
        List<Recipient> recipients = new ArrayList<>(before.envelope().recipients().subList(0, from));
        recipients.addAll(in.list(2, in::recipient));
        List<RecipientState> states = in.list(2, in::state);
        if (summary.id() != before.id().value() || recipients.size() != summary.count() || states.size() != summary.count()) {
            throw new Damaged("states of another message");
        }
        return with(before, recipients, states);
    }

    static QueuedMessage with(QueuedMessage before, List<Recipient> recipients, List<RecipientState> states) {
        return before.with(recipients, states);
    }

    private static int version(ByteReader head) throws Damaged {
        int version = head.u8();
        if (version < 1 || version > TransitWriter.VERSION) {
            throw new Damaged("a message of version " + version + ", which this version does not know");
        }
        return version;
    }

    /// What a FACTS block holds.
    static byte[] facts(Block block) {
        return Arrays.copyOfRange(block.bytes(), block.headAt(), block.headAt() + block.headLength());
    }

    /// @param life of the segment in which the message stood
    record Gone(long id, long life) {}

    static List<Gone> gone(Block block) throws Damaged {
        ByteReader head = block.head();
        List<Gone> gone = new ArrayList<>();
        while (head.remaining() > 0) {
            gone.add(new Gone(head.u64(), head.u64()));
        }
        return gone;
    }

    /// @param life of the segment
    /// @param first sequence that does not count
    /// @param last sequence that does not count
    record Abort(long life, long first, long last) {}

    static List<Abort> aborts(Block block) throws Damaged {
        ByteReader head = block.head();
        List<Abort> aborts = new ArrayList<>();
        while (head.remaining() > 0) {
            aborts.add(new Abort(head.u64(), head.u64(), head.u64()));
        }
        return aborts;
    }
}
