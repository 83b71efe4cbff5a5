// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.List;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Where a way of the configuration leads, as the router found it: for those who look at whole walks rather than at one message.
///
/// @param via the name of a next hop, or {@code mx}
/// @param rule what offers the way, in the operator's words: {@code routes[2] to="*" via=mx}
/// @param at where the rule stands; none for what is built in
/// @param end what is there
/// @param exchanges the servers, where there are some
/// @param self why it is ourselves, in whole or in part; none if it is not
/// @param step the question and its evidence
public record Lead(String via, String rule, @Nullable SourceLine at, End end, List<Exchange> exchanges, @Nullable SelfMatch self, Step step) {
    public Lead {
        exchanges = List.copyOf(exchanges);
    }

    /// What is at the end of a way.
    public enum End {
        SERVERS,
        /// Ourselves and nobody better.
        OURSELVES,
        /// Cannot be told now.
        UNSURE,
        /// Nobody, for good.
        NOWHERE
    }

    static Lead of(Choice choice, Resolved resolved) {
        return switch (resolved) {
            case Resolved.Reached reached -> of(choice, End.SERVERS, reached.exchanges(), reached.self(), reached.step());
            case Resolved.Ours ours -> of(choice, End.OURSELVES, List.of(), ours.self(), ours.step());
            case Resolved.Unsure unsure -> of(choice, End.UNSURE, List.of(), unsure.self(), unsure.step());
            case Resolved.Nowhere nowhere -> of(choice, End.NOWHERE, List.of(), null, nowhere.step());
        };
    }

    private static Lead of(Choice choice, End end, List<Exchange> exchanges, @Nullable SelfMatch self, Step step) {
        return new Lead(choice.via(), choice.rule(), choice.at(), end, exchanges, self, step);
    }
}
