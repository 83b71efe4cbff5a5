// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.isthmus.dsn.Letter.Returned;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.transit.Content;

/// What a report returns of the message. RFC 3461 §4.3.
final class ReturnedPart {
    /// RET=FULL is honoured for messages up to this size; of larger ones the header is returned, since a report must arrive.
    static final int WHOLE_LIMIT = 256 * 1024;
    /// Of a larger header, the fields that fit.
    static final int HEADER_LIMIT = 64 * 1024;

    private ReturnedPart() {}

    static Returned of(Content content, boolean whole) throws IOException {
        try (InputStream in = content.open()) {
            if (whole && content.size() <= WHOLE_LIMIT) {
                return new Returned.Whole(in.readNBytes(WHOLE_LIMIT));
            }
            byte[] start = in.readNBytes(HEADER_LIMIT);
            Header header = HeaderReader.read(start, 0, start.length);
            boolean cut = !header.complete() && content.size() > start.length;
            return new Returned.HeaderOnly(Arrays.copyOf(start, cut ? lastFieldStart(start, header.size()) : header.size()));
        }
    }

    /// Where the last field begins, which the limit has cut.
    private static int lastFieldStart(byte[] header, int size) {
        for (int i = size - 1; i >= 2; i--) {
            if (header[i - 1] == '\n' && header[i] != ' ' && header[i] != '\t') {
                return i;
            }
        }
        return 0;
    }
}
