// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/// {@code isthmus loops list}: what circled, how often, and what is held for it.
@Command(name = "list", description = "Lists the loops that were met, the latest first, and the circuits of the breaker that hold mail.")
final class LoopsListCommand implements Callable<Integer> {
    private static final int LONGEST_FINDING = 90;

    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    LoopsListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode result = terminal.ask(configuration.file(), ControlClient.request("loops-list"));
        if (output.json()) {
            terminal.json(result);
        } else {
            show(result);
        }
        return Exit.YES;
    }

    private void show(JsonNode result) {
        Table table = new Table(">ID", "DOMAIN", "LAYER", "CLASS", ">COUNT", ">LAST", "STATE", ">HELD", "FINDING");
        for (JsonNode loop : result.path("loops").values()) {
            String finding = loop.path("finding").asString("");
            table.row(loop.path("id").asString(""), loop.path("domain").asString(""), loop.path("layer").asString(""), loop.path("class").asString(""),
                    loop.path("count").asString(""), Spans.brief(loop.path("age").asDouble(0)), loop.path("state").asString(""), loop.path("held").asString(""),
                    finding.length() > LONGEST_FINDING ? finding.substring(0, LONGEST_FINDING) + "..." : finding);
        }
        if (table.isEmpty()) {
            terminal.line("no loop was met");
        } else {
            terminal.out().print(table);
        }
        for (JsonNode circuit : result.path("circuits").values()) {
            terminal.line("held since " + Spans.toSeconds(circuit.path("since").asString("")) + " (" + circuit.path("state").asString("") + "): mail for " + circuit.path("covers").asString(""));
        }
    }
}
