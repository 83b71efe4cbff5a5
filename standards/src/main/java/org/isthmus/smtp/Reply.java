// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One reply of one or more lines. RFC 5321 §4.2, RFC 2034 §4. The texts carry neither code nor status; printing adds them to each line.
///
/// @param code 200 to 599
/// @param status of the same class as the code; none in greetings, EHLO answers and 3yz
public record Reply(int code, @Nullable EnhancedStatus status, List<String> lines) {

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

    @Override
    public String toString() {
        return text();
    }
}
