// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.cli.control.Shown;
import org.isthmus.explain.Explanation;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.schedule.Forecast.Prospect;
import org.isthmus.tracking.Harmless;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.Way;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An explanation for programs, and out of the same for people.
final class ExplainText {
    private ExplainText() {}

    static ObjectNode json(Explanation explanation, JsonNode server) {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("verdict", word(explanation.verdict()));
        ObjectNode asked = node.putObject("question").put("to", explanation.question().to()).put("from", explanation.question().from())
                .put("client", explanation.question().client().getHostAddress()).put("listener", explanation.question().listener());
        explanation.question().size().ifPresent(size -> asked.put("size", size));
        if (explanation.question().requireTls()) {
            asked.put("requireTls", true);
        }
        if (explanation.question().user() != null) {
            asked.put("user", explanation.question().user());
        }
        node.put("accepted", explanation.accepted()).put("command", explanation.command()).put("reply", explanation.reply().text());
        node.set("steps", Shown.steps(explanation.steps()));
        ArrayNode recipients = node.putArray("recipients");
        explanation.prospects().forEach(prospect -> recipients.add(prospect(prospect)));
        ArrayNode changers = node.putArray("wouldChange");
        explanation.changers().forEach(changers::add);
        ArrayNode destinations = node.putArray("destinations");
        Set<String> hops = hops(explanation);
        server.path("destinations").values().forEach(one -> {
            if (hops.contains(one.path("name").asString(""))) {
                destinations.add(one);
            }
        });
        return node.put("serverRunning", !server.isMissingNode());
    }

    private static ObjectNode prospect(Prospect prospect) {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("n", prospect.number()).put("to", prospect.recipient().address().text());
        prospect.recipient().via().forEach(via -> node.withArray("via").add(via.text()));
        switch (prospect.fate()) {
            case Fate.Goes goes -> {
                node.put("fate", goes.suspended() == null ? "goes" : "suspended");
                if (goes.suspended() != null) {
                    node.put("suspended", goes.suspended());
                }
                ArrayNode ways = node.putArray("ways");
                goes.ways().forEach(way -> ways.add(way(way)));
            }
            case Fate.Held held -> node.put("fate", "held").put("why", held.why());
            case Fate.Waits waits -> Shown.cause(waits.cause(), node.put("fate", "waits"));
            case Fate.Fails fails -> Shown.cause(fails.cause(), node.put("fate", "fails"));
            case Fate.Becomes becomes -> {
                ArrayNode into = node.put("fate", "becomes").putArray("into");
                becomes.numbers().forEach(into::add);
            }
        }
        node.set("steps", Shown.steps(prospect.steps()));
        return node;
    }

    private static ObjectNode way(Way way) {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("hop", way.hop().toString()).put("protocol", word(way.protocol())).put("inside", way.inside());
        ArrayNode servers = node.putArray("servers");
        for (Exchange exchange : way.exchanges()) {
            ArrayNode addresses = servers.addObject().put("name", exchange.name()).putArray("addresses");
            for (InetSocketAddress address : exchange.addresses()) {
                addresses.add(Shown.text(address));
            }
        }
        return node;
    }

    private static Set<String> hops(Explanation explanation) {
        Set<String> hops = new TreeSet<>();
        for (Prospect prospect : explanation.prospects()) {
            if (prospect.fate() instanceof Fate.Goes goes) {
                goes.ways().forEach(way -> hops.add(way.hop().toString()));
            }
        }
        return hops;
    }

    static String text(Explanation explanation, JsonNode server) {
        JsonNode node = json(explanation, server);
        StringBuilder text = new StringBuilder();
        JsonNode asked = node.path("question");
        line(text, "<" + value(asked, "to") + "> from <" + value(asked, "from") + ">, by client " + value(asked, "client") + (asked.has("user") ? " as " + value(asked, "user") : "") + (asked.has("requireTls") ? " with REQUIRETLS" : "") + " at listener " + value(asked, "listener"));
        line(text, (explanation.accepted() ? "accepted" : explanation.reply().isTransient() ? "not accepted now" : "refused") + " at " + value(node, "command") + ": "
                + value(node, "reply"));
        steps(text, node);
        node.path("recipients").values().forEach(recipient -> recipient(text, recipient));
        for (JsonNode destination : node.path("destinations").values()) {
            line(text, "");
            line(text, "the server says of " + value(destination, "name") + ": " + value(destination, "queued") + " queued, " + value(destination, "active") + " active, "
                    + value(destination, "state"));
        }
        if (!node.path("wouldChange").isEmpty()) {
            line(text, "");
            line(text, "what would change it:");
            node.path("wouldChange").values().forEach(one -> line(text, "  " + one.asString("")));
        }
        return text.toString();
    }

    private static void recipient(StringBuilder text, JsonNode recipient) {
        line(text, "");
        String to = value(recipient, "to");
        String why = value(recipient, "status") + (value(recipient, "status").isEmpty() ? "" : " ") + value(recipient, "why");
        line(text, switch (value(recipient, "fate")) {
            case "goes" -> to + " goes by " + hops(recipient);
            case "suspended" -> to + " waits: deliveries to " + value(recipient, "suspended") + " are suspended; then it goes by " + hops(recipient);
            case "held" -> to + " is held: " + why;
            case "waits" -> to + " waits: " + why;
            case "fails" -> to + " is given up, with a report to the sender: " + why;
            default -> to + " stands for others:";
        });
        recipient.path("ways").values().forEach(way -> way.path("servers").values().forEach(server -> line(text, "    " + value(server, "name") + " "
                + String.join(", ", server.path("addresses").values().stream().map(address -> address.asString("")).toList()) + " by " + value(way, "protocol")
                + (way.path("inside").asBoolean(false) ? ", inside" : ", outward"))));
        steps(text, recipient);
    }

    private static String hops(JsonNode recipient) {
        List<String> hops = recipient.path("ways").values().stream().map(way -> value(way, "hop")).toList();
        return String.join(", else by ", hops);
    }

    private static void steps(StringBuilder text, JsonNode holder) {
        for (JsonNode step : holder.path("steps").values()) {
            String at = value(step, "at");
            line(text, "  " + value(step, "stage") + ": " + value(step, "rule") + (at.isEmpty() ? "" : " (" + at + ")") + ": " + value(step, "outcome"));
            step.path("evidence").values().forEach(evidence -> line(text, "      " + evidence.asString("")));
            step.path("lost").values().forEach(lost -> line(text, "      not " + lost.asString("")));
        }
    }

    private static void line(StringBuilder text, String words) {
        text.append(Harmless.text(words)).append('\n');
    }

    private static String value(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
