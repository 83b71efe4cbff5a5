// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.cli.control.Shown;
import org.isthmus.config.Settings;
import org.isthmus.tracking.Harmless;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/// {@code isthmus loops probe}: which of the servers that mail could come home by are ourselves. The running server asks, and learns from it; without one, the command asks itself.
@Command(name = "probe", description = "Calls on the exchangers and front doors of our domains and on all outward next hops, and says which of them is this connector. Sends no mail.",
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:nothing unexpected", "1:some did not answer", "2:an address is this connector that identity.addresses does not hold"})
final class ProbeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    ProbeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        JsonNode found = found();
        if (output.json()) {
            terminal.json(found);
        } else {
            show(found);
        }
        return has(found, "ourselves") ? Exit.NO : has(found, "silent") ? Exit.CANNOT_TELL : Exit.YES;
    }

    private static boolean has(JsonNode found, String verdict) {
        return found.path("doors").values().stream().anyMatch(door -> door.path("verdict").asString("").equals(verdict));
    }

    private JsonNode found() throws IOException {
        Path file = terminal.configuration(configuration.file());
        Checked checked = terminal.program().check(file);
        Settings settings = checked.settings();
        if (settings == null) {
            terminal.findings(checked.problems(), terminal.err());
            throw new Failure(Exit.CONFIGURATION, Harmless.text(file.toString()) + " has errors; nothing can be probed by it");
        }
        try {
            return switch (terminal.answer(settings.connector().data(), ControlClient.request("loops-probe"))) {
                case ControlClient.Reply.Done done -> done.result();
                case ControlClient.Reply.Refused refused -> throw new Failure(refused.exit(), Harmless.text(refused.error()));
            };
        } catch (Failure e) {
            if (e.exit() != Exit.UNAVAILABLE) {
                throw e;
            }
            terminal.err().println("isthmus: no server is running, so none of its own listeners can answer; the command asks by itself");
            return Shown.probe(terminal.program().probe(settings));
        }
    }

    private void show(JsonNode found) {
        Table table = new Table("DOOR", "BECAUSE OF", "IS", "CALLS ITSELF", "FOUND");
        for (JsonNode door : found.path("doors").values()) {
            String at = door.path("at").asString("");
            table.row(door.path("door").asString(""), door.path("why").asString("") + (at.isEmpty() ? "" : " (" + at + ")"), door.path("verdict").asString(""),
                    door.path("says").asString(""), door.path("found").asString(""));
        }
        if (table.isEmpty()) {
            terminal.line("there is no door to call on: no domain, and no next hop outward");
        } else {
            terminal.out().print(table);
        }
        for (JsonNode door : found.path("doors").values()) {
            if (door.path("verdict").asString("").equals("ourselves")) {
                terminal.line("");
                terminal.line(door.path("door").asString("") + " is this connector, and nothing in the configuration says so:");
                door.path("evidence").values().forEach(evidence -> terminal.line("    " + evidence.asString("")));
            }
        }
        int more = found.path("more").asInt(0);
        if (more > 0) {
            terminal.line(more + " more were not called on");
        }
    }
}
