// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What has come over a connection and was not looked at yet.
final class LineBuffer {
    private byte[] bytes = new byte[0];

    void add(byte[] from, int count) {
        int before = bytes.length;
        bytes = Arrays.copyOf(bytes, before + count);
        System.arraycopy(from, 0, bytes, before, count);
    }

    /// The next line, without its CRLF; none if it is not complete.
    byte @Nullable [] line() {
        int end = text().indexOf("\r\n");
        byte[] line = end < 0 ? null : octets(end);
        if (line != null) {
            octets(2);
        }
        return line;
    }

    /// So many octets; none if they are not all there.
    byte @Nullable [] octets(int count) {
        if (bytes.length < count) {
            return null;
        }
        byte[] taken = Arrays.copyOf(bytes, count);
        bytes = Arrays.copyOfRange(bytes, count, bytes.length);
        return taken;
    }

    /// All of it, an octet a character.
    String text() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
