// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the server has said so far, reply by reply. Also watches that it says nothing that SMTP forbids.
final class Replies {
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private int taken;

    synchronized void add(byte[] from, int offset, int length) {
        octets.write(from, offset, length);
    }

    /// The next complete reply, its lines without CRLF; null if there is none yet.
    synchronized @Nullable List<String> next() {
        byte[] all = octets.toByteArray();
        List<String> lines = new ArrayList<>();
        int from = taken;
        for (int i = from; i < all.length; i++) {
            if (all[i] != '\n') {
                continue;
            }
            String line = new String(all, from, i - from, StandardCharsets.UTF_8);
            if (!line.endsWith("\r") || line.length() < 5 || line.indexOf('\r') < line.length() - 1 || line.indexOf('\0') >= 0) {
                throw new AssertionError("not a reply line: " + line);
            }
            lines.add(line.substring(0, line.length() - 1));
            from = i + 1;
            if (line.charAt(3) == ' ') {
                taken = from;
                return lines;
            }
        }
        return null;
    }

    /// What has been said and not yet heard.
    synchronized String rest() {
        byte[] all = octets.toByteArray();
        return new String(all, taken, all.length - taken, StandardCharsets.UTF_8);
    }
}
