// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import org.isthmus.cli.Cli;

/// The program: the command line on the real world.
public final class Main {
    private Main() {}

    static void main(String[] arguments) {
        System.exit(Cli.run(arguments, new LiveProgram()));
    }
}
