// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.transit.SourceLine;

/// Finds aliases that lead back to themselves, as the directory would follow them: through other aliases, sub-addresses and catch-alls. Finding LP09.
///
/// An address that stands for itself and others is a copy and no circle, if it has a mailbox. A longer circle is one unless every address in it has a
/// mailbox, where expansion ends. The walk keeps its own stack, so that a chain of any length does not exhaust ours.
final class AliasCircles {
    private final FileDirectory directory;
    private final Settings settings;
    private final Snapshot snapshot;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Node> seen = new HashMap<>();
    private final Set<String> told = new HashSet<>();

    AliasCircles(FileDirectory directory, Settings settings) {
        this.directory = directory;
        this.settings = settings;
        this.snapshot = new Snapshot(0, settings);
    }

    private static final class Node {
        private final Mailbox address;
        private final Iterator<Mailbox> to;
        private final SourceLine at;
        private boolean done;
        /// Expansions from here to the farthest end.
        private int depth = 1;

        Node(Mailbox address, Presence.Expands expands, SourceLine at) {
            this.address = address;
            this.to = expands.to().iterator();
            this.at = at;
        }
    }

    List<Problem> problems() {
        Map<String, Mailbox> starts = new TreeMap<>();
        for (SiteDomain domain : settings.domains()) {
            AliasTable table = domain.aliases() == null ? null : directory.aliases(domain.aliases()).content();
            if (table != null) {
                table.aliases().forEach((key, alias) -> starts.put(key, alias.address()));
            }
        }
        starts.values().forEach(this::walk);
        return problems;
    }

    private void walk(Mailbox start) {
        Deque<Node> path = new ArrayDeque<>();
        enter(start, path);
        while (!path.isEmpty()) {
            Node node = path.getLast();
            if (node.to.hasNext()) {
                step(node, node.to.next(), path);
            } else {
                node.done = true;
                path.removeLast();
                if (!path.isEmpty()) {
                    path.getLast().depth = Math.max(path.getLast().depth, node.depth + 1);
                }
                if (node.depth == Directory.MOST_EXPANSIONS + 1) {
                    problems.add(Problem.error("LP09", node.at, node.address + " is expanded more than " + Directory.MOST_EXPANSIONS + " times in a row; mail for it is refused as a loop", null));
                }
            }
        }
    }

    private void step(Node from, Mailbox to, Deque<Node> path) {
        Node known = seen.get(AddressKey.of(to));
        if (known == null) {
            enter(to, path);
        } else if (known.done) {
            from.depth = Math.max(from.depth, known.depth + 1);
        } else {
            circle(known, path);
        }
    }

    private void enter(Mailbox address, Deque<Node> path) {
        if (seen.containsKey(AddressKey.of(address))) {
            return;
        }
        if (directory.find(address, snapshot) instanceof Presence.Expands expands) {
            SourceLine at = expands.step().at();
            Node node = new Node(address, expands, at == null ? expands.domain().at() : at);
            seen.put(AddressKey.of(address), node);
            path.addLast(node);
        }
    }

    private void circle(Node to, Deque<Node> path) {
        List<Node> nodes = new ArrayList<>();
        for (Iterator<Node> back = path.descendingIterator(); back.hasNext(); ) {
            Node node = back.next();
            nodes.addFirst(node);
            if (node == to) {
                break;
            }
        }
        List<String> homeless = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            text.append(node.address).append(" -> ");
            if (!(directory.resident(node.address, snapshot) instanceof Presence.Known)) {
                homeless.add(node.address.text());
            }
        }
        text.append(to.address);
        if (!homeless.isEmpty() && told.add(text.toString())) {
            problems.add(new Problem("LP09", Problem.Severity.ERROR, true, to.at, "aliases lead in a circle, and " + String.join(", ", homeless) + " has no mailbox where it could end",
                    List.of(text.toString()), "take one of them out"));
        }
    }
}
