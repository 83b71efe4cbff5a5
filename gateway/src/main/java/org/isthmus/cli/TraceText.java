// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import org.isthmus.tracking.Harmless;
import org.isthmus.tracking.Trace;
import tools.jackson.databind.JsonNode;

/// The life of a message for people: a line for each event and, where wanted, under it the steps by which it was decided.
final class TraceText {
    private static final String STEP = " ".repeat(36);

    private final StringBuilder text = new StringBuilder();
    private final boolean full;

    private TraceText(boolean full) {
        this.full = full;
    }

    /// @param full with the steps of decisions, their evidence, the alternatives that lost, and conversations
    static String of(Trace trace, boolean full) {
        TraceText text = new TraceText(full);
        text.head(trace);
        trace.events().forEach(text::event);
        return text.text.append('\n').toString();
    }

    private void head(Trace trace) {
        JsonNode first = trace.events().getFirst();
        switch (trace.kind()) {
            case MESSAGE -> {
                put(trace.id());
                if (first.path("event").asString("").equals("accepted")) {
                    put("  from <" + text(first, "from") + ">  " + Spans.octets(first.path("size").asLong(0)));
                    put(text(first, "messageId").isEmpty() ? "" : "  " + text(first, "messageId"));
                    put(text(first, "subject").isEmpty() ? "" : "  " + Harmless.quoted(text(first, "subject")));
                }
                put(trace.about() == null ? "" : "  report about " + trace.about());
                put(trace.reports().isEmpty() ? "" : "  reports: " + String.join(", ", trace.reports()));
            }
            case REFUSAL -> put(trace.id() + "  refused before acceptance");
            case SERVER -> put("server");
        }
        text.append('\n');
    }

    private void event(JsonNode event) {
        String kind = text(event, "event");
        switch (kind) {
            case "accepted" -> accepted(event);
            case "refused" -> {
                line(event, "refused", text(event, "command") + of(" from <", text(event, "from"), ">") + of(" to <", text(event, "to"), ">") + ": " + text(event, "reply"));
                detail("client " + client(event));
                steps(event);
            }
            case "routed" -> {
                line(event, "routed", text(event, "to") + ": " + text(event, "outcome"));
                steps(event);
            }
            case "attempted" -> attempted(event);
            case "settled" -> line(event, text(event, "outcome"), text(event, "to") + outcome(event));
            case "held", "released" -> line(event, kind, text(event, "to") + " by " + text(event, "by") + ": " + text(event, "why"));
            case "reported" -> line(event, "reported", text(event, "kind") + " to <" + text(event, "to") + ">");
            case "withheld" -> line(event, "no report", text(event, "why") + (event.path("digest").asBoolean(false) ? "; the postmaster hears of it in the next digest" : ""));
            case "gone" -> line(event, "gone", "from the queue, after " + text(event, "age") + " s");
            case "looped" -> line(event, "loop", text(event, "to") + ", " + text(event, "certainty") + " by " + text(event, "layer") + ": " + text(event, "finding"));
            case "noted" -> line(event, text(event, "what"), text(event, "detail"));
            default -> line(event, kind, event.toString());
        }
    }

    private void accepted(JsonNode event) {
        if (event.has("client")) {
            line(event, "accepted", "by " + text(event, "protocol") + " from " + client(event));
        } else {
            line(event, "made", "as a report" + of(" about ", text(event, "about"), ""));
        }
        for (JsonNode recipient : event.path("recipients").values()) {
            String via = recipient.path("via").isEmpty() ? "" : ", sent to " + recipient.path("via").get(0).asString("");
            detail("for " + text(recipient, "to") + via + of(", held by ", text(recipient, "held"), of(": ", text(recipient, "why"), "")));
            steps(recipient);
        }
    }

    private static String client(JsonNode event) {
        JsonNode client = event.path("client");
        return text(client, "remote") + of(" (", text(client, "hello"), ")") + ", listener " + text(client, "listener") + of(", user ", text(client, "user"), "")
                + of(", session ", text(event, "session"), "");
    }

    private void attempted(JsonNode event) {
        line(event, "attempted", "via " + text(event, "hop") + " by " + text(event, "protocol") + " in " + text(event, "took") + " s");
        for (JsonNode one : event.path("tried").values()) {
            JsonNode tls = one.path("steps").path(0);
            detail(peer(one) + ": " + text(one, "what") + of(", TLS by ", text(tls, "rule"), ": " + text(tls, "outcome")));
            steps(one);
        }
        if (event.path("ambiguous").asBoolean(false)) {
            detail("the connection broke between the last dot and its answer: the peer may have the message, and a repetition may be a duplicate");
        }
        if (full) {
            event.path("conversation").values().forEach(words -> detail("  " + words.asString("")));
        }
    }

    private static String outcome(JsonNode event) {
        String to = event.has("peer") ? " by " + peer(event) + ": " + text(event, "reply") : "";
        String cause = event.has("cause") ? cause(event.path("cause")) : "";
        String next = of("; next attempt ", Spans.toSeconds(text(event, "next")), "");
        return to + cause + of(" by ", text(event, "by"), "") + next;
    }

    private static String cause(JsonNode cause) {
        String said = text(cause, "reply") + text(cause, "problem") + text(cause, "why") + text(cause, "finding");
        String where = cause.has("peer") ? " by " + peer(cause) : of(" ", text(cause, "domain"), "");
        String kind = text(cause, "kind").equals("expired") ? " expired after " + text(cause, "age") + " s" : "";
        String last = cause.has("last") ? ", last" + cause(cause.path("last")) : "";
        return ": " + text(cause, "status") + kind + where + of(" at ", text(cause, "stage"), "") + of(" lacks ", text(cause, "extension"), "") + of(": ", said, "")
                + of(" (", text(cause, "rule"), ")") + last;
    }

    private void steps(JsonNode holder) {
        if (!full) {
            return;
        }
        for (JsonNode step : holder.path("steps").values()) {
            detail("  " + text(step, "stage") + ": " + text(step, "rule") + of(" (", text(step, "at"), ")") + ": " + text(step, "outcome"));
            step.path("evidence").values().forEach(evidence -> detail("      " + evidence.asString("")));
            step.path("lost").values().forEach(lost -> detail("      not " + lost.asString("")));
        }
    }

    private static String peer(JsonNode holder) {
        return text(holder.path("peer"), "name") + "[" + text(holder.path("peer"), "address") + "]";
    }

    private void line(JsonNode event, String kind, String words) {
        put("  %-20s  %-10s  %s".formatted(Spans.toSeconds(text(event, "at")), kind, words));
        text.append('\n');
    }

    private void detail(String words) {
        put(STEP + words);
        text.append('\n');
    }

    private void put(String words) {
        text.append(Harmless.text(words));
    }

    private static String of(String before, String value, String after) {
        return value.isEmpty() ? "" : before + value + after;
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }
}
