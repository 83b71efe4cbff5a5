// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// {@code isthmus loops ...}: each verb is a class of its own.
@Command(name = "loops", description = "Loop control: what circled, what would, and what is held for it.", synopsisSubcommandLabel = "VERB")
final class LoopsCommand {
    private LoopsCommand() {}

    static CommandLine line(Terminal terminal) {
        CommandLine line = new CommandLine(new LoopsCommand());
        line.addSubcommand(new LoopsListCommand(terminal));
        line.addSubcommand(new LoopsShowCommand(terminal));
        line.addSubcommand(new LoopsReleaseCommand(terminal));
        line.addSubcommand(new PredictCommand(terminal));
        line.addSubcommand(new ProbeCommand(terminal));
        return line;
    }
}
