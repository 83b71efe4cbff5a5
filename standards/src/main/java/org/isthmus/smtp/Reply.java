// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One reply of one or more lines. RFC 5321 §4.2, RFC 2034 §4. The texts carry neither code nor status; printing adds them to each line.
///
/// @param code 200 to 599
/// @param status of the same class as the code; none in greetings, EHLO answers and 3yz
public record Reply(int code, @Nullable EnhancedStatus status, List<String> lines) {
    /// RFC 5321 §4.5.3.1.5: a reply line with code and CRLF has at most 512 octets.
    private static final int LINE_LIMIT = 512;

    public Reply {
        lines = List.copyOf(lines);
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("no reply code: " + code);
        }
        if (status != null && status.kind().digit() != code / 100) {
            throw new IllegalArgumentException(code + " cannot carry " + status);
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reply has at least one line");
        }
    }

    public static Reply of(int code, String status, String text) {
        return new Reply(code, EnhancedStatus.of(status), List.of(text));
    }

    public static Reply of(int code, String text) {
        return new Reply(code, null, List.of(text));
    }

    public boolean isPositive() {
        return code < 400;
    }

    public boolean isTransient() {
        return code >= 400 && code < 500;
    }

    public boolean isPermanent() {
        return code >= 500;
    }

    /// All lines joined by a blank, with code and status once: the form for logs and Diagnostic-Code.
    public String text() {
        return code + (status == null ? "" : " " + status) + " " + String.join(" ", lines);
    }

    /// As it goes over the wire, in US-ASCII: what is not printable becomes {@code ?}.
    public byte[] bytes() {
        return bytes(false);
    }

    /// As it goes over the wire. Every line has at most 512 octets; longer texts are continued on the next line, if possible behind a blank.
    ///
    /// @param utf8 whether the client takes characters outside US-ASCII. RFC 6531 §3.7.4.2: only for SMTPUTF8
    public byte[] bytes(boolean utf8) {
        String head = status == null ? "" : status + " ";
        int room = LINE_LIMIT - 6 - head.length();
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        for (int i = 0; i < lines.size(); i++) {
            byte[] text = harmless(lines.get(i), utf8).getBytes(StandardCharsets.UTF_8);
            int from = 0;
            do {
                int to = pieceEnd(text, from, room);
                char separator = to == text.length && i == lines.size() - 1 ? ' ' : '-';
                out.writeBytes((Integer.toString(code) + separator + head).getBytes(StandardCharsets.US_ASCII));
                out.write(text, from, to - from);
                out.write('\r');
                out.write('\n');
                from = to;
            } while (from < text.length);
        }
        return out.toByteArray();
    }

    private static int pieceEnd(byte[] text, int from, int room) {
        if (text.length - from <= room) {
            return text.length;
        }
        for (int i = from + room; i > from + room / 2; i--) {
            if (text[i - 1] == ' ') {
                return i;
            }
        }
        int end = from + room;
        while ((text[end] & 0xC0) == 0x80) {
            end--;
        }
        return end;
    }

    private static String harmless(String text, boolean utf8) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean printable = c >= 32 && c < 127;
            boolean unicode = utf8 && c > 127 && !Character.isISOControl(c) && (c < 0xD800 || c > 0xDFFF);
            safe.appendCodePoint(printable || unicode ? c : c == '\t' ? ' ' : '?');
        });
        return safe.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
