// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

/// Ends a command with an exit code and a sentence for the operator.
final class Failure extends RuntimeException {
    private final int exit;

    Failure(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    int exit() {
        return exit;
    }
}
