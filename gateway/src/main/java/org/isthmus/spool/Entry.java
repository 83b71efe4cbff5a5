// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What memory holds of a queued message: where it stands on the disk, and which recipients are settled. Immutable; some 64 bytes, more only for messages that
/// were settled in part or that have more than 64 recipients.
final class Entry {
    private static final Place[] NONE = {};
    /// Reckoned for a block of states when segments are weighed; the truth is not needed.
    private static final int STATES = 200;

    private final long id;
    private final Segment segment;
    private final int offset;
    private final int length;
    private final int count;
    private final long octets;
    private final boolean apart;
    private final long settled;
    private final long @Nullable [] more;
    private final Place[] chain;

    private Entry(
            long id, Segment segment, int offset, int length, int count, long octets, boolean apart, long settled, long @Nullable [] more, Place[] chain) {
        this.id = id;
        this.segment = segment;
        this.offset = offset;
        this.length = length;
        this.count = count;
        this.octets = octets;
        this.apart = apart;
        this.settled = settled;
        this.more = more;
        this.chain = chain;
    }

    /// @param offset of its block in the segment's file
    /// @param length of the block
    /// @param octets of the content, wherever it stands
    /// @param apart the content has a file of its own
    static Entry of(long id, Segment segment, int offset, int length, int count, long octets, boolean apart) {
        return new Entry(id, segment, offset, length, count, octets, apart, 0, count > 64 ? new long[count + 63 >> 6] : null, NONE);
    }

    long id() {
        return id;
    }

    Segment segment() {
        return segment;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    int count() {
        return count;
    }

    long octets() {
        return octets;
    }

    boolean apart() {
        return apart;
    }

    /// Blocks with states behind that of the message, in order.
    Place[] chain() {
        return chain;
    }

    boolean isSettled(int recipient) {
        return more == null ? (settled >>> recipient & 1) != 0 : (more[recipient >> 6] >>> recipient & 1) != 0;
    }

    /// All recipients are settled.
    boolean isGone() {
        int bits = Long.bitCount(settled);
        if (more != null) {
            for (long word : more) {
                bits += Long.bitCount(word);
            }
        }
        return bits == count;
    }

    /// With new states of some recipients, and more recipients.
    /// @param all the block has the states of all recipients
    Entry settle(int[] numbers, boolean[] ended, int newCount, Place place) {
        long one = settled;
        long[] many = newCount > 64 ? Arrays.copyOf(more == null ? new long[] {settled} : more, newCount + 63 >> 6) : null;
        long seen = 0;
        for (int i = 0; i < numbers.length; i++) {
            long bit = 1L << numbers[i];
            seen |= bit;
            if (many != null) {
                many[numbers[i] >> 6] = ended[i] ? many[numbers[i] >> 6] | bit : many[numbers[i] >> 6] & ~bit;
            } else {
                one = ended[i] ? one | bit : one & ~bit;
            }
        }
        boolean all = newCount < 64 && seen == (1L << newCount) - 1;
        return new Entry(id, segment, offset, length, newCount, octets, apart, many == null ? one : 0, many, append(place, all));
    }

    private Place[] append(Place place, boolean all) {
        int kept = chain.length;
        while (all && kept > 0 && !chain[kept - 1].adds()) {
            kept--;
        }
        Place[] longer = Arrays.copyOf(chain, kept + 1);
        longer[kept] = place;
        return longer;
    }

    /// With everything in one new block.
    Entry moved(Segment to, int newOffset, int newLength) {
        return new Entry(id, to, newOffset, newLength, count, octets, apart, settled, more, NONE);
    }

    /// With all states in one new block.
    Entry stated(Place place) {
        return new Entry(id, segment, offset, length, count, octets, apart, settled, more, new Place[] {place});
    }

    /// With just these recipients settled, as a block says.
    /// @param place of that block; null if it is the message's own
    Entry settled(int newCount, int[] numbers, @Nullable Place place) {
        boolean[] ended = new boolean[numbers.length];
        Arrays.fill(ended, true);
        Entry none = new Entry(id, segment, offset, length, newCount, octets, apart, 0, newCount > 64 ? new long[newCount + 63 >> 6] : null, NONE);
        Entry bits = none.settle(numbers, ended, newCount, new Place(segment, offset, false));
        return new Entry(id, segment, offset, length, newCount, octets, apart, bits.settled, bits.more, place == null ? NONE : new Place[] {place});
    }

    /// Counts its places in their segments, or takes them off.
    void refer(int sign) {
        segment.refer(sign, (long) sign * length);
        for (Place place : chain) {
            place.segment().refer(sign, (long) sign * STATES);
        }
    }

    boolean hasStatesAt(Segment where, int at) {
        for (Place place : chain) {
            if (place.segment() == where && place.offset() == at) {
                return true;
            }
        }
        return false;
    }
}
