// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import org.jspecify.annotations.Nullable;

/// What a record of the journal says. docs/reference/spool-format.md has the bytes.
enum RecordType {
    /// A message was taken.
    ACCEPT(1),
    /// Recipients of a message have new states; reports were made.
    SETTLE(2),
    /// A message was copied out of an old segment, with all its states.
    MOVE(3),
    /// The states of a message in one piece, in place of many settlements.
    STATE(4),
    /// Messages have left the queue.
    GONE(5),
    /// Records that were written but never promised: they do not count.
    ABORT(6),
    /// Nothing happened; but what stands before was forced.
    MARK(7),
    /// The end of what was written. Overwritten by the next record.
    END(8);

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable RecordType of(int code) {
        return switch (code) {
            case 1 -> ACCEPT;
            case 2 -> SETTLE;
            case 3 -> MOVE;
            case 4 -> STATE;
            case 5 -> GONE;
            case 6 -> ABORT;
            case 7 -> MARK;
            case 8 -> END;
            default -> null;
        };
    }
}
