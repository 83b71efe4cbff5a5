// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;

/// ETRN: a client calls for the mail that waits for a domain. RFC 1985.
///
/// The mail goes by its route and never by the client's connection, so whoever asks gains nothing but work of ours; all the same only hosts that the domain names may ask.
final class Etrn {
    private Etrn() {}

    /// What is answered, and why.
    record Answer(Reply reply, Step step) {}

    /// Whether the client may ask for any domain, so that it is offered.
    static boolean isOffered(Client client, Settings settings) {
        for (SiteDomain domain : settings.domains()) {
            if (Cidr.anyContains(domain.etrnHosts(), client.remote().getAddress())) {
                return true;
            }
        }
        return false;
    }

    /// Answers, and passes a call that is good on.
    static Answer answer(Command.Etrn etrn, Client client, Settings settings, MailCall call) {
        Domain node = etrn.domain();
        if (node == null) {
            // RFC 1985 §5: a queue by its own name; there are none here.
            return refused(Replies.NO_SUCH_QUEUE.with(), "no queue has a name");
        }
        List<String> named = new ArrayList<>();
        for (SiteDomain domain : settings.domains()) {
            if (concerns(domain.name(), node, etrn.below())) {
                named.add(domain.name().text());
                if (Cidr.anyContains(domain.etrnHosts(), client.remote().getAddress())) {
                    call.callFor(node, etrn.below());
                    return new Answer(Replies.CALLED.with(node.text()), new Step("etrn", "domains.\"" + domain.name().text() + "\".etrn-hosts", domain.at(), "called for", List.of(), List.of()));
                }
            }
        }
        return refused(Replies.NOT_CALLED.with(node.text()), named.isEmpty() ? "no domain of ours" : "etrn-hosts of " + String.join(", ", named) + " do not name the client");
    }

    private static Answer refused(Reply reply, String why) {
        return new Answer(reply, Step.of("etrn", "domains.NAME.etrn-hosts", null, why));
    }

    private static boolean concerns(DomainPattern pattern, Domain node, boolean below) {
        return pattern.matches(node) || (below && switch (pattern) {
            case DomainPattern.Exact exact -> exact.domain().isWithin(node);
            case DomainPattern.Below under -> under.parent().isWithin(node);
            case DomainPattern.Everything all -> false;
        });
    }
}
