// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import java.text.Normalizer;
import java.util.Locale;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// The left side of a mailbox, without its quotes: {@code "a b"@x} has the local part {@code a b}. Its case is kept and
/// significant (RFC 5321 §2.4), at most 64 octets (§4.5.3.1.1). Two spellings of the same content are equal.
public record LocalPart(String content) {
    private static final int LIMIT = 64;

    public LocalPart {
        if (content.length() > LIMIT || content.isEmpty() || holdsControl(content)) {
            throw new IllegalArgumentException("not a local part: " + content.length() + " characters");
        }
    }

    private static boolean holdsControl(String content) {
        for (int i = 0; i < content.length(); i++) {
            if (Character.isISOControl(content.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /// RFC 5321 §4.1.2 Local-part: a dot-string or a quoted string.
    public static LocalPart parse(Cursor cursor) throws SyntaxProblem {
        int start = cursor.position();
        String content = cursor.peek() == '"' ? quoted(cursor) : dotString(cursor);
        // Octets count, not characters: SMTPUTF8 local parts may have fewer of the one than of the other.
        if (content.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LIMIT) {
            throw new SyntaxProblem("local part longer than 64 octets", start);
        }
        if (content.isEmpty()) {
            throw new SyntaxProblem("empty local part", start);
        }
        return new LocalPart(content);
    }

    private static String dotString(Cursor cursor) throws SyntaxProblem {
        String content = cursor.takeWhile(c -> Characters.atext(c) || c == '.');
        if (content.isEmpty()) {
            throw cursor.problem("expected a local part");
        }
        if (content.startsWith(".") || content.endsWith(".") || content.contains("..")) {
            throw cursor.problem("misplaced dot in local part");
        }
        return content;
    }

    private static String quoted(Cursor cursor) throws SyntaxProblem {
        StringBuilder content = new StringBuilder();
        cursor.expect('"');
        while (!cursor.skip('"')) {
            char c = cursor.next();
            if (c == '\\') {
                c = cursor.next();
            }
            if (Character.isISOControl(c)) {
                throw cursor.problem("control character in quoted local part");
            }
            content.append(c);
        }
        return content.toString();
    }

    /// In small letters and, outside ASCII, in normalisation form C (RFC 6532 §3.1): equal for local parts that differ in nothing else.
    public String folded() {
        String lower = content.toLowerCase(Locale.ROOT);
        return Characters.ascii(lower) ? lower : Normalizer.normalize(lower, Normalizer.Form.NFC);
    }

    /// As it stands in an envelope: quoted only where it must be. RFC 5321 §4.1.2 asks for the simplest form.
    public String text() {
        boolean plain = !content.startsWith(".") && !content.endsWith(".") && !content.contains("..");
        for (int i = 0; plain && i < content.length(); i++) {
            plain = Characters.atext(content.charAt(i)) || content.charAt(i) == '.';
        }
        return plain ? content : "\"" + content.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public String toString() {
        return text();
    }
}
