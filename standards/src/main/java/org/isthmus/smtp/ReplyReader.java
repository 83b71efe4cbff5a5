// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// Reads a server's replies, whatever it sends. RFC 5321 §4.2.1.
///
/// | what comes | what becomes of it |
/// |---|---|
/// | a line longer than 4 KiB | its rest is dropped |
/// | more than 200 lines | the rest is read and dropped |
/// | more than 64 KiB | problem: nothing sensible ends so late |
/// | lines with differing codes, codes outside 200 to 599, no code | problem |
/// | lines that end with LF alone | tolerated: only the reading client could be hurt |
/// | an enhanced status of another class than the code | it stays in the text |
/// | octets that are no UTF-8, control characters | {@code ?} |
///
/// After a problem the connection is of no further use.
public final class ReplyReader {
    private static final int LINE_LIMIT = 4096;
    private static final int LINES_LIMIT = 200;
    private static final int TOTAL_LIMIT = 65536;

    private final InputStream in;
    private final byte[] buffer = new byte[2048];
    private int at;
    private int end;
    private byte[] line = new byte[256];

    public ReplyReader(InputStream in) {
        this.in = in;
    }

    /// Whether octets have arrived that no reply has taken yet: after the last expected reply, they are unsolicited.
    public boolean hasBuffered() {
        return at < end;
    }

    /// The next reply, complete.
    /// @throws java.io.EOFException if the connection ends before the reply does
    /// @throws SyntaxProblem if this is no reply; its message tells what came
    public Reply read() throws IOException, SyntaxProblem {
        List<String> texts = new ArrayList<>(4);
        int code = 0;
        int total = 0;
        boolean last = false;
        while (!last) {
            int length = readLine(TOTAL_LIMIT - total);
            int taken = Math.abs(length);
            total += taken;
            if (length < 0) {
                throw new SyntaxProblem("reply longer than 64 KiB", total);
            }
            int kept = Math.min(keptLength(taken), LINE_LIMIT);
            int here = code(kept);
            if (code != 0 && here != code) {
                throw new SyntaxProblem("lines with different codes in one reply: " + code + " and " + here, total);
            }
            code = here;
            last = kept == 3 || line[3] != '-';
            if (texts.size() < LINES_LIMIT) {
                texts.add(kept <= 4 ? "" : decode(4, kept));
            }
        }
        return withStatus(code, texts);
    }

    /// Reads up to and with LF into {@link #line}, as much as fits there.
    /// @return octets taken from the stream; negative if the limit was reached before the line ended
    private int readLine(int limit) throws IOException {
        int taken = 0;
        while (taken < limit) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer, 0, buffer.length));
                if (end == 0) {
                    throw new EOFException("connection closed by the server");
                }
            }
            byte octet = buffer[at++];
            keep(taken++, octet);
            if (octet == '\n') {
                return taken;
            }
        }
        return -Math.max(1, taken);
    }

    private void keep(int index, byte octet) {
        if (index >= LINE_LIMIT) {
            return;
        }
        if (index == line.length) {
            line = java.util.Arrays.copyOf(line, line.length * 2);
        }
        line[index] = octet;
    }

    /// Without the line's end. A line that was too long has lost its end anyway.
    private int keptLength(int taken) {
        if (taken > LINE_LIMIT) {
            return LINE_LIMIT;
        }
        int length = taken - 1;
        while (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return length;
    }

    private int code(int length) throws SyntaxProblem {
        boolean good = length >= 3 && (length == 3 || line[3] == ' ' || line[3] == '-' || line[3] == '\t');
        int code = 0;
        for (int i = 0; good && i < 3; i++) {
            good = Characters.digit((char) line[i]);
            code = code * 10 + line[i] - '0';
        }
        if (!good || code < 200 || code > 599) {
            throw new SyntaxProblem("not an SMTP reply: \"" + decode(0, Math.min(length, 120)) + "\"", 0);
        }
        return code;
    }

    private String decode(int from, int to) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE).replaceWith("?");
        CharBuffer text = CharBuffer.allocate(to - from);
        decoder.decode(ByteBuffer.wrap(line, from, to - from), text, true);
        text.flip();
        StringBuilder harmless = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.get(i);
            harmless.append(c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c);
        }
        return harmless.toString();
    }

    /// Takes the enhanced status off the texts. RFC 2034 §4: it stands at the start of every line; the first one counts.
    private static Reply withStatus(int code, List<String> texts) {
        EnhancedStatus status = null;
        List<String> lines = new ArrayList<>(texts.size());
        for (String text : texts) {
            EnhancedStatus here = statusOf(code, text);
            if (status == null) {
                status = here;
            }
            lines.add(here != null && here.equals(status) ? rest(text) : text);
        }
        return new Reply(code, status, lines);
    }

    private static String rest(String text) {
        int blank = text.indexOf(' ');
        return blank < 0 ? "" : text.substring(blank + 1).stripLeading();
    }

    private static @Nullable EnhancedStatus statusOf(int code, String text) {
        int blank = text.indexOf(' ');
        String word = blank < 0 ? text : text.substring(0, blank);
        if (word.length() > 9 || word.length() < 5) {
            return null;
        }
        EnhancedStatus status = EnhancedStatus.parse(word).orElse(null);
        return status != null && status.kind().digit() == code / 100 ? status : null;
    }
}
