// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import org.isthmus.tracking.Harmless;
import tools.jackson.databind.JsonNode;

/// The queue for people.
final class QueueTables {
    private static final int LONGEST_WHY = 100;

    private QueueTables() {}

    /// A line for each recipient that waits or is held.
    static String list(JsonNode result) {
        Table table = new Table("ID", ">AGE", ">SIZE", "FROM", "TO", "STATE", "NEXT", ">TRIES", "WHY");
        for (JsonNode message : result.path("messages").values()) {
            boolean first = true;
            for (JsonNode recipient : message.path("recipients").values()) {
                String state = text(recipient, "state");
                if (!state.equals("settled")) {
                    table.row(first ? text(message, "id") : "", first ? Spans.brief(message.path("age").asDouble(0)) : "",
                            first ? Spans.octets(message.path("size").asLong(0)) : "", first ? from(message) : "", text(recipient, "to"), state,
                            state.equals("waiting") ? Spans.toSeconds(text(recipient, "due")) : "-", text(recipient, "attempts"), cut(why(recipient)));
                    first = false;
                }
            }
        }
        if (table.isEmpty()) {
            return "nothing in the queue matches\n";
        }
        return table + (result.path("more").asBoolean(false) ? "there are more; --limit N shows them\n" : "");
    }

    /// A message with all there is to say.
    static String show(JsonNode message) {
        StringBuilder text = new StringBuilder();
        line(text, "message", text(message, "id"));
        line(text, "from", from(message));
        line(text, "accepted", Spans.toSeconds(text(message, "accepted")) + " (" + Spans.brief(message.path("age").asDouble(0)) + " ago)");
        line(text, "size", Spans.octets(message.path("size").asLong(0)));
        line(text, "priority", text(message, "priority"));
        line(text, "message-id", text(message, "messageId"));
        line(text, "TLS to the end", text(message, "tlsWish"));
        line(text, "subject", text(message, "subject"));
        line(text, "client", text(message, "client"));
        line(text, "listener", text(message, "listener"));
        line(text, "user", text(message, "user"));
        line(text, "report about", text(message, "about"));
        for (JsonNode recipient : message.path("recipients").values()) {
            recipient(text, recipient);
        }
        return text.append('\n').toString();
    }

    private static void recipient(StringBuilder text, JsonNode recipient) {
        String state = text(recipient, "state");
        StringBuilder line = new StringBuilder(text(recipient, "to")).append("  ").append(state.equals("settled") ? text(recipient, "outcome") : state);
        if (state.equals("waiting")) {
            line.append(", next ").append(Spans.toSeconds(text(recipient, "due"))).append(", tried ").append(text(recipient, "attempts"));
        }
        if (state.equals("held")) {
            line.append(" by ").append(text(recipient, "by")).append(" since ").append(Spans.toSeconds(text(recipient, "since")));
        }
        line(text, "recipient " + text(recipient, "n"), line.toString());
        for (JsonNode via : recipient.path("via").values()) {
            line(text, "  sent to", via.asString(""));
        }
        line(text, "  why", why(recipient));
        line(text, "  peer", text(recipient, "peer"));
        line(text, "  reply", text(recipient, "reply"));
        if (recipient.path("possibleDuplicate").asBoolean(false)) {
            line(text, "  note", "the peer may have it already: the connection broke before its answer");
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("%-14s %s%n".formatted(name, Harmless.text(value)));
        }
    }

    private static String from(JsonNode message) {
        return "<" + text(message, "from") + ">";
    }

    private static String why(JsonNode recipient) {
        String status = text(recipient, "status");
        return (status.isEmpty() ? "" : status + " ") + text(recipient, "why");
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_WHY ? text : text.substring(0, LONGEST_WHY - 1) + "…";
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? "" : value.asString("");
    }
}
