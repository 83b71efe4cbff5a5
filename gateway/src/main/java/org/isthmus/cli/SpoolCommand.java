// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus spool verify}.
@Command(name = "spool", description = "The spool on disk.", synopsisSubcommandLabel = "verify")
final class SpoolCommand {
    private SpoolCommand() {}

    static CommandLine line(Terminal terminal) {
        return new CommandLine(new SpoolCommand()).addSubcommand(new Verify(terminal));
    }

    @Command(name = "verify", description = "Checks every record, whether the server runs or not.")
    private static final class Verify implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();

        Verify(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            Program.SpoolCheck check = terminal.program().verifySpool(terminal.data(configuration.file()));
            if (output.json()) {
                terminal.json(json(check));
            } else {
                check.broken().forEach(one -> terminal.line(one.place() + ": " + one.problem()));
                terminal.line("%d records, %d messages in the queue, %d broken".formatted(check.records(), check.messages(), check.broken().size()));
            }
            return check.broken().isEmpty() ? Exit.YES : Exit.NO;
        }

        private static ObjectNode json(Program.SpoolCheck check) {
            ObjectNode node = JsonMapper.shared().createObjectNode().put("records", check.records()).put("messages", check.messages());
            ArrayNode broken = node.putArray("broken");
            check.broken().forEach(one -> broken.addObject().put("place", one.place()).put("problem", one.problem()));
            return node;
        }
    }
}
