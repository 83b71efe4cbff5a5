// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Events to lines of JSON, UTF-8, each ended by a line feed, and back. docs/reference/tracking-log.md names every field; names are never reused for something else.
/// A line starts with {@code at}, {@code event} and, where it belongs to a message, {@code id}, in this order: searches rely on it.
public final class Facts {
    private Facts() {}

    /// One line.
    public static byte[] encode(Event event) {
        JsonLine line = new JsonLine();
        write(event, line);
        return line.toBytes();
    }

    /// One line for each, in order.
    public static byte[] encode(List<Event> events) {
        JsonLine line = new JsonLine();
        for (Event event : events) {
            write(event, line);
        }
        return line.toBytes();
    }

    /// Reads a line, with or without its line feed.
    /// @return empty if it is no JSON object: torn by a crash, or not ours
    public static Optional<JsonNode> decode(byte[] bytes, int offset, int length) {
        try {
            JsonNode node = JsonMapper.shared().readTree(bytes, offset, length);
            return node != null && node.isObject() ? Optional.of(node) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Reads a whole array as one line.
    public static Optional<JsonNode> decode(byte[] line) {
        return decode(line, 0, line.length);
    }

    private static void write(Event event, JsonLine line) {
        line.open().field("at", event.at());
        switch (event) {
            case Event.Refused refused -> refused(refused, line);
            case Event.Accepted accepted -> accepted(accepted, line);
            case Event.Routed routed -> steps(line.field("event", "routed").printed("id", routed.message()).field("n", routed.recipient())
                    .field("to", routed.address().text()).field("outcome", routed.outcome()), routed.steps());
            case Event.Attempted attempted -> attempted(attempted.attempt(), line);
            case Event.Settled settled -> settled(settled, line);
            case Event.Held held -> line.field("event", held.held() ? "held" : "released").printed("id", held.message()).field("n", held.recipient())
                    .field("to", held.address().text()).field("by", held.by()).field("why", held.why());
            case Event.Reported reported -> reported(reported, line);
            case Event.Withheld withheld -> numbers(line.field("event", "withheld").printed("id", withheld.message()).field("why", withheld.why()).field("digest", withheld.digest()), withheld.recipients());
            case Event.Gone gone -> line.field("event", "gone").printed("id", gone.message()).field("age", gone.age());
            case Event.Looped looped -> line.field("event", "looped").printed("id", looped.message()).field("to", looped.address().text()).field("layer", looped.layer())
                    .field("class", word(looped.kind())).field("certainty", looped.certainty()).field("finding", looped.finding());
            case Event.Noted noted -> line.field("event", "noted").field("what", noted.what()).field("detail", noted.detail());
        }
        line.close().newLine();
    }

    private static void refused(Event.Refused refused, JsonLine line) {
        line.field("event", "refused").field("trace", refused.traceId()).field("command", refused.command());
        line.field("from", refused.from()).field("to", refused.to()).field("reply", refused.reply().text());
        client(refused.client(), line);
        steps(line, refused.steps());
    }

    private static void accepted(Event.Accepted accepted, JsonLine line) {
        QueuedMessage message = accepted.message();
        line.field("event", "accepted").printed("id", message.id()).field("from", message.envelope().from().text());
        content(message.facts(), line);
        parameters(message.envelope().parameters(), line);
        switch (message.origin()) {
            case Origin.Received received -> client(received.client(), line.field("protocol", received.protocol()));
            case Origin.Report report -> line.field("origin", "report").printed("about", report.about());
        }
        line.openList("recipients");
        List<Recipient> recipients = message.envelope().recipients();
        for (int n = 0; n < recipients.size(); n++) {
            recipient(n, recipients.get(n), message.states().get(n), line);
            steps(line, n < accepted.steps().size() ? accepted.steps().get(n) : List.of()).close();
        }
        line.closeList();
    }

    private static void content(ContentFacts facts, JsonLine line) {
        line.field("size", facts.size()).field("body", facts.body().keyword());
        if (facts.utf8Headers()) {
            line.field("utf8Headers", true);
        }
        line.field("headerSize", facts.headerSize()).field("messageId", facts.messageId()).field("subject", facts.subject());
        line.field("hops", facts.hops()).field("priority", word(facts.priority())).field("crc", facts.crc() & 0xFFFFFFFFL);
        if (facts.passes() > 0) {
            line.field("passes", facts.passes());
        }
    }

    private static void parameters(MailParameters parameters, JsonLine line) {
        if (parameters.size().isPresent()) {
            line.field("announced", parameters.size().getAsLong());
        }
        line.field("bodyParameter", parameters.body().keyword());
        if (parameters.smtpUtf8()) {
            line.field("smtpUtf8", true);
        }
        if (parameters.tls() != TlsWish.UNSAID) {
            line.field("tlsWish", word(parameters.tls()));
        }
        line.printed("ret", parameters.returnContent()).field("envid", parameters.envelopeId());
    }

    private static void client(Client client, JsonLine line) {
        line.field("session", client.session()).openObject("client");
        line.field("remote", client.remote()).field("local", client.local()).field("listener", client.listener());
        Hello hello = client.hello();
        if (hello != null) {
            line.field("hello", hello.name()).field("extended", hello.extended());
        }
        line.field("user", client.user()).close();
    }

    /// Leaves the object open.
    private static void recipient(int n, Recipient recipient, RecipientState state, JsonLine line) {
        line.open().field("n", n).field("to", recipient.address().text());
        if (!recipient.via().isEmpty()) {
            line.field("via", recipient.via().stream().map(Object::toString).toList());
        }
        var notify = recipient.parameters().reportOn();
        if (notify != null) {
            line.field("notify", notify.isEmpty() ? List.of("never") : notify.stream().sorted().map(Facts::word).toList());
        }
        OriginalRecipient original = recipient.parameters().originalRecipient();
        if (original != null) {
            line.field("orcpt", original.type() + ";" + original.address());
        }
        if (state instanceof RecipientState.Held held) {
            line.field("held", held.by()).field("why", held.why());
        }
    }

    private static void attempted(DeliveryAttempt attempt, JsonLine line) {
        line.field("event", "attempted").printed("id", attempt.message());
        line.printed("hop", attempt.way().hop()).field("protocol", word(attempt.way().protocol())).field("inside", attempt.way().inside());
        line.field("started", attempt.started()).field("took", attempt.took());
        line.openList("tried");
        for (DeliveryAttempt.Try one : attempt.tried()) {
            line.open();
            peer(one.peer(), line).field("what", one.what());
            Step tls = one.tls();
            steps(line, tls == null ? List.of() : List.of(tls)).close();
        }
        line.closeList().openList("recipients");
        for (Map.Entry<Integer, Outcome> one : new TreeMap<>(attempt.outcomes()).entrySet()) {
            int n = one.getKey();
            line.open().field("n", n);
            outcome(one.getValue(), line);
            if (attempt.uncertain().contains(n)) {
                line.field("uncertain", true);
            }
            line.close();
        }
        line.closeList();
        if (attempt.ambiguous()) {
            line.field("ambiguous", true);
        }
        line.field("conversation", attempt.conversation());
    }

    private static void settled(Event.Settled settled, JsonLine line) {
        line.field("event", "settled").printed("id", settled.message()).field("n", settled.recipient()).field("to", settled.address().text());
        outcome(settled.outcome(), line);
        line.field("attempts", settled.attempts()).field("next", settled.next());
    }

    private static void reported(Event.Reported reported, JsonLine line) {
        numbers(line.field("event", "reported").printed("id", reported.message()).field("to", reported.to()).field("kind", reported.kind()), reported.recipients());
    }

    private static void numbers(JsonLine line, List<Integer> recipients) {
        line.openList("recipients");
        for (int n : recipients) {
            line.element(n);
        }
        line.closeList();
    }

    /// The fields of an outcome, into the open object.
    private static void outcome(Outcome outcome, JsonLine line) {
        switch (outcome) {
            case Outcome.Delivered delivered -> {
                peer(delivered.peer(), line.field("outcome", "delivered")).field("reply", delivered.reply().text());
                line.field("reportsOn", delivered.reportsOn()).field("inside", delivered.inside());
            }
            case Outcome.Deferred deferred -> cause("cause", deferred.cause(), line.field("outcome", "deferred"));
            case Outcome.Failed failed -> cause("cause", failed.cause(), line.field("outcome", "failed"));
            case Outcome.Expanded expanded -> {
                line.field("outcome", "expanded").field("alias", expanded.alias()).openList("into");
                for (int n : expanded.into()) {
                    line.element(n);
                }
                line.closeList();
            }
            case Outcome.Removed removed -> line.field("outcome", "removed").field("by", removed.by());
        }
    }

    private static void cause(String name, Cause cause, JsonLine line) {
        line.openObject(name).printed("status", cause.status());
        switch (cause) {
            case Cause.Replied replied -> peer(replied.peer(), line.field("kind", "replied")).field("stage", word(replied.stage()))
                    .field("reply", replied.reply().text());
            case Cause.Unresolved unresolved -> line.field("kind", "unresolved").field("domain", unresolved.domain().text())
                    .field("problem", unresolved.problem());
            case Cause.Unreachable unreachable -> peer(unreachable.peer(), line.field("kind", "unreachable")).field("stage", word(unreachable.stage()))
                    .field("problem", unreachable.problem());
            case Cause.Unsupported unsupported -> peer(unsupported.peer(), line.field("kind", "unsupported")).field("extension", unsupported.extension());
            case Cause.Looped looped -> evidence(looped.evidence(), line.field("kind", "looped"));
            case Cause.Decided decided -> line.field("kind", "decided").field("why", decided.why()).printed("rule", decided.at());
            case Cause.Local local -> line.field("kind", "local").field("problem", local.problem());
            case Cause.Expired expired -> expired(expired.last(), line.field("kind", "expired").field("age", expired.age()));
        }
        line.close();
    }

    private static void expired(@Nullable Cause last, JsonLine line) {
        if (last != null) {
            cause("last", last, line);
        }
    }

    private static void evidence(LoopEvidence evidence, JsonLine line) {
        line.field("layer", evidence.layer()).field("finding", evidence.finding()).printed("rule", evidence.at()).field("evidence", evidence.evidence());
    }

    private static JsonLine peer(Peer peer, JsonLine line) {
        return line.openObject("peer").field("name", peer.name()).field("address", peer.address()).close();
    }

    private static JsonLine steps(JsonLine line, List<Step> steps) {
        if (steps.isEmpty()) {
            return line;
        }
        line.openList("steps");
        for (Step step : steps) {
            line.open().field("stage", step.stage()).field("rule", step.rule()).printed("at", step.at()).field("outcome", step.outcome());
            line.field("evidence", step.evidence()).field("lost", step.lost()).close();
        }
        return line.closeList();
    }

    /// An enum constant as it stands in the log: {@code end-of-data}.
    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
