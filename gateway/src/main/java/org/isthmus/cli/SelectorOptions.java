// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which recipients of the queue are meant. Conditions of different kinds must all hold; several of one kind are alternatives.
final class SelectorOptions {
    @Parameters(arity = "0..*", paramLabel = "ID", description = "The same as --id.")
    private List<String> positional = List.of();

    @Option(names = "--id", paramLabel = "ID", split = ",", description = "Messages of these queue ids.")
    private List<String> ids = List.of();

    @Option(names = "--to", paramLabel = "ADDRESS", description = "Recipients of this address.")
    private List<String> to = List.of();

    @Option(names = "--to-domain", paramLabel = "DOMAIN", description = "Recipients of this domain.")
    private List<String> toDomains = List.of();

    @Option(names = "--from", paramLabel = "ADDRESS", description = "Messages of this sender; <> for reports.")
    private @Nullable String from;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Recipients in whose last cause this text stands.")
    private @Nullable String reason;

    @Option(names = "--older-than", paramLabel = "SPAN", description = "Messages accepted longer ago than this: 90s, 15m, 4h, 3d.")
    private @Nullable String olderThan;

    @Option(names = "--held", description = "Recipients that are held.")
    private boolean held;

    @Option(names = "--all", description = "Everything. Verbs that change something ask for this where no other choice is made.")
    private boolean all;

    boolean all() {
        return all;
    }

    /// Whether queue ids are all that was said.
    boolean onlyIds() {
        Selector selector = selector();
        return !selector.ids().isEmpty() && selector.equals(new Selector(selector.ids(), Set.of(), Set.of(), null, null, null, false));
    }

    Selector selector() {
        Set<QueueId> wanted = new LinkedHashSet<>();
        for (List<String> several : List.of(positional, ids)) {
            several.forEach(id -> wanted.add(QueueId.parse(id)
                    .orElseThrow(() -> new Failure(Exit.USAGE, "\"" + id + "\" is no queue id; one has 13 characters, like 038GC25WNR000"))));
        }
        Set<Domain> domains = new LinkedHashSet<>();
        toDomains.forEach(domain -> domains.add(domain(domain)));
        Duration age = olderThan == null ? null : Spans.parse(olderThan);
        return new Selector(wanted, new LinkedHashSet<>(to), domains, from, reason, age, held);
    }

    /// For verbs that change something.
    Selector selectorForAction() {
        Selector selector = selector();
        if (selector.equals(Selector.ALL) && !all) {
            throw new Failure(Exit.USAGE, "nothing was chosen; name messages or recipients (--id, --to, --to-domain, --from, --reason, --older-than, --held), or say --all");
        }
        if (all && !selector.equals(Selector.ALL)) {
            throw new Failure(Exit.USAGE, "--all means everything; with another choice beside it one of them is a mistake");
        }
        return selector;
    }

    static Domain domain(String text) {
        try {
            return Domain.parse(text);
        } catch (SyntaxProblem e) {
            throw new Failure(Exit.USAGE, "\"" + text + "\" is no domain: " + e.getMessage());
        }
    }
}
