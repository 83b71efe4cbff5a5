// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Alert;
import org.isthmus.loop.Alerts;
import org.isthmus.report.Unsaid;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Wording;

/// What no report is made of goes into the tracking, and what failed into the postmaster's digest.
record UnsaidReports(Tracker tracker, Alerts alerts) implements Unsaid {
    private static final int MOST = 20;

    @Override
    public void withheld(Withheld withheld) {
        QueuedMessage message = withheld.message();
        tracker.record(new Event.Withheld(withheld.at(), message.id(), withheld.recipients(), withheld.why(), withheld.digest()));
        if (withheld.digest()) {
            Mailbox first = message.envelope().recipients().get(withheld.recipients().getFirst()).address();
            String domain = first.host() instanceof Domain host ? host.ascii() : first.host().text();
            alerts.note(new Alert(withheld.at(), "unreported " + domain, "Failures for " + domain + " of which no sender may be told", text(withheld), null));
        }
    }

    private static String text(Withheld withheld) {
        QueuedMessage message = withheld.message();
        List<String> lines = new ArrayList<>();
        lines.add("Message " + message.id() + " from <" + message.envelope().from().text() + "> could not be delivered, and no report was sent: " + withheld.why() + ".");
        for (int number : withheld.recipients().subList(0, Math.min(MOST, withheld.recipients().size()))) {
            String cause = message.states().get(number) instanceof RecipientState.Settled(Outcome.Failed failed) ? ": " + Wording.brief(failed.cause()) : "";
            lines.add("  " + message.envelope().recipients().get(number).address() + cause);
        }
        return String.join("\n", lines) + "\n";
    }
}
