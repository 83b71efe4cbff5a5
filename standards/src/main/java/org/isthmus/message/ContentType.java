// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// What a part is. RFC 2045 §5.1.
///
/// @param type {@code multipart/report}, in small letters
/// @param parameters by name in small letters; of one that comes twice the first counts
public record ContentType(String type, Map<String, String> parameters) {
    private static final ContentType PLAIN = new ContentType("text/plain", Map.of());

    public ContentType {
        parameters = Map.copyOf(parameters);
    }

    /// Reads the field as far as it can be understood; what is no type at all is plain text. RFC 2045 §5.2.
    public static ContentType parse(String text) {
        Cursor cursor = new Cursor(Comments.remove(text).strip());
        String type = token(cursor);
        boolean slash = cursor.skip('/');
        String subtype = token(cursor);
        if (type.isEmpty() || !slash || subtype.isEmpty()) {
            return PLAIN;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        try {
            while (skipTo(cursor)) {
                String name = token(cursor).toLowerCase(Locale.ROOT);
                cursor.skipWhiteSpace();
                cursor.expect('=');
                cursor.skipWhiteSpace();
                parameters.putIfAbsent(name, cursor.peek() == '"' ? quoted(cursor) : token(cursor));
            }
        } catch (SyntaxProblem e) {
            // What was understood so far is what counts.
        }
        return new ContentType((type + "/" + subtype).toLowerCase(Locale.ROOT), parameters);
    }

    private static boolean skipTo(Cursor cursor) {
        cursor.skipWhiteSpace();
        boolean more = cursor.skip(';');
        cursor.skipWhiteSpace();
        return more && !cursor.atEnd();
    }

    /// RFC 2045 §5.1 token; Field: boundaries with '/' and other specials are often not quoted.
    private static String token(Cursor cursor) {
        boolean value = cursor.position() > 0;
        return cursor.takeWhile(c -> Characters.visible(c) && "()<>@,;\"=".indexOf(c) < 0 && (value || c != '/'));
    }

    private static String quoted(Cursor cursor) throws SyntaxProblem {
        StringBuilder text = new StringBuilder();
        cursor.expect('"');
        while (!cursor.skip('"')) {
            char c = cursor.next();
            text.append(c == '\\' ? cursor.next() : c);
        }
        return text.toString();
    }
}
