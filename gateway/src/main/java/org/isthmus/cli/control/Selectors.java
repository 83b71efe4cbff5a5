// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Selectors as JSON. A field that is not known, or of another type, is an error: a condition that is overlooked would make the choice wider than was meant.
public final class Selectors {
    private static final Set<String> FIELDS = Set.of("ids", "to", "toDomains", "from", "reason", "olderThan", "held", "all");

    private Selectors() {}

    /// @param all everything is meant, said outright
    public static ObjectNode write(Selector selector, boolean all) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        list(node, "ids", selector.ids());
        list(node, "to", selector.to());
        list(node, "toDomains", selector.toDomains().stream().map(Domain::ascii).toList());
        if (selector.from() != null) {
            node.put("from", selector.from());
        }
        if (selector.reason() != null) {
            node.put("reason", selector.reason());
        }
        if (selector.olderThan() != null) {
            node.put("olderThan", selector.olderThan().toSeconds());
        }
        if (selector.held()) {
            node.put("held", true);
        }
        if (all) {
            node.put("all", true);
        }
        return node;
    }

    private static void list(ObjectNode node, String name, Iterable<?> values) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        values.forEach(value -> list.add(value.toString()));
        if (!list.isEmpty()) {
            node.set(name, list);
        }
    }

    static Selector read(JsonNode node) throws BadRequest {
        if (!node.isObject()) {
            throw new BadRequest("a selector is an object");
        }
        for (var field : node.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw new BadRequest("no selector is called " + field.getKey());
            }
        }
        Set<QueueId> ids = new LinkedHashSet<>();
        for (String id : texts(node, "ids")) {
            ids.add(QueueId.parse(id).orElseThrow(() -> new BadRequest("\"" + id + "\" is no queue id")));
        }
        Set<Domain> domains = new LinkedHashSet<>();
        for (String domain : texts(node, "toDomains")) {
            domains.add(domain(domain));
        }
        return new Selector(ids, texts(node, "to"), domains, text(node, "from"), text(node, "reason"), olderThan(node), flag(node, "held"));
    }

    /// For verbs that change something.
    /// @throws BadRequest if nothing was chosen
    static Selector readForAction(JsonNode node) throws BadRequest {
        Selector selector = read(node);
        boolean all = flag(node, "all");
        if (selector.equals(Selector.ALL) && !all) {
            throw new BadRequest("nothing was chosen; --all says that everything is meant");
        }
        if (all && !selector.equals(Selector.ALL)) {
            throw new BadRequest("--all is the opposite of a choice; give one of them");
        }
        return selector;
    }

    static Domain domain(String text) throws BadRequest {
        try {
            return Domain.parse(text);
        } catch (SyntaxProblem e) {
            throw new BadRequest("\"" + text + "\" is no domain: " + e.getMessage());
        }
    }

    static @Nullable String text(JsonNode node, String name) throws BadRequest {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw new BadRequest(name + " is a text");
        }
        return value.stringValue();
    }

    static boolean flag(JsonNode node, String name) throws BadRequest {
        JsonNode value = node.get(name);
        if (value != null && !value.isBoolean()) {
            throw new BadRequest(name + " is true or false");
        }
        return value != null && value.asBoolean();
    }

    static Set<String> texts(JsonNode node, String name) throws BadRequest {
        JsonNode value = node.get(name);
        Set<String> texts = new LinkedHashSet<>();
        if (value == null) {
            return texts;
        }
        if (!value.isArray()) {
            throw new BadRequest(name + " is a list");
        }
        for (JsonNode one : value.values()) {
            if (!one.isString()) {
                throw new BadRequest(name + " is a list of texts");
            }
            texts.add(one.stringValue());
        }
        return texts;
    }

    private static @Nullable Duration olderThan(JsonNode node) throws BadRequest {
        JsonNode value = node.get("olderThan");
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
            throw new BadRequest("olderThan is a number of seconds");
        }
        return Duration.ofSeconds(value.asInt());
    }
}
