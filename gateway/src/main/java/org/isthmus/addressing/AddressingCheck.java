// SPDX-License-Identifier: Apache-2.0
package org.isthmus.addressing;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Direction;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Rewrite;
import org.isthmus.config.Settings.Rewrite.Part;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.DomainTable;
import org.isthmus.directory.FileDirectory;
import org.isthmus.directory.Mapped;
import org.isthmus.directory.Presence;
import org.isthmus.transit.SourceLine;

/// What is wrong with the rules of `rewrite` and `copies`, though every line of them is right: rules that lead back to where they began (LP09), that take addresses out of the
/// site, copies for nobody.
///
/// Circles are looked for among sample addresses, one or two for each rule and one for each entry of a file, with all rules that can meet: of one listener, one direction and one
/// place of an address.
public final class AddressingCheck {
    private static final int MOST_ENTRIES = 200_000;
    private static final int MOST_STEPS = 64;
    private static final int SHOWN = 20;

    private final Settings settings;
    private final FileDirectory directory;
    private final Snapshot snapshot;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> told = new HashSet<>();

    private AddressingCheck(Settings settings, FileDirectory directory) {
        this.settings = settings;
        this.directory = directory;
        this.snapshot = new Snapshot(0, settings);
    }

    /// Everything there is to say. Reads the files that rules name.
    public static List<Problem> problems(Settings settings, FileDirectory directory) {
        AddressingCheck check = new AddressingCheck(settings, directory);
        check.circles();
        check.away();
        check.copies();
        return check.problems;
    }

    // ---- LP09

    private void circles() {
        Set<List<Rewrite>> meeting = new LinkedHashSet<>();
        List<String> listeners = new ArrayList<>(settings.listeners().stream().map(Settings.Listener::name).toList());
        listeners.add("");
        for (String listener : listeners) {
            for (boolean ours : new boolean[] {true, false}) {
                for (Part part : Part.values()) {
                    meeting.add(settings.addressing().rewrites().stream().filter(rule -> rule.what().contains(part) && Rewriting.applies(rule, listener, ours)).toList());
                }
            }
        }
        meeting.forEach(rules -> samples(rules).forEach(sample -> walk(sample, rules)));
    }

    private List<Mailbox> samples(List<Rewrite> rules) {
        List<Mailbox> samples = new ArrayList<>();
        for (Rewrite rule : rules) {
            if (rule.table() == null) {
                samples.add(sample(rule.in()));
            } else {
                directory.tableEntries(rule.table(), MOST_ENTRIES, (address, line) -> samples.add(address));
            }
        }
        return samples;
    }

    private static Mailbox sample(AddressPattern pattern) {
        Domain domain = switch (pattern.domain()) {
            case DomainPattern.Exact exact -> exact.domain();
            case DomainPattern.Below below -> Domain.of("sub." + below.parent().ascii());
            case DomainPattern.Everything all -> Domain.of("any.example");
        };
        String local = pattern.behind() == null ? pattern.before() : pattern.before() + "someone" + pattern.behind();
        return new Mailbox(new LocalPart(local.substring(0, Math.min(64, local.length()))), domain);
    }

    /// One rule after another, in every order there is, until an address comes again.
    private void walk(Mailbox start, List<Rewrite> rules) {
        Map<Mailbox, Step> from = new LinkedHashMap<>();
        Deque<Mailbox> todo = new ArrayDeque<>(List.of(start));
        while (!todo.isEmpty() && from.size() < MOST_STEPS) {
            Mailbox address = todo.remove();
            for (Rewrite rule : rules) {
                if (Rewriting.made(address, rule, directory) instanceof Mapped.To(Mailbox made, SourceLine at) && !made.equals(address)) {
                    if (made.equals(start)) {
                        circle(path(start, address, new Step(address, made, at), from));
                        return;
                    }
                    if (from.putIfAbsent(made, new Step(address, made, at)) == null) {
                        todo.add(made);
                    }
                }
            }
        }
    }

    private record Step(Mailbox address, Mailbox made, SourceLine at) {}

    private static List<Step> path(Mailbox start, Mailbox end, Step last, Map<Mailbox, Step> from) {
        List<Step> steps = new ArrayList<>(List.of(last));
        for (Mailbox address = end; !address.equals(start); ) {
            Step step = from.get(address);
            if (step == null) {
                break;
            }
            steps.addFirst(step);
            address = step.address();
        }
        return steps;
    }

    private void circle(List<Step> steps) {
        // A circle has as many beginnings as lines.
        if (!told.add(steps.stream().map(step -> step.at().toString()).sorted().toList().toString())) {
            return;
        }
        List<String> evidence = new ArrayList<>();
        evidence.add(String.join(" -> ", steps.stream().map(step -> step.address().text()).toList()) + " -> " + steps.getLast().made());
        steps.forEach(step -> evidence.add(step.at() + ": " + step.address() + " -> " + step.made()));
        problems.add(new Problem("LP09", Problem.Severity.ERROR, true, steps.getFirst().at(), "rules of rewrite lead in a circle; each is applied once, so what comes of an address depends on "
                + "their order", evidence, "give them different directions (direction = in | out) or places (what), or take one out"));
    }

    // ---- out of the site

    private void away() {
        DomainTable ours = DomainTable.of(settings);
        for (Rewrite rule : settings.addressing().rewrites()) {
            if (!rule.what().contains(Part.ENVELOPE_RECIPIENT) || rule.direction() == Direction.OUT) {
                continue;
            }
            if (rule.table() != null) {
                away(rule, rule.table(), ours);
            } else if (rule.to() != null && ours.covers(rule.in().domain()) && !(rule.to().domain() instanceof DomainPattern.Everything) && !ours.covers(rule.to().domain())) {
                away(rule.at(), rule.in() + " belongs to the site and becomes " + rule.to());
            }
        }
    }

    private void away(Rewrite rule, Path table, DomainTable ours) {
        int[] count = new int[1];
        directory.tableEntries(table, MOST_ENTRIES, (address, line) -> {
            if (isOurs(address, ours) && Rewriting.made(address, rule, directory) instanceof Mapped.To(Mailbox made, SourceLine at) && !isOurs(made, ours) && ++count[0] <= SHOWN) {
                away(at, address + " belongs to the site and becomes " + made);
            }
        });
    }

    private void away(SourceLine at, String what) {
        problems.add(Problem.warning("rewrites-away", at, what + ", which does not: strangers who write to it are refused, because they may not send to anywhere; an alias forwards", null));
    }

    private static boolean isOurs(Mailbox address, DomainTable ours) {
        return address.host() instanceof Domain domain && ours.find(domain).isPresent();
    }

    // ---- copies

    private void copies() {
        for (Settings.Copies rule : settings.addressing().copies()) {
            for (Mailbox to : rule.to()) {
                if (directory.find(to, snapshot) instanceof Presence.Unknown unknown && unknown.domain().kind() != Settings.SiteDomain.Kind.SHARED) {
                    problems.add(Problem.warning("dead-copies", rule.at(), rule.text() + ": " + to + " does not exist here; every copy will fail, and nobody is told", null));
                }
            }
        }
    }
}
