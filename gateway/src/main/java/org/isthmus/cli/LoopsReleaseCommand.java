// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus loops release ID|--domain D|--all}.
@Command(name = "release", description = "Lets mail go that is held because it circled. What the breaker holds is tried with one message; if that does not come back, the rest follows by itself.")
final class LoopsReleaseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The number of a loop, or the queue id of a message that is held.")
    private @Nullable String id;

    @Option(names = "--domain", paramLabel = "D", description = "All for recipients of this domain.")
    private @Nullable String domain;

    @Option(names = "--all", description = "Everything.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only says what it would be.")
    private boolean dryRun;

    LoopsReleaseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        int choices = (id == null ? 0 : 1) + (domain == null ? 0 : 1) + (all ? 1 : 0);
        if (choices != 1) {
            throw new Failure(Exit.USAGE, "choose one: the number of a loop or a queue id, --domain, or --all");
        }
        ObjectNode request = ControlClient.request("loops-release").put("dryRun", dryRun);
        if (id != null) {
            choose(id, request);
        }
        if (domain != null) {
            request.put("domain", SelectorOptions.domain(domain).ascii());
        }
        if (all) {
            request.put("all", true);
        }
        return tell(terminal.ask(configuration.file(), request));
    }

    private static void choose(String text, ObjectNode request) {
        boolean number = !text.isEmpty() && text.length() < 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (number && Integer.parseInt(text) > 0) {
            request.put("loop", Integer.parseInt(text));
        } else {
            request.put("id", QueueId.parse(text).orElseThrow(() -> new Failure(Exit.USAGE, "\"" + text + "\" is neither the number of a loop nor a queue id")).toString());
        }
    }

    private int tell(JsonNode released) {
        int circuits = released.path("circuits").asInt(0);
        int recipients = released.path("recipients").asInt(0);
        if (circuits > 0) {
            int behind = released.path("behind").asInt(0);
            terminal.line((circuits == 1 ? "1 circuit" : circuits + " circuits") + (dryRun ? " would be" : circuits == 1 ? " is" : " are") + " tried with one message each; "
                    + (behind == 1 ? "1 message is" : behind + " messages are") + " held behind");
        }
        if (recipients > 0 || circuits == 0) {
            terminal.line((recipients == 1 ? "1 recipient" : recipients + " recipients") + (dryRun ? " would be" : "") + " released");
        }
        return circuits + recipients == 0 ? Exit.NOT_FOUND : Exit.YES;
    }
}
