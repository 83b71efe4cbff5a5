// SPDX-License-Identifier: Apache-2.0
package org.isthmus.addressing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.Rewrite;
import org.isthmus.config.Settings.Rewrite.Part;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Mapped;
import org.isthmus.directory.Tables;
import org.isthmus.message.AddressRewriter;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The rules of `rewrite` for one transaction: those of its listener and direction. Rules are applied in the order in which they stand, each once, to what the ones before
/// have made; so no rules whatever go on for ever. Belongs to one session's thread.
public final class Rewriting implements AddressRewriter.Rule {
    /// No rule applies.
    public static final Rewriting NONE = new Rewriting(List.of(), (table, address) -> new Mapped.Nothing());

    private final Map<Part, List<Rewrite>> rules = new EnumMap<>(Part.class);
    private final Tables tables;
    private final Map<Rewrite, Integer> inHeader = new LinkedHashMap<>();
    private final Map<Mailbox, Mailbox> headerAddresses = new LinkedHashMap<>();

    private Rewriting(List<Rewrite> applying, Tables tables) {
        this.tables = tables;
        for (Rewrite rule : applying) {
            rule.what().forEach(part -> rules.computeIfAbsent(part, p -> new ArrayList<>()).add(rule));
        }
    }

    /// @param listener by which the message comes
    /// @param ours whether the client may send to anywhere, so that its mail goes out rather than in
    public static Rewriting of(String listener, boolean ours, Tables tables, Snapshot snapshot) {
        List<Rewrite> all = snapshot.settings().addressing().rewrites();
        if (all.isEmpty()) {
            return NONE;
        }
        List<Rewrite> applying = all.stream().filter(rule -> applies(rule, listener, ours)).toList();
        return applying.isEmpty() ? NONE : new Rewriting(applying, tables);
    }

    static boolean applies(Rewrite rule, String listener, boolean ours) {
        boolean direction = switch (rule.direction()) {
            case IN -> !ours;
            case OUT -> ours;
            case BOTH -> true;
        };
        return direction && (rule.listener().isEmpty() || rule.listener().contains(listener));
    }

    /// What became of an address.
    /// @param steps one for each rule that changed it
    /// @param undecided why it cannot be told now; null if it can
    public record Result(Mailbox address, List<Step> steps, @Nullable String undecided) {
        public Result {
            steps = List.copyOf(steps);
        }
    }

    /// Whether any rule could change something there.
    public boolean touches(Part part) {
        return rules.containsKey(part);
    }

    /// Whether the header must be looked at.
    public boolean touchesHeader() {
        return touches(Part.HEADER_SENDER) || touches(Part.HEADER_RECIPIENT);
    }

    /// Rewrites an address of the envelope.
    public Result rewrite(Mailbox address, Part part) {
        List<Rewrite> applying = rules.get(part);
        if (applying == null) {
            return new Result(address, List.of(), null);
        }
        Mailbox present = address;
        List<Step> steps = new ArrayList<>();
        for (Rewrite rule : applying) {
            switch (made(present, rule)) {
                case Mapped.Nothing nothing -> {}
                case Mapped.Undecided undecided -> {
                    steps.add(Step.of("rewrite", rule.text(), undecided.at() == null ? rule.at() : undecided.at(), "cannot be told now: " + undecided.why()));
                    return new Result(present, steps, undecided.why());
                }
                case Mapped.To to -> {
                    if (!to.address().equals(present)) {
                        steps.add(Step.of("rewrite", rule.text(), to.at(), present + " becomes " + to.address() + words(part)));
                        present = to.address();
                    }
                }
            }
        }
        return new Result(present, steps, null);
    }

    private static String words(Part part) {
        return switch (part) {
            case ENVELOPE_SENDER -> ", the sender";
            case ENVELOPE_RECIPIENT -> "";
            case HEADER_SENDER, HEADER_RECIPIENT -> ", in the header";
        };
    }

    /// What one rule makes of an address, as it is applied to it alone.
    private Mapped made(Mailbox address, Rewrite rule) {
        return made(address, rule, tables);
    }

    static Mapped made(Mailbox address, Rewrite rule, Tables tables) {
        if (rule.table() != null) {
            return tables.mapped(rule.table(), address);
        }
        Mailbox made = rule.to() == null ? null : rule.in().replace(address, rule.to());
        return made == null ? new Mapped.Nothing() : new Mapped.To(made, rule.at());
    }

    /// An address of the header. What cannot be told now stays: a message that has come so far is not held up for what people read.
    @Override
    public Mailbox replace(Mailbox address, boolean sender) {
        Mailbox present = address;
        for (Rewrite rule : rules.getOrDefault(sender ? Part.HEADER_SENDER : Part.HEADER_RECIPIENT, List.of())) {
            if (made(present, rule) instanceof Mapped.To(Mailbox made, var at) && !made.equals(present)) {
                inHeader.merge(rule, 1, Integer::sum);
                present = made;
            }
        }
        if (headerAddresses.size() < 5 && !present.equals(address)) {
            headerAddresses.put(address, present);
        }
        return present;
    }

    /// What was done to the header; empty if nothing was.
    public List<Step> headerSteps() {
        List<String> evidence = headerAddresses.entrySet().stream().map(one -> one.getKey() + " becomes " + one.getValue()).toList();
        List<Step> steps = new ArrayList<>();
        inHeader.forEach((rule, count) -> steps.add(
                new Step("rewrite", rule.text(), rule.at(), (count == 1 ? "1 address" : count + " addresses") + " of the header rewritten", evidence, List.of())));
        return steps;
    }
}
