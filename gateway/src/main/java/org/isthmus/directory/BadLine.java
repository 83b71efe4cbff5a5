// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A line that could not be used.
/// @param number from 1
/// @param problem what is wrong with it, in the operator's words
record BadLine(int number, String problem) {

    /// Bad lines of one file: the first ones, and how many there were.
    static final class Collection {
        private static final int SHOWN = 100;
        private final List<BadLine> first = new ArrayList<>();
        private int count;

        void add(int number, String problem) {
            count++;
            if (first.size() < SHOWN) {
                first.add(new BadLine(number, problem));
            }
        }

        List<BadLine> first() {
            return List.copyOf(first);
        }

        int count() {
            return count;
        }
    }

    /// The text of a line; null if its octets are not UTF-8.
    static @Nullable String text(byte[] octets, int from, int to) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /// A text short enough for a message.
    static String quote(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
