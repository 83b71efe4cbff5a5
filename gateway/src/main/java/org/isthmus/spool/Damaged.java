// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;

/// What stands on the disk is not what was written there: a checksum or the structure is wrong.
public final class Damaged extends IOException {
    public Damaged(String message) {
        super(message);
    }

    Damaged(String message, Throwable cause) {
        super(message, cause);
    }
}
