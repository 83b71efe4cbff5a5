// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads header fields out of a message. It ends where {@link HeaderScanner} does: at the empty line, or before the first line that is no field.
public final class HeaderReader {
    private static final int FIELD_LIMIT = 10_000;

    private HeaderReader() {}

    /// Reads the header at the start of a stream, which is read up to {@code limit} octets and not closed.
    public static Header read(InputStream content, int limit) throws IOException {
        byte[] start = content.readNBytes(limit);
        return read(start, 0, start.length);
    }

    /// Reads the header at the start of a range. Lines may end with LF alone, as they do within returned content.
    public static Header read(byte[] content, int from, int to) {
        List<HeaderField> fields = new ArrayList<>();
        int fieldStart = from;
        int at = from;
        boolean complete = false;
        while (at < to && fields.size() < FIELD_LIMIT) {
            int lineEnd = lineEnd(content, at, to);
            boolean blank = content[at] == ' ' || content[at] == '\t';
            boolean continues = blank && (at > fieldStart || !fields.isEmpty());
            if (!continues) {
                if (at > fieldStart) {
                    fields.add(field(content, fieldStart, at));
                    fieldStart = at;
                }
                if (isEmpty(content, at, lineEnd) || colon(content, at, lineEnd) < 0) {
                    complete = true;
                    break;
                }
            }
            at = lineEnd;
        }
        boolean open = !complete && fieldStart < at;
        if (open && fields.size() < FIELD_LIMIT) {
            fields.add(field(content, fieldStart, at));
        }
        return new Header(fields, (open ? at : fieldStart) - from, complete);
    }

    private static int lineEnd(byte[] content, int at, int to) {
        int i = at;
        while (i < to && content[i] != '\n') {
            i++;
        }
        return Math.min(to, i + 1);
    }

    private static boolean isEmpty(byte[] content, int at, int lineEnd) {
        int length = lineEnd - at;
        return (length == 1 && content[at] == '\n') || (length == 2 && content[at] == '\r' && content[at + 1] == '\n');
    }

    /// Where the colon of a field is; negative if the line begins with no field name.
    private static int colon(byte[] content, int at, int lineEnd) {
        int i = at;
        // RFC 6532 §3.2 has UTF-8 in bodies of fields, not in their names.
        while (i < lineEnd && content[i] > ' ' && content[i] != ':' && content[i] != 127) {
            i++;
        }
        boolean named = i > at;
        while (i < lineEnd && (content[i] == ' ' || content[i] == '\t')) {
            i++;
        }
        return named && i < lineEnd && content[i] == ':' ? i : -1;
    }

    private static HeaderField field(byte[] content, int from, int to) {
        int colon = colon(content, from, to);
        int end = to;
        if (end > colon + 1 && content[end - 1] == '\n') {
            end--;
            if (end > colon + 1 && content[end - 1] == '\r') {
                end--;
            }
        }
        String name = new String(content, from, colon - from, StandardCharsets.ISO_8859_1).strip();
        return new HeaderField(name, new String(content, colon + 1, end - colon - 1, StandardCharsets.ISO_8859_1));
    }
}
