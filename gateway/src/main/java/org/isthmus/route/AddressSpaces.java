// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Host;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.platform.Entropy;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Chooses among {@code routes}: of those whose conditions hold, the best fitting; of these, the lowest cost first, equal costs in an order that chance
/// gives, so that they share the load. What costs more comes behind and is tried when what is before it cannot be reached.
final class AddressSpaces {
    private AddressSpaces() {}

    /// @param choices in the order in which to try them; empty if no address space matches
    record Selection(List<Choice> choices, Step step) {
        Selection {
            choices = List.copyOf(choices);
        }
    }

    /// @param matching as {@link SpaceTable} gives them
    /// @param named for a domain of the site: only spaces that name it count, never a bare {@code *}
    static Selection select(List<AddressSpace> matching, Host host, Router.Facts facts, boolean named, Entropy entropy) {
        List<String> lost = new ArrayList<>();
        List<AddressSpace> fitting = new ArrayList<>();
        for (AddressSpace space : matching) {
            String against = against(space, facts, named);
            if (against == null) {
                fitting.add(space);
            } else {
                lost.add(rule(space) + ": " + against);
            }
        }
        int best = fitting.stream().mapToInt(space -> space.to().fit()).max().orElse(0);
        for (AddressSpace space : List.copyOf(fitting)) {
            if (space.to().fit() < best) {
                fitting.remove(space);
                lost.add(rule(space) + ": fits less well");
            }
        }
        Chance.shuffle(fitting, entropy);
        fitting.sort(Comparator.comparingInt(AddressSpace::cost));
        return selection(host, facts, fitting, lost);
    }

    private static @Nullable String against(AddressSpace space, Router.Facts facts, boolean named) {
        if (named && space.to() instanceof DomainPattern.Everything) {
            return "a bare * is no way for a domain of the site";
        }
        if (space.from() != null && !SenderPattern.matches(space.from(), facts.from())) {
            return "only for senders from=" + space.from();
        }
        if (space.minSize().isPresent() && facts.size() < space.minSize().get().octets()) {
            return "only from " + space.minSize().get() + " up, and this has " + facts.size() + " B";
        }
        if (space.maxSize().isPresent() && facts.size() > space.maxSize().get().octets()) {
            return "only up to " + space.maxSize().get() + ", and this has " + facts.size() + " B";
        }
        if (space.requireTls().isPresent() && space.requireTls().get() != facts.tls()) {
            return facts.tls() ? "not for messages that require TLS" : "only for messages that require TLS";
        }
        return null;
    }

    private static Selection selection(Host host, Router.Facts facts, List<AddressSpace> fitting, List<String> lost) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        for (AddressSpace space : fitting) {
            if (space.fallback() != null && facts.attempts() >= space.fallbackAfter()) {
                choices.putIfAbsent(space.fallback(), new Choice(space.fallback(), rule(space) + " fallback=" + space.fallback() + " after " + facts.attempts() + " attempts", space.at()));
            } else if (space.fallback() != null) {
                lost.add(rule(space) + " fallback=" + space.fallback() + ": takes over after " + space.fallbackAfter() + " attempts, and " + facts.attempts() + " were made");
            }
            choices.putIfAbsent(space.via(), new Choice(space.via(), rule(space), space.at()));
        }
        if (choices.isEmpty()) {
            return new Selection(List.of(), new Step("route", "routes", null, "no address space matches " + host.text(), List.of(), lost));
        }
        List<Choice> order = List.copyOf(choices.values());
        String outcome = host.text() + " goes by " + String.join(", then ", order.stream().map(Choice::via).toList());
        return new Selection(order, new Step("route", order.getFirst().rule(), order.getFirst().at(), outcome, List.of(), lost));
    }

    static String rule(AddressSpace space) {
        return "routes[" + space.index() + "] to=\"" + space.to().text() + "\" via=" + space.via() + (space.cost() == 0 ? "" : " cost=" + space.cost());
    }
}
