// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// {@code isthmus tls reports}: how TLS with other domains fared, and what they were told of it.
@Command(name = "tls", description = "TLS with other domains.", synopsisSubcommandLabel = "reports")
final class TlsCommand {
    private TlsCommand() {}

    static CommandLine line(Terminal terminal) {
        return new CommandLine(new TlsCommand()).addSubcommand(new Reports(terminal));
    }

    @Command(name = "reports", description = "What was counted of TLS with other domains and is not reported yet (RFC 8460), and the last reports.")
    private static final class Reports implements Callable<Integer> {
        private static final int LONGEST_REASON = 90;

        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();
        @Parameters(paramLabel = "DOMAIN", arity = "0..1", description = "Of this domain alone.")
        private String domain = "";

        Reports(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            JsonNode result = terminal.ask(configuration.file(), ControlClient.request("tls-reports"));
            if (output.json()) {
                terminal.json(result);
                return Exit.YES;
            }
            Table table = new Table("DAY", "DOMAIN", "POLICY", ">GOOD", ">FAILED", "WHY");
            chosen(result.path("counted")).forEach(one -> rows(one, table));
            if (table.isEmpty()) {
                terminal.line("nothing is counted");
            } else {
                terminal.out().print(table);
            }
            chosen(result.path("told")).forEach(one -> terminal.line(
                    Spans.toSeconds(one.path("at").asString("")) + " " + one.path("domain").asString("") + " about " + one.path("day").asString("") + ": " + one.path("what").asString("")));
            return Exit.YES;
        }

        private List<JsonNode> chosen(JsonNode list) {
            return list.values().stream().filter(one -> domain.isEmpty() || one.path("domain").asString("").equalsIgnoreCase(domain)).toList();
        }

        private static void rows(JsonNode one, Table table) {
            List<String> why = new ArrayList<>();
            for (JsonNode detail : one.path("details").values()) {
                String reason = detail.path("reason").asString("");
                String place = detail.path("host").asString("");
                why.add(detail.path("sessions").asString("") + " " + detail.path("type").asString("") + (place.isEmpty() ? "" : " at " + place)
                        + (reason.isEmpty() ? "" : ": " + (reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "..." : reason)));
            }
            table.row(one.path("day").asString(""), one.path("domain").asString(""), one.path("policy").asString(""), one.path("successes").asString(""), one.path("failures").asString(""),
                    why.isEmpty() ? "" : why.getFirst());
            why.stream().skip(1).forEach(more -> table.row("", "", "", "", "", more));
        }
    }
}
