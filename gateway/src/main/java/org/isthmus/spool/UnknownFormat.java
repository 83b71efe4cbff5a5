// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;

/// The folder holds a journal of a version that this program does not know. Nothing was touched.
public final class UnknownFormat extends IOException {
    public UnknownFormat(String message) {
        super(message);
    }
}
