// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import org.jspecify.annotations.Nullable;

/// What a block of a record's payload holds.
enum BlockKind {
    /// A message: envelope, origin, facts and states of all recipients; its content behind it, unless that has a file of its own.
    MESSAGE(1),
    /// New states of some recipients, and recipients added.
    DELTA(2),
    /// States of all recipients, and all recipients that were added to those in the message's own block.
    STATES(3),
    /// For the tracking.
    FACTS(4),
    /// Ids of messages that left, each with the life of the segment in which it stood.
    GONE(5),
    /// Ranges of sequences that do not count, each with the life of its segment.
    ABORT(6);

    private final int code;

    BlockKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable BlockKind of(int code) {
        return switch (code) {
            case 1 -> MESSAGE;
            case 2 -> DELTA;
            case 3 -> STATES;
            case 4 -> FACTS;
            case 5 -> GONE;
            case 6 -> ABORT;
            default -> null;
        };
    }
}
