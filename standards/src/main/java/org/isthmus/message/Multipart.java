// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// The parts of a multipart body. RFC 2046 §5.1.1. Reads one level, and no more than a hundred parts.
public final class Multipart {
    private static final int PART_LIMIT = 100;

    private Multipart() {}

    /// One part.
    ///
    /// @param header its own
    /// @param body still encoded
    public record Part(Header header, byte[] body) {
        public ContentType type() {
            return ContentType.parse(header.text("Content-Type"));
        }

        /// The body, its transfer encoding undone. RFC 2045 §6.
        public byte[] decoded() {
            return switch (header.text("Content-Transfer-Encoding").toLowerCase(Locale.ROOT)) {
                case "quoted-printable" -> QuotedPrintable.decode(body);
                case "base64" -> base64();
                default -> body;
            };
        }

        private byte[] base64() {
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException e) {
                return body;
            }
        }
    }

    /// Cuts a range into its parts. A last delimiter that is missing is taken as there.
    public static List<Part> parts(byte[] content, int from, int to, String boundary) {
        byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        int partStart = -1;
        int at = from;
        while (at < to && parts.size() < PART_LIMIT) {
            int next = nextLine(content, at, to);
            if (startsWith(content, at, next, delimiter)) {
                if (partStart >= 0) {
                    parts.add(part(content, partStart, beforeLineEnd(content, partStart, at)));
                }
                partStart = next;
                int behind = at + delimiter.length;
                if (behind + 1 < next && content[behind] == '-' && content[behind + 1] == '-') {
                    return parts;
                }
            }
            at = next;
        }
        if (partStart >= 0 && partStart < to && parts.size() < PART_LIMIT) {
            parts.add(part(content, partStart, to));
        }
        return parts;
    }

    private static Part part(byte[] content, int from, int to) {
        Header header = HeaderReader.read(content, from, to);
        int body = from + header.size();
        // The empty line behind the header belongs to neither.
        if (body < to && content[body] == '\r') {
            body++;
        }
        if (body < to && content[body] == '\n') {
            body++;
        }
        return new Part(header, java.util.Arrays.copyOfRange(content, Math.min(body, to), to));
    }

    private static int nextLine(byte[] content, int at, int to) {
        int i = at;
        while (i < to && content[i] != '\n') {
            i++;
        }
        return Math.min(to, i + 1);
    }

    /// RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter.
    private static int beforeLineEnd(byte[] content, int start, int at) {
        int end = at;
        if (end > start && content[end - 1] == '\n') {
            end--;
            if (end > start && content[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    /// The delimiter, and nothing behind it but the final dashes and white space.
    private static boolean startsWith(byte[] content, int at, int lineEnd, byte[] delimiter) {
        if (lineEnd - at < delimiter.length) {
            return false;
        }
        for (int i = 0; i < delimiter.length; i++) {
            if (content[at + i] != delimiter[i]) {
                return false;
            }
        }
        String rest = new String(content, at + delimiter.length, lineEnd - at - delimiter.length, StandardCharsets.ISO_8859_1).strip();
        return rest.isEmpty() || rest.equals("--");
    }
}
