// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

/// The command line.
final class Cli {
    private Cli() {}
}
