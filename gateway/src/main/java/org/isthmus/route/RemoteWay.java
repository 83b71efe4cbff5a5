// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.List;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;

/// The way of an address that is not ours.
final class RemoteWay {
    private final Ways ways;
    private final Mailbox address;
    private RecipientClass kind = RecipientClass.REMOTE;

    RemoteWay(Ways ways, Mailbox address) {
        this.ways = ways;
        this.address = address;
    }

    Routing route() {
        List<Choice> choices = ways.fromRoutes(address.host(), false);
        if (choices.isEmpty()) {
            String why = "no address space of routes matches " + address.host().text();
            return ways.routing(kind, new Route.Fail(new Cause.Decided(why, null, EnhancedStatus.of("5.4.4"))));
        }
        for (Choice choice : choices) {
            Resolved resolved = ways.resolve(choice, address.host(), true);
            if (choice.byMx() && resolved instanceof Resolved.Ours && address.host() instanceof AddressLiteral literal) {
                String why = literal.text() + " is this connector itself, and it has no mailboxes by address";
                return ways.routing(kind, new Route.Fail(new Cause.Decided(why, null, EnhancedStatus.of("5.1.1"))));
            }
            ways.keep(choice, address.host(), resolved, self -> looped(choice, self));
            // What DNS says for good about the recipient's domain is true on every other way too.
            boolean last = choice.byMx() && (resolved instanceof Resolved.Nowhere || resolved instanceof Resolved.Ours);
            if (last) {
                break;
            }
        }
        return ways.conclude(kind);
    }

    private Cause.Looped looped(Choice choice, Resolved.Ours self) {
        String finding;
        if (choice.byMx() && address.host() instanceof Domain domain) {
            kind = RecipientClass.DANGLING;
            // Accepting it all the same would make everybody who points an MX at us a customer.
            finding = "DNS says that we are the best mail exchanger of " + domain + ", and it is not among our domains; " + self.self();
        } else {
            finding = choice.rule() + " leads to ourselves: " + self.self();
        }
        List<String> evidence = self.step().evidence().isEmpty() ? List.of(self.step().outcome()) : self.step().evidence();
        LoopEvidence looped = new LoopEvidence("L2", finding, choice.byMx() ? self.self().at() : choice.at(), evidence, ways.circle(choice, address.host()));
        return new Cause.Looped(looped, EnhancedStatus.of("5.4.6"));
    }
}
