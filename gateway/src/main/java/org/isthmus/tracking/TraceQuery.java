// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is looked for in the tracking log. One text says it, and its form says what it is:
///
/// - a queue id of 13 characters: that message;
/// - an IP address: what came from it or was tried there;
/// - a text with {@code @}: an envelope address, old or new, or a Message-ID, with or without angle brackets; {@code @example.org} alone: any address of that domain;
/// - anything else: text in any value, so the words of a reply, a host name, a trace id or a session.
///
/// Letters are compared without case.
public sealed interface TraceQuery {

    record Id(QueueId id) implements TraceQuery {}

    record Ip(InetAddress address) implements TraceQuery {}

    /// @param text lower case, no angle brackets
    record Address(String text) implements TraceQuery {}

    /// @param text lower case
    record Words(String text) implements TraceQuery {}

    static TraceQuery of(String written) {
        String text = written.strip();
        Optional<QueueId> id = QueueId.parse(text);
        if (id.isPresent()) {
            return new Id(id.get());
        }
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!bare.isEmpty() && bare.chars().allMatch(c -> c == '.' || c == ':' || Character.digit(c, 16) >= 0) && (bare.indexOf(':') >= 0 || bare.indexOf('.') > 0)) {
            try {
                return new Ip(InetAddress.ofLiteral(bare));
            } catch (IllegalArgumentException e) {
                // Not an address: a text that looks like one.
            }
        }
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.indexOf('@') >= 0 && lower.indexOf(' ') < 0 ? new Address(withoutBrackets(lower)) : new Words(lower);
    }

    /// Narrows down the lines that can match.
    default Needle needle() {
        return switch (this) {
            case Id wanted -> new Needle(wanted.id().toString());
            case Ip wanted -> new Needle(wanted.address().getHostAddress());
            case Address wanted -> Needle.within(wanted.text());
            case Words wanted -> Needle.within(wanted.text());
        };
    }

    default boolean matches(JsonNode line) {
        return switch (this) {
            case Id wanted -> line.path("id").asString("").equals(wanted.id().toString());
            case Ip wanted -> anywhere(line, (name, value) -> (name.equals("remote") || name.equals("address")) && isAddress(value, wanted.address()));
            case Address wanted -> anywhere(line, (name, value) -> isNamed(name, value, wanted.text()));
            case Words wanted -> anywhere(line, (name, value) -> value.toLowerCase(Locale.ROOT).contains(wanted.text()));
        };
    }

    /// Whether an event happened within a span.
    static boolean within(JsonNode line, @Nullable Instant since, @Nullable Instant until) {
        try {
            Instant at = Instant.parse(line.path("at").asString(""));
            return (since == null || !at.isBefore(since)) && (until == null || at.isBefore(until));
        } catch (DateTimeException e) {
            return false;
        }
    }

    /// A test of one text in a line.
    interface Test {
        /// @param name of the field it is the value of, or of the list it stands in
        boolean holds(String name, String value);
    }

    private static boolean anywhere(JsonNode node, Test test) {
        for (var field : node.properties()) {
            if (anywhere(field.getKey(), field.getValue(), test)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anywhere(String name, JsonNode node, Test test) {
        if (node.isString()) {
            return test.holds(name, node.stringValue());
        }
        if (node.isObject()) {
            return anywhere(node, test);
        }
        for (JsonNode element : node.values()) {
            if (anywhere(name, element, test)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String name, String value, String wanted) {
        String lower = value.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "from", "to", "via" -> wanted.startsWith("@") ? lower.endsWith(wanted) : lower.equals(wanted);
            case "messageId" -> withoutBrackets(lower).equals(wanted);
            case "orcpt" -> lower.endsWith(";" + wanted);
            default -> false;
        };
    }

    /// @param value an address with its port
    private static boolean isAddress(String value, InetAddress wanted) {
        int colon = value.lastIndexOf(':');
        String host = colon < 0 ? value : value.substring(0, colon);
        return host.equals(wanted.getHostAddress()) || host.equals("[" + wanted.getHostAddress() + "]");
    }

    private static String withoutBrackets(String text) {
        return text.startsWith("<") && text.endsWith(">") && text.length() > 2 ? text.substring(1, text.length() - 1) : text;
    }
}
