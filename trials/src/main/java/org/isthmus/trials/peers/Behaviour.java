// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.isthmus.trials.world.Chance;

/// How a sink answers at each stage; {@link #COMPLIANT} unless something else is said.
@FunctionalInterface
public interface Behaviour {
    /// Where a session stands.
    enum Stage { GREETING, HELLO, MAIL, RECIPIENT, DATA, END, QUIT }

    /// The moment at which a sink decides.
    /// @param argument the recipient at RECIPIENT, the rest of the line elsewhere
    record Moment(Stage stage, String argument, String from, List<String> recipients, Duration now) {}

    /// What it does.
    sealed interface Act {
        /// What a server that works would do.
        record Comply() implements Act {}

        /// This reply instead, without CRLF.
        record Say(String reply) implements Act {}

        /// Nothing for so long, then closes.
        record Hang(Duration duration) implements Act {}

        /// Closes at once. At END nothing is kept.
        record Close() implements Act {}

        /// At END: keeps the message, and closes without an answer. Elsewhere as {@link Close}.
        record KeepAndClose() implements Act {}

        /// What a server that works would do, after a while.
        record Delay(Duration duration) implements Act {}
    }

    Act act(Moment moment);

    /// Takes everything.
    Behaviour COMPLIANT = moment -> new Act.Comply();

    /// The first of two that does not simply comply.
    default Behaviour or(Behaviour other) {
        return moment -> {
            Act first = act(moment);
            return first instanceof Act.Comply ? other.act(moment) : first;
        };
    }

    /// Does this at a stage, always.
    static Behaviour at(Stage stage, Act act) {
        return moment -> moment.stage() == stage ? act : new Act.Comply();
    }

    /// Does this at each stage with the probability.
    static Behaviour sometimes(Chance chance, double probability, Act act) {
        return moment -> chance.happens(probability) ? act : new Act.Comply();
    }

    /// Does this at a stage with the probability.
    static Behaviour sometimes(Chance chance, double probability, Stage stage, Act act) {
        return moment -> moment.stage() == stage && chance.happens(probability) ? act : new Act.Comply();
    }

    /// Behaves like that between two moments of the world's time.
    static Behaviour between(Duration start, Duration end, Behaviour like) {
        return moment -> moment.now().compareTo(start) >= 0 && moment.now().compareTo(end) < 0 ? like.act(moment) : new Act.Comply();
    }

    /// Refuses recipients for good.
    static Behaviour refusing(Predicate<String> recipients) {
        return moment -> moment.stage() == Stage.RECIPIENT && recipients.test(moment.argument()) ? new Act.Say("550 5.1.1 no such user here") : new Act.Comply();
    }

    /// Puts off each pair of sender and recipient for so long after its first coming.
    static Behaviour greylisting(Duration wait) {
        Map<String, Duration> first = new HashMap<>();
        return moment -> {
            if (moment.stage() != Stage.RECIPIENT) {
                return new Act.Comply();
            }
            Duration since = first.computeIfAbsent(moment.from() + " " + moment.argument(), pair -> moment.now());
            return moment.now().minus(since).compareTo(wait) < 0 ? new Act.Say("451 4.7.1 greylisted, come back later") : new Act.Comply();
        };
    }
}
