// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.isthmus.trials.world.Chance;
import org.jspecify.annotations.Nullable;

/// A message that a client wants to have delivered. Its first header field carries its number, by which it is found again where it arrives, whatever fields were put before it.
///
/// @param from reverse-path without brackets, empty for the null one
public record Letter(String id, String from, List<String> to, byte[] content) {
    private static final String MARK = "X-Letter: ";

    public Letter {
        to = List.copyOf(to);
    }

    /// A letter of seeded text, with lines that begin with dots, empty lines and long lines.
    /// @param most how many lines at most
    public static Letter random(Chance chance, String id, String from, List<String> to, int most) {
        StringBuilder text = new StringBuilder();
        text.append(MARK).append(id).append("\r\nFrom: <").append(from.isEmpty() ? "daemon@nowhere.example" : from).append(">\r\nTo: ").append(String.join(", ", to.stream().map(one -> "<" + one + ">").toList()));
        text.append("\r\nDate: Tue, 01 Jan 2030 00:00:00 +0000\r\nMessage-ID: <").append(id).append("@letters.example>\r\nSubject: letter ").append(id).append("\r\n\r\n");
        long lines = chance.below(most + 1);
        for (long i = 0; i < lines; i++) {
            text.append(chance.oneOf("", ".", "..", ".hidden", "plain text", "From here", "x".repeat(900), "250 OK", "QUIT")).append("\r\n");
        }
        return new Letter(id, from, to, text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /// The hash by which the content is known: of everything from the number on.
    public String hash() {
        return hash(content, 0);
    }

    /// The hash of what arrived, if it is a letter; null if it carries no number in its header.
    public static @Nullable String hashOf(byte[] arrived) {
        int start = start(arrived);
        return start < 0 ? null : hash(arrived, start);
    }

    /// The number of the letter that arrived; null if it carries none in its header.
    public static @Nullable String idOf(byte[] arrived) {
        int start = start(arrived);
        if (start < 0) {
            return null;
        }
        String text = new String(arrived, start, Math.min(200, arrived.length - start), StandardCharsets.ISO_8859_1);
        return text.substring(MARK.length(), text.indexOf("\r\n"));
    }

    /// The number of the first letter that is mentioned anywhere, as in a report that carries its header; null if none is.
    public static @Nullable String mentioned(byte[] arrived) {
        String text = new String(arrived, StandardCharsets.ISO_8859_1);
        int start = text.indexOf("\r\n" + MARK);
        return start < 0 ? null : text.substring(start + 2 + MARK.length(), text.indexOf("\r\n", start + 2));
    }

    /// Whether it is one of the server's own letters to its postmaster, about a loop or another alert.
    public static boolean isAlert(byte[] arrived) {
        return new String(arrived, StandardCharsets.ISO_8859_1).contains("\r\nMessage-ID: <alert.");
    }

    private static int start(byte[] arrived) {
        String text = new String(arrived, StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n");
        int start = text.startsWith(MARK) ? 0 : text.indexOf("\r\n" + MARK);
        if (start < 0 || (body >= 0 && start > body)) {
            return -1;
        }
        return text.startsWith(MARK) ? 0 : start + 2;
    }

    private static String hash(byte[] bytes, int from) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, bytes.length - from);
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return "letter " + id + " from <" + from + "> to " + to + ", " + content.length + " bytes";
    }
}
