// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.loop.PairLetter;
import org.isthmus.loop.PairRate;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.spool.Spool;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Automation;
import org.isthmus.transit.Origin;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;

/// Shows each new message to the pair rate, and keeps back what that holds.
final class PairGate {
    /// Machines answer one, perhaps with a copy to somebody; what goes to more is no answer.
    private static final int MOST_RECIPIENTS = 5;
    private static final int HEADER_LIMIT = 64 * 1024;
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Automation REPORT = new Automation("auto-replied", null, false, "delivery-status");

    private final PairRate pairs;
    private final Spool spool;

    PairGate(PairRate pairs, Spool spool) {
        this.pairs = pairs;
        this.spool = spool;
    }

    /// Holds recipients of a message.
    /// @param due their numbers
    /// @return those that are not held
    List<Integer> pass(QueuedMessage message, List<Integer> due, Changes changes, Settings settings, Instant now) throws IOException {
        if (message.envelope().recipients().size() > MOST_RECIPIENTS || !settings.loop().pairRate().enabled() || !anyIsNew(message, due)) {
            return due;
        }
        Automation automation = message.origin() instanceof Origin.Report ? REPORT : message.passage().automation();
        Optional<Mailbox> author = author(message, automation);
        if (author.isEmpty()) {
            return due;
        }
        List<Integer> passed = new ArrayList<>();
        for (int number : due) {
            Optional<String> why = isNew(message, number) ? judge(message, number, author.get(), automation, settings, now) : Optional.empty();
            if (why.isPresent()) {
                changes.hold(number, PairRate.NAME, why.get());
            } else {
                passed.add(number);
            }
        }
        return passed;
    }

    private static boolean anyIsNew(QueuedMessage message, List<Integer> due) {
        for (int number : due) {
            if (isNew(message, number)) {
                return true;
            }
        }
        return false;
    }

    /// As the sender named it, not tried yet, and let go by nobody.
    private static boolean isNew(QueuedMessage message, int number) {
        return message.states().get(number) instanceof RecipientState.Waiting waiting && waiting.attempts() == 0 && !waiting.released()
                && message.envelope().recipients().get(number).via().isEmpty();
    }

    private Optional<String> judge(QueuedMessage message, int number, Mailbox author, Automation automation, Settings settings, Instant now) {
        Recipient recipient = message.envelope().recipients().get(number);
        InetAddress client = message.origin() instanceof Origin.Received received ? received.client().remote().getAddress() : null;
        boolean trusted = client == null || Cidr.anyContains(settings.trustedNetworks(), client);
        PairLetter letter = new PairLetter(message.id(), number, message.accepted(), author, recipient.named(), automation, message.facts().subject(), message.facts().size(), client, trusted);
        return pairs.judge(letter, !message.accepted().plus(FRESH).isBefore(now));
    }

    /// Whom an answer would go to: what a machine wrote is answered at its author, who is not in the envelope of a report.
    private Optional<Mailbox> author(QueuedMessage message, Automation automation) throws IOException {
        boolean answers = automation.report() != null || "auto-replied".equals(automation.autoSubmitted());
        if (message.envelope().from() instanceof ReversePath.To(Mailbox sender) && !answers) {
            return Optional.of(sender);
        }
        try (InputStream in = spool.content(message.id()).open()) {
            Header header = HeaderReader.read(in, HEADER_LIMIT);
            Optional<Mailbox> from = mailbox(header.text("From"));
            return from.isEmpty() && message.envelope().from() instanceof ReversePath.To(Mailbox sender) ? Optional.of(sender) : from;
        }
    }

    /// The first address of a From field, if it is written as nearly all are.
    private static Optional<Mailbox> mailbox(String from) {
        int close = from.indexOf('>');
        int open = close < 0 ? -1 : from.lastIndexOf('<', close);
        String text = open < 0 ? from : from.substring(open + 1, close);
        try {
            return Optional.of(Mailbox.parse(text.strip()));
        } catch (SyntaxProblem e) {
            return Optional.empty();
        }
    }
}
