// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.tracking.Trace;
import org.isthmus.tracking.TraceQuery;
import org.isthmus.tracking.TraceSearch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus trace QUERY}: reads the tracking log itself, so it works whether the server runs or not.
@Command(name = "trace", description = "The life of messages, and refusals before acceptance.")
final class TraceCommand implements Callable<Integer> {
    private static final int MANY = 50;

    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Parameters(paramLabel = "QUERY", description = "A queue id, an IP address, an address or @domain, a Message-ID, or any text: of a reply, a host, a trace id.")
    private String query = "";

    @Option(names = "--since", paramLabel = "TIME", description = "Events at or after: 2026-11-24, 2026-11-24T05:40 (UTC), or how long ago: 2h.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Events before.")
    private @Nullable String until;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, the newest. Default: " + MANY + ".")
    private int limit = MANY;

    @Option(names = "--full", description = "With the reasons of every decision; without it only where one message is found.")
    private boolean full;

    TraceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (query.isBlank() || limit < 1) {
            throw new Failure(Exit.USAGE, query.isBlank() ? "nothing to look for" : "--limit is at least 1");
        }
        Instant now = terminal.program().platform().time().now();
        Instant from = since == null ? null : Spans.moment(since, now);
        Instant to = until == null ? null : Spans.moment(until, now);
        Path data = terminal.data(configuration.file());
        sync(data);
        TraceSearch.Result result = new TraceSearch(data, terminal.program().platform().disk()).find(TraceQuery.of(query), from, to, limit);
        show(result);
        return result.traces().isEmpty() ? Exit.NOT_FOUND : Exit.YES;
    }

    /// A running server writes what it has in memory. Where none runs, or we may not ask it, the files are all there is.
    private void sync(Path data) {
        try {
            terminal.answer(data, ControlClient.request("sync"));
        } catch (Failure e) {
            return;
        }
    }

    private void show(TraceSearch.Result result) {
        if (output.json()) {
            terminal.json(json(result));
            return;
        }
        long lives = result.traces().stream().filter(trace -> trace.about() == null).count();
        result.traces().forEach(trace -> terminal.out().print(TraceText.of(trace, full || lives <= 1)));
        if (result.traces().isEmpty()) {
            terminal.line("nothing is known of " + query);
        }
        if (result.more()) {
            terminal.line("there are more, older ones; --limit N, --since and --until choose");
        }
    }

    private static ObjectNode json(TraceSearch.Result result) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        ArrayNode traces = node.putArray("traces");
        for (Trace trace : result.traces()) {
            ObjectNode one = traces.addObject().put("kind", trace.kind().name().toLowerCase(java.util.Locale.ROOT)).put("id", trace.id());
            if (trace.about() != null) {
                one.put("about", trace.about());
            }
            trace.reports().forEach(one.putArray("reports")::add);
            one.putArray("events").addAll(trace.events());
        }
        return node.put("more", result.more());
    }
}
