// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.Optional;

/// RFC 3463 §2: class, subject and detail, the latter two at most three digits each.
public record EnhancedStatus(StatusClass kind, int subject, int detail) {

    public EnhancedStatus {
        if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException("not a status: " + subject + "." + detail);
        }
    }

    /// For the codes that stand in our own code: {@code of("5.1.1")}.
    /// @throws IllegalArgumentException if it is none
    public static EnhancedStatus of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a status: " + text));
    }

    /// What a peer wrote; empty if it is no status code.
    public static Optional<EnhancedStatus> parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3 || parts[0].length() != 1) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
        }
        for (StatusClass kind : StatusClass.values()) {
            if (kind.digit() == parts[0].charAt(0) - '0') {
                return Optional.of(new EnhancedStatus(kind, Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
            }
        }
        return Optional.empty();
    }

    /// The same subject and detail as a temporary failure, or as a permanent one.
    public EnhancedStatus as(StatusClass other) {
        return new EnhancedStatus(other, subject, detail);
    }

    public boolean isPermanent() {
        return kind == StatusClass.PERMANENT_FAILURE;
    }

    @Override
    public String toString() {
        return kind.digit() + "." + subject + "." + detail;
    }
}
