// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The inner loops of everything that looks at content octet by octet: eight at a time.
public final class Octets {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FOURTEENS = 0x0E0E0E0E0E0E0E0EL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Octets() {}

    /// The first CR, LF or NUL at or behind {@code from}, or {@code end} if there is none.
    public static int nextSpecial(byte[] b, int from, int end) {
        int i = from;
        while (true) {
            // Eight octets at a time: a high bit of the result is set for the lowest octet below 14, and for none if there is none.
            while (i + 8 <= end) {
                long word = (long) LONG.get(b, i);
                long low = (word - FOURTEENS) & ~word & HIGH_BITS;
                if (low != 0) {
                    i += Long.numberOfTrailingZeros(low) >>> 3;
                    break;
                }
                i += 8;
            }
            while (i < end && b[i] != '\r' && b[i] != '\n' && b[i] != 0) {
                i++;
                if ((i & 7) == 0) {
                    break;
                }
            }
            if (i >= end || b[i] == '\r' || b[i] == '\n' || b[i] == 0) {
                return i;
            }
        }
    }

    /// Whether an octet of this range is outside US-ASCII.
    public static boolean anyEightBit(byte[] b, int from, int end) {
        int i = from;
        for (; i + 8 <= end; i += 8) {
            if (((long) LONG.get(b, i) & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < end; i++) {
            if (b[i] < 0) {
                return true;
            }
        }
        return false;
    }
}
