// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What stands for what: addresses that expand, and their way to others that do. Addresses that end somewhere are not in it, so that it is small even where there are
/// millions of aliases. Nothing here recurses, so chains of any length are walked.
final class AliasGraph {
    /// In a component with more nodes than this, not every one is tried as the beginning of the shortest circle.
    private static final int MOST_BEGINNINGS = 200;

    private final Map<String, Node> nodes = new HashMap<>();

    /// An address that stands for others.
    static final class Node {
        final Mailbox address;
        final SourceLine at;
        final List<Node> next = new ArrayList<>();
        /// Which component it is in; components that others lead to have smaller numbers.
        int component = -1;
        /// Expansions from here to the farthest end, each component counted once.
        int depth;
        private int entered = -1;
        private int lowest;
        private int visited;

        Node(Mailbox address, SourceLine at) {
            this.address = address;
            this.at = at;
        }
    }

    @Nullable Node find(Mailbox address) {
        return nodes.get(AddressKey.of(address));
    }

    Node add(Mailbox address, SourceLine at) {
        return nodes.computeIfAbsent(AddressKey.of(address), key -> new Node(address, at));
    }

    /// Nodes that reach one another, component after component; those with one node that does not reach itself too. Tarjan's algorithm on a stack of our own; sets
    /// the nodes' components and depths.
    List<List<Node>> components() {
        List<List<Node>> components = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>();
        int[] counter = new int[1];
        List<Node> all = new ArrayList<>(nodes.values());
        all.sort(AliasGraph::byPlace);
        for (Node start : all) {
            if (start.entered < 0) {
                explore(start, open, counter, components);
            }
        }
        return components;
    }

    static int byPlace(Node one, Node other) {
        int files = one.at.file().compareTo(other.at.file());
        int lines = files != 0 ? files : Integer.compare(one.at.line(), other.at.line());
        return lines != 0 ? lines : one.address.text().compareTo(other.address.text());
    }

    private static void explore(Node start, Deque<Node> open, int[] counter, List<List<Node>> components) {
        Deque<Node> path = new ArrayDeque<>();
        enter(start, path, open, counter);
        while (!path.isEmpty()) {
            Node node = path.getLast();
            if (node.visited < node.next.size()) {
                Node next = node.next.get(node.visited++);
                if (next.entered < 0) {
                    enter(next, path, open, counter);
                } else if (next.component < 0) {
                    node.lowest = Math.min(node.lowest, next.entered);
                }
            } else {
                path.removeLast();
                if (!path.isEmpty()) {
                    path.getLast().lowest = Math.min(path.getLast().lowest, node.lowest);
                }
                if (node.lowest == node.entered) {
                    close(node, open, components);
                }
            }
        }
    }

    private static void enter(Node node, Deque<Node> path, Deque<Node> open, int[] counter) {
        node.entered = counter[0]++;
        node.lowest = node.entered;
        path.addLast(node);
        open.addLast(node);
    }

    private static void close(Node root, Deque<Node> open, List<List<Node>> components) {
        List<Node> component = new ArrayList<>();
        Node node;
        do {
            node = open.removeLast();
            node.component = components.size();
            component.add(node);
        } while (node != root);
        int depth = 1;
        for (Node one : component) {
            for (Node next : one.next) {
                depth = next.component == one.component ? depth : Math.max(depth, next.depth + 1);
            }
        }
        for (Node one : component) {
            one.depth = depth;
        }
        component.sort(AliasGraph::byPlace);
        components.add(component);
    }

    /// The shortest circle of a component that goes through one of some nodes; the first in order of place where several are.
    /// @return its nodes in order, each once; empty if there is none
    static List<Node> shortestCircle(List<Node> through) {
        List<Node> shortest = List.of();
        for (Node start : through.subList(0, Math.min(MOST_BEGINNINGS, through.size()))) {
            List<Node> circle = circle(start);
            if (!circle.isEmpty() && (shortest.isEmpty() || circle.size() < shortest.size())) {
                shortest = circle;
            }
        }
        return shortest;
    }

    private static List<Node> circle(Node start) {
        Map<Node, Node> from = new HashMap<>();
        Deque<Node> todo = new ArrayDeque<>(List.of(start));
        while (!todo.isEmpty()) {
            Node node = todo.remove();
            for (Node next : node.next) {
                if (next == start) {
                    return back(node, from);
                }
                if (next.component == start.component && from.putIfAbsent(next, node) == null) {
                    todo.add(next);
                }
            }
        }
        return List.of();
    }

    private static List<Node> back(Node end, Map<Node, Node> from) {
        List<Node> path = new ArrayList<>();
        for (Node node = end; node != null; node = from.get(node)) {
            path.addFirst(node);
        }
        return path;
    }
}
