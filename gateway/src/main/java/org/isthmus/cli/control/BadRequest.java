// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

/// A request that cannot be answered as it stands; the message says why, for the one who asked.
final class BadRequest extends Exception {
    BadRequest(String message) {
        super(message);
    }
}
