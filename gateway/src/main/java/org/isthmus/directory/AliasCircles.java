// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.AliasGraph.Node;
import org.isthmus.transit.SourceLine;

/// Finds aliases that lead back to themselves, as the directory would follow them: through other aliases, sub-addresses, catch-alls and postmaster-to. Finding LP09.
/// Also those that lead nowhere.
///
/// An address that stands for itself and others is a copy and no circle, if it has a mailbox. A longer circle is one unless every address in it has a mailbox, where
/// expansion ends. Of addresses that all reach one another one finding is told, with the shortest circle among them.
final class AliasCircles {
    private static final int SHOWN = 20;
    /// Who has more aliases than this is not told of each that leads nowhere.
    private static final int MOST_LOOKED_AT = 200_000;

    private final FileDirectory directory;
    private final Settings settings;
    private final Snapshot snapshot;
    private final AliasGraph graph = new AliasGraph();
    private final List<Problem> problems = new ArrayList<>();
    private final Deque<Node> todo = new ArrayDeque<>();

    AliasCircles(FileDirectory directory, Settings settings) {
        this.directory = directory;
        this.settings = settings;
        this.snapshot = new Snapshot(0, settings);
    }

    /// All there is to say.
    List<Problem> problems() {
        Set<Path> seen = new HashSet<>();
        for (SiteDomain domain : settings.domains()) {
            Path path = domain.aliases();
            AliasTable table = path == null || !seen.add(path) ? null : directory.aliases(path).content();
            if (path != null && table != null) {
                aliases(path, table);
            }
            if (domain.catchAll() != null) {
                enter(domain.catchAll());
            }
        }
        explore();
        judge();
        return problems;
    }

    private void aliases(Path path, AliasTable table) {
        int[] dead = new int[1];
        table.forEach((key, line) -> {
            AliasTable.Alias alias = table.find(key);
            if (alias == null || alias.broken()) {
                return;
            }
            if (alias.to().stream().anyMatch(to -> directory.mayExpand(to, snapshot))) {
                enter(AliasTable.mailbox(key));
            } else if (table.entries() <= MOST_LOOKED_AT && alias.to().stream().allMatch(to -> directory.find(to, snapshot) instanceof Presence.Unknown unknown && nowhere(unknown)) && ++dead[0] <= SHOWN) {
                problems.add(Problem.warning("dead-alias", new SourceLine(path.toString(), line), AliasTable.mailbox(key) + " stands only for addresses that do not exist here: "
                        + Search.join(alias.to()) + "; mail for it is refused", null));
            }
        });
        if (dead[0] > SHOWN) {
            problems.add(Problem.warning("dead-alias", null, "... and " + (dead[0] - SHOWN) + " more aliases in " + path + " that stand only for addresses that do not exist here", null));
        }
    }

    private static boolean nowhere(Presence.Unknown unknown) {
        return unknown.domain().kind() != SiteDomain.Kind.SHARED;
    }

    private void enter(Mailbox address) {
        if (graph.find(address) == null && directory.find(address, snapshot) instanceof Presence.Expands expands) {
            SourceLine at = expands.step().at();
            todo.add(graph.add(address, at == null ? expands.domain().at() : at));
        }
    }

    private void explore() {
        while (!todo.isEmpty()) {
            Node node = todo.remove();
            if (directory.find(node.address, snapshot) instanceof Presence.Expands expands) {
                for (Mailbox to : expands.to()) {
                    enter(to);
                    Node next = graph.find(to);
                    if (next != null) {
                        node.next.add(next);
                    }
                }
            }
        }
    }

    private void judge() {
        for (List<Node> component : graph.components()) {
            Node first = component.getFirst();
            if (component.size() > 1 || first.next.contains(first)) {
                circle(component);
            } else if (first.depth == Directory.MOST_EXPANSIONS + 1) {
                tooLong(first);
            }
        }
    }

    private void circle(List<Node> component) {
        List<Node> homeless = component.stream().filter(node -> !(directory.resident(node.address, snapshot) instanceof Presence.Known)).toList();
        List<Node> circle = AliasGraph.shortestCircle(homeless);
        if (circle.isEmpty()) {
            return;
        }
        List<Node> told = fromItsFirst(circle);
        List<String> evidence = new ArrayList<>();
        evidence.add(String.join(" -> ", told.stream().map(node -> node.address.text()).toList()) + " -> " + told.getFirst().address);
        for (int i = 0; i < told.size(); i++) {
            evidence.add(told.get(i).at + ": " + told.get(i).address + " -> " + told.get((i + 1) % told.size()).address);
        }
        if (component.size() > circle.size()) {
            evidence.add((component.size() - circle.size()) + " more addresses lead into this circle and are led to by it");
        }
        Node last = told.getLast();
        List<String> without = told.stream().filter(homeless::contains).map(node -> node.address.text()).toList();
        problems.add(new Problem("LP09", Problem.Severity.ERROR, true, told.getFirst().at, "aliases lead in a circle, and " + String.join(", ", without)
                + (without.size() == 1 ? " has" : " have") + " no mailbox where it could end", evidence, "take " + told.getFirst().address + " out of the members of " + last.address + " (" + last.at + ")"));
    }

    /// The same circle, beginning where an operator who reads his files from the top meets it first.
    private static List<Node> fromItsFirst(List<Node> circle) {
        int first = 0;
        for (int i = 1; i < circle.size(); i++) {
            first = AliasGraph.byPlace(circle.get(i), circle.get(first)) < 0 ? i : first;
        }
        List<Node> turned = new ArrayList<>(circle.subList(first, circle.size()));
        turned.addAll(circle.subList(0, first));
        return turned;
    }

    private void tooLong(Node first) {
        List<String> evidence = new ArrayList<>();
        Node node = first;
        while (node != null && evidence.size() <= Directory.MOST_EXPANSIONS) {
            evidence.add(node.at + ": " + node.address);
            Node deepest = null;
            for (Node next : node.next) {
                deepest = deepest == null || next.depth > deepest.depth ? next : deepest;
            }
            node = deepest;
        }
        problems.add(new Problem("LP09", Problem.Severity.ERROR, true, first.at,
                first.address + " is expanded more than " + Directory.MOST_EXPANSIONS + " times in a row; mail for it is refused as a loop", evidence, "let it name its last members itself"));
    }
}
