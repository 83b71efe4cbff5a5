// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.tracking.Harmless;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/// {@code isthmus status}: how the running server is.
@Command(name = "status", description = "How the running server is.")
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode status = terminal.ask(configuration.file(), ControlClient.request("status"));
        if (output.json()) {
            terminal.json(status);
        } else {
            terminal.out().print(text(status));
        }
        return Exit.YES;
    }

    private static String text(JsonNode status) {
        StringBuilder text = new StringBuilder();
        line(text, "isthmus", "%s (commit %s), %s for %s, pid %s".formatted(value(status, "version"), value(status, "commit"), value(status, "state"),
                Spans.brief(status.path("uptime").asDouble(0)), value(status, "pid")));
        JsonNode configuration = status.path("configuration");
        line(text, "configuration", "%s, version %s, in force since %s".formatted(value(configuration, "file"), value(configuration, "version"),
                Spans.toSeconds(value(configuration, "loaded"))));
        for (JsonNode door : status.path("listeners").values()) {
            line(text, "listener", "%s %s, %s sessions".formatted(value(door, "name"), value(door, "address"), value(door, "sessions")));
        }
        if (status.has("pressure")) {
            line(text, "pressure", value(status, "pressure"));
        }
        queue(text, status.path("queue"));
        counters(text, status.path("counters"));
        returns(text, status.path("returns"));
        loops(text, status.path("loops"));
        Table destinations = new Table("DESTINATION", ">QUEUED", ">ACTIVE", "STATE");
        status.path("destinations").values()
                .forEach(one -> destinations.row(value(one, "name"), value(one, "queued"), value(one, "active"), value(one, "state")));
        return destinations.isEmpty() ? text.toString() : text.append('\n').append(destinations).toString();
    }

    private static void queue(StringBuilder text, JsonNode queue) {
        String oldest = queue.has("oldest") ? ", the oldest for " + Spans.brief(queue.path("oldestAge").asDouble(0)) : "";
        line(text, "queue", "%s messages%s; recipients: %s waiting, %s held; %s attempts now".formatted(
                value(queue, "messages"), oldest, value(queue, "waiting"), value(queue, "held"), value(queue, "active")));
        line(text, "spool", Spans.octets(queue.path("octets").asLong(0)) + " of mail, " + Spans.octets(queue.path("usable").asLong(0)) + " free");
        for (JsonNode suspended : queue.path("suspended").values()) {
            line(text, "suspended", suspended.asString(""));
        }
    }

    private static void counters(StringBuilder text, JsonNode counters) {
        List<String> counts = new ArrayList<>();
        for (String name : List.of("accepted", "reports", "delivered", "deferred", "failed", "expanded", "removed")) {
            counts.add(value(counters, name) + " " + name);
        }
        line(text, "since start", String.join(", ", counts));
        counters.path("refused").properties().forEach(one -> line(text, "refused", one.getValue().asString("0") + "  " + one.getKey()));
        if (counters.path("eventsLost").asLong(0) > 0) {
            line(text, "tracking", value(counters, "eventsLost") + " events were not kept");
        }
    }

    private static void loops(StringBuilder text, JsonNode loops) {
        line(text, "loops", "%s circuits hold mail, %s predicted".formatted(value(loops, "loop_breaker_open"), value(loops, "loop_predicted")));
        loops.path("loop_detected_total").properties().forEach(one -> line(text, "loop met", one.getValue().asString("0") + "  " + one.getKey()));
    }

    private static void returns(StringBuilder text, JsonNode returns) {
        JsonNode ledger = returns.path("ledger");
        String depth = ledger.has("since") ? " of the last " + Spans.brief(ledger.path("depth").asDouble(0)) : "";
        String lost = ledger.path("lost").asLong(0) > 0 ? ", " + value(ledger, "lost") + " were not kept" : "";
        line(text, "ledger", "%s copies%s, %s%s".formatted(value(ledger, "copies"), depth, Spans.octets(ledger.path("octets").asLong(0)), lost));
        line(text, "came back", value(returns, "loopback_returned") + " from the trip out and home, " + value(returns, "trace_forged") + " with a forged trace");
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("%-14s %s%n".formatted(name, Harmless.text(value)));
    }

    private static String value(JsonNode node, String name) {
        return node.path(name).asString("");
    }
}
