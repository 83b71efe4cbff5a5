// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;

/// The disk is too full to take the message: 452 4.3.1.
public final class NoRoom extends IOException {
    public NoRoom(String message) {
        super(message);
    }
}
