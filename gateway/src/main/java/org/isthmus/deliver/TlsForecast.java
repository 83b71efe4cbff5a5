// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// How much TLS a delivery would ask of each server of its ways, and what says so, by the rules that the courier asks. No server is called on, so what it would show is
/// not in it. For {@code explain}.
///
/// @param steps one for each server, in the order in which they would be tried
/// @param against why none of them may be used; none if one may
public record TlsForecast(List<Step> steps, @Nullable Cause against) {
    public TlsForecast {
        steps = List.copyOf(steps);
    }

    /// Asks the rules, which may wait for DNS and a web server.
    public static TlsForecast of(QueuedMessage message, List<Way> ways, Settings settings, TlsRules rules) {
        Shield shield = new Shield(null, rules);
        List<Step> steps = new ArrayList<>();
        List<Cause> avoided = new ArrayList<>();
        int servers = 0;
        for (Way way : ways) {
            TlsWish wish = RequiredTls.wish(message, way);
            for (Exchange exchange : way.exchanges()) {
                if (servers++ == ServerList.MOST) {
                    break;
                }
                Server found = Server.of(way, exchange, exchange.addresses().getFirst(), settings);
                Server server = wish == TlsWish.REQUIRED ? found.strict(settings) : found;
                TlsRules.Judgement judgement = shield.judge(server, wish);
                if (judgement instanceof TlsRules.Judgement.Avoid avoid) {
                    avoided.add(avoid.cause());
                }
                Step told = Shield.step(judgement, server, wish, settings);
                Step step = told == null ? server.configured(settings) : told;
                steps.add(new Step(step.stage(), step.rule(), step.at(), exchange.name() + ": " + step.outcome(), step.evidence(), step.lost()));
            }
        }
        // What is told is the last server's trouble, and it is for good only if all are: as the courier has it.
        boolean allAvoided = !steps.isEmpty() && avoided.size() == steps.size();
        Cause passing = avoided.reversed().stream().filter(cause -> !cause.status().isPermanent()).findFirst().orElse(null);
        return new TlsForecast(steps, !allAvoided ? null : passing != null ? passing : avoided.getLast());
    }
}
