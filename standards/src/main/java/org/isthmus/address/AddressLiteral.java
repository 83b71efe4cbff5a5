// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// {@code [192.0.2.1]} or {@code [IPv6:2001:db8::1]}. RFC 5321 §4.1.3. General literals are refused: no other tag was ever standardised.
public record AddressLiteral(InetAddress address) implements Host {

    /// Parses a literal at the cursor, which must stand on the bracket.
    public static AddressLiteral parse(Cursor cursor) throws SyntaxProblem {
        cursor.expect('[');
        boolean six = cursor.skipIgnoringCase("IPv6:");
        String inside = cursor.takeWhile(c -> c != ']' && c > 32 && c < 127);
        InetAddress address = six ? inet6(cursor, inside) : inet4(cursor, inside);
        cursor.expect(']');
        return new AddressLiteral(address);
    }

    private static InetAddress inet4(Cursor cursor, String text) throws SyntaxProblem {
        String[] parts = text.split("\\.", -1);
        byte[] octets = new byte[4];
        boolean good = parts.length == 4;
        for (int i = 0; good && i < 4; i++) {
            good = !parts[i].isEmpty() && parts[i].length() <= 3 && parts[i].chars().allMatch(c -> c >= '0' && c <= '9')
                    && Integer.parseInt(parts[i]) <= 255;
            octets[i] = good ? (byte) Integer.parseInt(parts[i]) : 0;
        }
        if (!good) {
            throw cursor.problem("not an IPv4 address literal");
        }
        return fromOctets(cursor, octets);
    }

    private static InetAddress inet6(Cursor cursor, String text) throws SyntaxProblem {
        boolean plausible = text.length() <= 45 && text.indexOf(':') >= 0
                && text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
        if (!plausible) {
            throw cursor.problem("not an IPv6 address literal");
        }
        try {
            // ofLiteral never asks DNS; it may give an Inet4Address for a mapped form, which is the same host.
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw cursor.problem("not an IPv6 address literal");
        }
    }

    private static InetAddress fromOctets(Cursor cursor, byte[] octets) throws SyntaxProblem {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw cursor.problem("not an address");
        }
    }

    @Override
    public String text() {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? "[" + address.getHostAddress() + "]" : "[IPv6:" + groups(octets) + "]";
    }

    /// RFC 5952: without leading zeros, in small letters, the longest run of zero groups as "::". Never with the zone that Java appends to link-local addresses.
    private static String groups(byte[] octets) {
        int[] group = new int[8];
        for (int i = 0; i < 8; i++) {
            group[i] = (octets[2 * i] & 0xFF) << 8 | octets[2 * i + 1] & 0xFF;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group[i + run] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
            i += run;
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":").append(Integer.toHexString(group[i]));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
