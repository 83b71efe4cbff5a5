// SPDX-License-Identifier: Apache-2.0
package org.isthmus.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the header that stands before everything else on a proxied connection. Total: whatever the octets are, the answer is a value, in time linear in them.
///
/// Strict where the protocol's text is: a v1 address in another spelling, a port with a leading zero, a v2 length too short for its family are wrong, and so is any
/// command or version that the text doesn't know. The extensions behind the addresses of v2 (TLVs) are passed over, but for their frame, which must be whole.
public final class ProxyHeader {
    /// The most octets of a v1 header, CRLF included.
    public static final int V1_LIMIT = 107;
    /// The most octets of a v2 header that are taken: 16, and what its length says. The text lets a receiver set a limit of 536 at least.
    public static final int V2_LIMIT = 16 + 4096;

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10};
    private static final byte[] WORD = "PROXY".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED = 16;

    private ProxyHeader() {}

    /// What was found.
    public sealed interface Finding {
        /// More octets are needed.
        record Unfinished() implements Finding {}

        /// Somebody's connection, handed on.
        /// @param source the client
        /// @param destination the address that it connected to
        /// @param length octets of the header; what lies behind is the client's
        record Client(InetSocketAddress source, InetSocketAddress destination, int length) implements Finding {}

        /// The proxy's own connection, or one whose ends it can't name in our terms: health checks (v2 LOCAL, v1 UNKNOWN), Unix sockets. The connection's real ends count.
        record Proxy(int length) implements Finding {}

        /// No header, or a wrong one. There is nothing to be answered: who knows who is there.
        /// @param problem for the operator
        record Wrong(String problem) implements Finding {}
    }

    private static final Finding UNFINISHED = new Finding.Unfinished();

    /// Reads what has come so far.
    /// @param octets the connection's first
    /// @param length how many have come
    public static Finding read(byte[] octets, int length) {
        int compared = Math.min(length, SIGNATURE.length);
        if (Arrays.equals(octets, 0, compared, SIGNATURE, 0, compared)) {
            return length < FIXED ? UNFINISHED : second(octets, length);
        }
        int word = Math.min(length, WORD.length);
        if (Arrays.equals(octets, 0, word, WORD, 0, word)) {
            return first(octets, length);
        }
        return new Finding.Wrong("no PROXY header");
    }

    // ---- version 2

    private static Finding second(byte[] octets, int length) {
        int version = (octets[12] & 0xf0) >> 4;
        int command = octets[12] & 0x0f;
        if (version != 2) {
            return new Finding.Wrong("PROXY version " + version);
        }
        if (command > 1) {
            return new Finding.Wrong("PROXY v2 with the unknown command " + command);
        }
        int behind = (octets[14] & 0xff) << 8 | (octets[15] & 0xff);
        int whole = FIXED + behind;
        if (whole > V2_LIMIT) {
            return new Finding.Wrong("a PROXY v2 header of " + whole + " octets");
        }
        if (length < whole) {
            return UNFINISHED;
        }
        return command == 0 ? new Finding.Proxy(whole) : handedOn(octets, whole);
    }

    private static Finding handedOn(byte[] octets, int whole) {
        int family = (octets[13] & 0xf0) >> 4;
        int transport = octets[13] & 0x0f;
        if (family > 3 || transport > 2) {
            return new Finding.Wrong("PROXY v2 with the unknown family " + family + " or transport " + transport);
        }
        if (family == 0 || transport == 0 || family == 3) {
            // The text: the receiver should ignore the address information then.
            return new Finding.Proxy(whole);
        }
        if (transport != 1) {
            return new Finding.Wrong("PROXY v2 for datagrams");
        }
        int size = family == 1 ? 4 : 16;
        int behind = FIXED + 2 * size + 4;
        if (whole < behind) {
            return new Finding.Wrong("PROXY v2 with " + (whole - FIXED) + " octets for its addresses, which need " + (behind - FIXED));
        }
        if (!framed(octets, behind, whole)) {
            return new Finding.Wrong("PROXY v2 with an extension that does not end where the header ends");
        }
        return new Finding.Client(
                socket(octets, FIXED, size, port(octets, FIXED + 2 * size)), socket(octets, FIXED + size, size, port(octets, FIXED + 2 * size + 2)), whole);
    }

    /// Whether types, lengths and values fill what is left.
    private static boolean framed(byte[] octets, int from, int end) {
        int at = from;
        while (at < end) {
            if (end - at < 3) {
                return false;
            }
            at += 3 + ((octets[at + 1] & 0xff) << 8 | (octets[at + 2] & 0xff));
        }
        return at == end;
    }

    private static int port(byte[] octets, int at) {
        return (octets[at] & 0xff) << 8 | (octets[at + 1] & 0xff);
    }

    private static InetSocketAddress socket(byte[] octets, int at, int size, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOfRange(octets, at, at + size)), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 octets are an address", e);
        }
    }

    // ---- version 1

    private static Finding first(byte[] octets, int length) {
        int most = Math.min(length, V1_LIMIT);
        int end = 0;
        while (end < most && octets[end] != '\n') {
            end++;
        }
        if (end == most) {
            return most == V1_LIMIT ? new Finding.Wrong("a PROXY v1 header that does not end") : UNFINISHED;
        }
        if (end == 0 || octets[end - 1] != '\r') {
            return new Finding.Wrong("a PROXY v1 header that ends without CRLF");
        }
        String[] words = new String(octets, 0, end - 1, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (!words[0].equals("PROXY") || words.length < 2) {
            return new Finding.Wrong("no PROXY header");
        }
        return switch (words[1]) {
            // What stands behind UNKNOWN is to be ignored.
            case "UNKNOWN" -> new Finding.Proxy(end + 1);
            case "TCP4", "TCP6" -> handedOn(words, end + 1);
            default -> new Finding.Wrong("PROXY v1 with an unknown family");
        };
    }

    private static Finding handedOn(String[] words, int length) {
        if (words.length != 6) {
            return new Finding.Wrong("PROXY v1 needs two addresses and two ports");
        }
        boolean six = words[1].equals("TCP6");
        InetAddress source = address(words[2], six);
        InetAddress destination = address(words[3], six);
        int from = port(words[4]);
        int to = port(words[5]);
        return source == null || destination == null || from < 0 || to < 0
                ? new Finding.Wrong("PROXY v1 with an address or a port that is none")
                : new Finding.Client(new InetSocketAddress(source, from), new InetSocketAddress(destination, to), length);
    }

    private static @Nullable InetAddress address(String text, boolean six) {
        boolean plain = !text.isEmpty() && text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || (six && (c == ':' || Character.digit(c, 16) >= 0) && c < 128));
        boolean fitting = plain && (six ? text.indexOf(':') >= 0 : dotted(text));
        try {
            return fitting ? InetAddress.ofLiteral(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Four numbers from 0 to 255, none with a leading zero.
    private static boolean dotted(String text) {
        String[] parts = text.split("\\.", -1);
        return parts.length == 4 && Arrays.stream(parts).allMatch(part -> number(part, 255) >= 0);
    }

    private static int port(String text) {
        return number(text, 65535);
    }

    /// -1 for what is no number up to the limit in its one spelling.
    private static int number(String text, int most) {
        boolean good = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9') && (text.length() == 1 || text.charAt(0) != '0');
        int value = good ? Integer.parseInt(text) : -1;
        return value <= most ? value : -1;
    }
}
