// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// {@code isthmus loops show ID}: the report that the postmaster gets, as it would be now.
@Command(name = "show", description = "Shows the whole of a loop: path, cause, proposed change, what is held, how to let it go.")
final class LoopsShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Parameters(paramLabel = "ID", description = "The number of a loop, from isthmus loops list.")
    private int id;

    LoopsShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode loop = terminal.ask(configuration.file(), ControlClient.request("loops-show").put("loop", id));
        if (output.json()) {
            terminal.json(loop);
        } else {
            loop.path("report").asString("").lines().forEach(terminal::line);
        }
        return Exit.YES;
    }
}
