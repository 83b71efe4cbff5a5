// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.config.Problem;
import org.isthmus.explain.Probe;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.schedule.QueueControl;
import org.isthmus.tracking.Counters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What operators see, as JSON: the form of {@code -o json}, of which the tables are made too. Times are in UTC as ISO 8601 has them, durations in seconds.
public final class Shown {
    private Shown() {}

    /// {@code {"findings": [...]}}, in the order in which they were found.
    public static ObjectNode findings(Iterable<Problem> problems) {
        ObjectNode node = object();
        ArrayNode list = node.putArray("findings");
        problems.forEach(p -> list.add(finding(p)));
        return node;
    }

    private static ObjectNode finding(Problem problem) {
        ObjectNode node = object().put("id", problem.id()).put("severity", word(problem.severity())).put("certain", problem.certain());
        SourceLine at = problem.at();
        if (at != null) {
            node.put("file", at.file()).put("line", at.line());
        }
        node.put("message", problem.message());
        problem.evidence().forEach(node.putArray("evidence")::add);
        option(node, "fix", problem.fix());
        return node;
    }

    /// The steps of a decision.
    public static ArrayNode steps(List<Step> steps) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (Step step : steps) {
            ObjectNode node = list.addObject().put("stage", step.stage()).put("rule", step.rule());
            option(node, "at", step.at() == null ? null : step.at().toString());
            node.put("outcome", step.outcome());
            step.evidence().forEach(evidence -> node.withArray("evidence").add(evidence));
            step.lost().forEach(lost -> node.withArray("lost").add(lost));
        }
        return list;
    }

    /// What the wire taught: addresses that are ourselves, each for one next hop, and addresses that are not.
    static ArrayNode learned(List<LearnedAddresses.Entry> learned) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (LearnedAddresses.Entry entry : learned) {
            ObjectNode one = list.addObject().put("address", text(entry.address())).put("ours", entry.ours());
            option(one, "hop", entry.hop().map(Object::toString).orElse(null));
            one.put("what", entry.what()).put("secondsLeft", entry.left().toSeconds());
        }
        return list;
    }

    /// What {@code loops probe} found.
    public static ObjectNode probe(Probe.Report report) {
        ObjectNode node = object();
        ArrayNode doors = node.putArray("doors");
        for (Probe.Door door : report.doors()) {
            ObjectNode one = doors.addObject().put("door", door.name()).put("why", door.why());
            option(one, "at", door.at() == null ? null : door.at().toString());
            one.put("verdict", word(door.verdict())).put("says", door.says()).put("found", door.words());
            door.evidence().forEach(evidence -> one.withArray("evidence").add(evidence));
        }
        ArrayNode identity = node.putArray("identity");
        for (SiteIdentity.Entry entry : report.identity()) {
            ObjectNode one = identity.addObject().put("subject", entry.subject()).put("what", entry.match().what());
            option(one, "at", entry.match().at() == null ? null : entry.match().at().toString());
            if (entry.left() != null) {
                one.put("secondsLeft", entry.left().toSeconds());
            }
        }
        return node.put("more", report.more());
    }

    static ObjectNode message(QueuedMessage message, Instant now) {
        ObjectNode node = object().put("id", message.id().toString()).put("from", message.envelope().from().text());
        node.put("accepted", message.accepted().toString()).put("age", seconds(Duration.between(message.accepted(), now)));
        node.put("size", message.facts().size()).put("priority", word(message.facts().priority()));
        option(node, "messageId", message.facts().messageId());
        option(node, "subject", message.facts().subject());
        TlsWish tls = message.envelope().parameters().tls();
        option(node, "tlsWish", tls == TlsWish.UNSAID ? null : word(tls));
        switch (message.origin()) {
            case Origin.Received received -> {
                node.put("origin", "received").put("client", text(received.client().remote())).put("listener", received.client().listener());
                option(node, "user", received.client().user());
            }
            case Origin.Report report -> option(node.put("origin", "report"), "about", report.about() == null ? null : report.about().toString());
        }
        ArrayNode recipients = node.putArray("recipients");
        for (int n = 0; n < message.states().size(); n++) {
            recipients.add(recipient(n, message.envelope().recipients().get(n), message.states().get(n)));
        }
        return node;
    }

    private static ObjectNode recipient(int n, Recipient recipient, RecipientState state) {
        ObjectNode node = object().put("n", n).put("to", recipient.address().text());
        if (!recipient.via().isEmpty()) {
            recipient.via().forEach(v -> node.withArray("via").add(v.text()));
        }
        switch (state) {
            case RecipientState.Waiting waiting -> waiting(waiting, node.put("state", "waiting"));
            case RecipientState.Held held -> {
                node.put("state", "held").put("by", held.by()).put("why", held.why()).put("since", held.since().toString());
                node.put("attempts", held.before().attempts());
            }
            case RecipientState.Settled settled -> outcome(settled.outcome(), node.put("state", "settled"));
        }
        return node;
    }

    private static void waiting(RecipientState.Waiting waiting, ObjectNode node) {
        node.put("due", waiting.due().toString()).put("attempts", waiting.attempts());
        if (waiting.possibleDuplicate()) {
            node.put("possibleDuplicate", true);
        }
        Cause last = waiting.last();
        if (last != null) {
            cause(last, node);
        }
    }

    private static void outcome(Outcome outcome, ObjectNode node) {
        switch (outcome) {
            case Outcome.Delivered delivered -> node.put("outcome", "delivered").put("peer", delivered.peer().name()).put("reply", delivered.reply().text());
            case Outcome.Deferred deferred -> cause(deferred.cause(), node.put("outcome", "deferred"));
            case Outcome.Failed failed -> cause(failed.cause(), node.put("outcome", "failed"));
            case Outcome.Expanded expanded -> {
                ArrayNode into = node.put("outcome", "expanded").putArray("into");
                expanded.into().forEach(into::add);
            }
            case Outcome.Removed removed -> node.put("outcome", "removed").put("by", removed.by());
        }
    }

    /// A cause in a sentence, into an object.
    public static void cause(Cause cause, ObjectNode node) {
        node.put("status", cause.status().toString()).put("why", Wording.brief(cause));
    }

    static ObjectNode status(ServerStatus status) {
        ObjectNode node = object().put("state", status.state()).put("version", Build.VERSION.name()).put("commit", Build.VERSION.commit());
        node.put("pid", status.pid()).put("started", status.started().toString()).put("uptime", seconds(Duration.between(status.started(), status.now())));
        node.putObject("configuration").put("file", status.configuration()).put("version", status.configurationVersion())
                .put("loaded", status.configured().toString());
        ArrayNode doors = node.putArray("listeners");
        status.doors().forEach(d -> doors.addObject().put("name", d.name()).put("address", d.address()).put("sessions", d.sessions()));
        if (!status.pressure().isEmpty()) {
            node.put("pressure", status.pressure());
        }
        queue(status, node.putObject("queue"));
        counters(status.counters(), node.putObject("counters"));
        returns(status, node.putObject("returns"));
        loops(status, node.putObject("loops"));
        ArrayNode destinations = node.putArray("destinations");
        for (QueueControl.Destination one : status.queue().destinations()) {
            destinations.addObject().put("name", one.name()).put("queued", one.queued()).put("active", one.active()).put("state", one.state());
        }
        return node;
    }

    private static void queue(ServerStatus status, ObjectNode node) {
        QueueControl.Status queue = status.queue();
        node.put("messages", queue.messages()).put("waiting", queue.waiting()).put("held", queue.held()).put("active", queue.active());
        Instant oldest = queue.oldest();
        if (oldest != null) {
            node.put("oldest", oldest.toString()).put("oldestAge", seconds(Duration.between(oldest, status.now())));
        }
        node.put("octets", status.room().octets()).put("usable", status.room().usable());
        ArrayNode suspended = node.putArray("suspended");
        new TreeSet<>(queue.suspended()).forEach(suspended::add);
    }

    private static void loops(ServerStatus status, ObjectNode node) {
        node.put("loop_breaker_open", status.loops().open()).put("loop_predicted", status.loops().predicted());
        ObjectNode detected = node.putObject("loop_detected_total");
        new TreeMap<>(status.counters().loops()).forEach(detected::put);
    }

    private static void returns(ServerStatus status, ObjectNode node) {
        node.put("loopback_returned", status.returns().loopbackReturned()).put("trace_forged", status.returns().traceForged());
        ObjectNode ledger = node.putObject("ledger").put("copies", status.ledger().entries()).put("octets", status.ledger().octets()).put("lost", status.ledger().lost());
        Instant since = status.ledger().since();
        if (since != null) {
            ledger.put("since", since.toString()).put("depth", seconds(Duration.between(since, status.now())));
        }
    }

    private static void counters(Counters counters, ObjectNode node) {
        node.put("accepted", counters.accepted()).put("reports", counters.reports()).put("delivered", counters.delivered());
        node.put("deferred", counters.deferred()).put("failed", counters.failed()).put("expanded", counters.expanded()).put("removed", counters.removed());
        ObjectNode refused = node.putObject("refused");
        new TreeMap<>(counters.refused()).forEach(refused::put);
        node.put("eventsLost", counters.lost());
    }

    static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    private static void option(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// {@code 192.0.2.1:25}.
    public static String text(java.net.InetSocketAddress address) {
        String host = address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
