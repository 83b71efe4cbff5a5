// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.isthmus.transit.Prints;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// A departure as {@value #SIZE} octets, all records alike long, so that a number finds one. The texts are cut to what has room.
///
/// | octets | what |
/// |---|---|
/// | 0-3 | CRC32C of all that follows |
/// | 4 | 1 if it went outward |
/// | 5 | pass |
/// | 6-7 | octets of the texts |
/// | 8-87 | moment (ms), uid, recipient, queue id, prints (Message-ID, From and Date, these and Subject, identity), body print (4), network (4), configuration |
/// | 88-223 | way, server, DNS answer in UTF-8, a zero between them |
final class LedgerRecord {
    static final int SIZE = 224;
    private static final int TEXT = 88;
    private static final int LONGEST_ROUTE = 40;
    private static final int LONGEST_SERVER = 44;

    private LedgerRecord() {}

    /// Writes one into its place.
    static void write(Departure departure, byte[] into, int at) {
        ByteBuffer out = ByteBuffer.wrap(into, at, SIZE);
        out.putInt(0).put((byte) (departure.outward() ? 1 : 0)).put((byte) Math.min(departure.pass(), 255)).putShort((short) 0);
        Prints prints = departure.prints();
        out.putLong(departure.at().toEpochMilli()).putLong(departure.uid()).putLong(departure.recipient()).putLong(departure.message().value());
        out.putLong(prints.messageId()).putLong(prints.fromDate()).putLong(prints.fromDateSubject()).putLong(prints.identity()).putInt(prints.body());
        out.putInt(departure.network()).putLong(departure.config());
        text(departure.route(), LONGEST_ROUTE, out);
        out.put((byte) 0);
        text(departure.server(), LONGEST_SERVER, out);
        out.put((byte) 0);
        text(departure.dns(), out.remaining(), out);
        Arrays.fill(into, out.position(), at + SIZE, (byte) 0);
        out.putShort(at + 6, (short) (out.position() - at - TEXT));
        out.putInt(at, sum(into, at));
    }

    private static void text(String text, int most, ByteBuffer out) {
        byte[] octets = text.replace('\0', ' ').getBytes(UTF_8);
        int length = Math.min(octets.length, most);
        // Not within a character.
        while (length < octets.length && length > 0 && (octets[length] & 0xc0) == 0x80) {
            length--;
        }
        out.put(octets, 0, length);
    }

    private static int sum(byte[] octets, int at) {
        CRC32C sum = new CRC32C();
        sum.update(octets, at + 4, SIZE - 4);
        return (int) sum.getValue();
    }

    /// @return null if it is broken or empty
    static @Nullable Departure read(byte[] octets, int at) {
        ByteBuffer in = ByteBuffer.wrap(octets);
        if (in.getInt(at) != sum(octets, at)) {
            return null;
        }
        in.position(at + 4);
        boolean outward = in.get() == 1;
        int pass = Byte.toUnsignedInt(in.get());
        int length = in.getShort();
        if (length < 0 || length > SIZE - TEXT) {
            return null;
        }
        Instant when = Instant.ofEpochMilli(in.getLong());
        long uid = in.getLong();
        long recipient = in.getLong();
        QueueId message = new QueueId(in.getLong());
        Prints prints = new Prints(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getInt());
        int network = in.getInt();
        long config = in.getLong();
        String[] texts = new String(octets, at + TEXT, length, UTF_8).split("\0", 3);
        return texts.length < 3 ? null : new Departure(when, uid, pass, outward, recipient, message, prints, network, config, texts[0], texts[1], texts[2]);
    }
}
