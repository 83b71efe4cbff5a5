// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.Mailbox;
import org.isthmus.addressing.Rewriting;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Rewrite.Part;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Presence;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.Classifier.Classified;
import org.isthmus.policy.Policy;
import org.isthmus.policy.Verdict;
import org.isthmus.route.Router;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Whether a recipient is taken: who it is (loop control's classes), whether this client may send to it (policy), whether it exists (directory), and whether there is a
/// way to it at all (route). What is certain to fail is refused here, while the client still holds the message, so that no report has to be sent to what may be a
/// forged sender. Keeps nothing; {@code explain} asks the same questions.
final class Admission {
    private static final Step POSTMASTER = Step.of("postmaster", "<Postmaster> is always taken (RFC 5321 §4.5.1)", null, "connector.postmaster");
    private static final Step POSTMASTER_LITERAL = Step.of("postmaster", "postmaster at our own address", null, "connector.postmaster");

    private final Policy policy;
    private final Classifier classifier;
    private final Router router;

    Admission(Policy policy, Classifier classifier, Router router) {
        this.policy = policy;
        this.classifier = classifier;
        this.router = router;
    }

    /// What RCPT is answered.
    sealed interface Answer {
        /// In the order in which they were taken.
        List<Step> steps();

        record Taken(Recipient recipient, RecipientClass kind, List<Step> steps) implements Answer {
            public Taken {
                steps = List.copyOf(steps);
            }
        }

        /// @param cause why there is no way to it; none if it was refused for another reason
        record Refused(Reply reply, List<Step> steps, @Nullable Cause cause) implements Answer {
            public Refused {
                steps = List.copyOf(steps);
            }

            Refused(Reply reply, List<Step> steps) {
                this(reply, steps, null);
            }
        }
    }

    /// Judges one recipient. May ask DNS, by the router.
    Answer judge(Client client, Transaction transaction, ForwardPath to, RcptParameters wishes) {
        Snapshot snapshot = transaction.snapshot;
        Settings settings = snapshot.settings();
        List<Step> steps = new ArrayList<>(6);
        Mailbox mailbox;
        boolean always;
        switch (to) {
            case ForwardPath.Postmaster any -> {
                steps.add(POSTMASTER);
                mailbox = settings.connector().postmaster();
                always = true;
            }
            case ForwardPath.To named -> {
                always = isOurLiteral(named.mailbox(), client, settings);
                mailbox = always ? settings.connector().postmaster() : named.mailbox();
                if (always) {
                    steps.add(POSTMASTER_LITERAL);
                }
            }
        }
        if (always) {
            return way(Recipient.of(mailbox, wishes), transaction, true, steps);
        }
        Verdict.Refuse listed = transaction.objection;
        if (listed != null) {
            steps.add(listed.step());
            return new Answer.Refused(listed.reply(), steps);
        }
        Rewriting.Result rewritten = transaction.rewriting.rewrite(mailbox, Part.ENVELOPE_RECIPIENT);
        steps.addAll(rewritten.steps());
        if (rewritten.undecided() != null) {
            return new Answer.Refused(Replies.UNDECIDED_RECIPIENT.with(mailbox.text()), steps);
        }
        // RFC 3461 §5.2.7: the sender knows the address that he named, and reports speak of that one.
        // What differs in spelling alone is the same address, and still to be expanded.
        Recipient recipient = new Recipient(rewritten.address(), wishes, rewritten.address().sameIgnoringCase(mailbox) ? List.of() : List.of(mailbox));
        Classified classified = classifier.classify(recipient, snapshot);
        Reply refusal = objection(client, transaction, recipient, classified, steps);
        if (refusal != null) {
            steps.addAll(rewritten.steps().size(), classified.steps());
            return new Answer.Refused(refusal, steps);
        }
        return way(recipient, transaction, false, steps);
    }

    private @Nullable Reply objection(Client client, Transaction transaction, Recipient recipient, Classified classified, List<Step> steps) {
        Mailbox to = recipient.named();
        switch (policy.rcpt(client, transaction.from, recipient.address(), classified, transaction.snapshot)) {
            case Verdict.Refuse refuse -> {
                steps.add(refuse.step());
                return refuse.reply();
            }
            case Verdict.Pass pass -> steps.add(pass.step());
        }
        // In doubt, defer: a file that can't be read says nothing about who exists.
        if (classified.presence() instanceof Presence.Undecided) {
            return Replies.UNDECIDED_RECIPIENT.with(to.text());
        }
        return classified.kind() == RecipientClass.SITE_UNKNOWN ? Replies.UNKNOWN_RECIPIENT.with(to.text()) : null;
    }

    private Answer way(Recipient recipient, Transaction transaction, boolean always, List<Step> steps) {
        Snapshot snapshot = transaction.snapshot;
        Router.Facts facts = new Router.Facts(transaction.from, transaction.parameters.size().orElse(0), 0, false).with(transaction.parameters.tls());
        Routing routing = router.route(recipient, facts, snapshot);
        steps.addAll(routing.steps());
        return switch (routing.route()) {
            // Mail to <Postmaster> is taken even if there is no way to it yet: it waits until somebody has made one.
            case Route.Fail fail when !always -> new Answer.Refused(Replies.unreachable(fail.cause(), recipient.named().text()), steps, fail.cause());
            case Route.Fail fail -> new Answer.Taken(recipient, routing.kind(), steps);
            // DNS is in trouble, or a breaker is open: we have the room to wait, the client may not.
            case Route.Defer defer -> new Answer.Taken(recipient, routing.kind(), steps);
            case Route.Deliver deliver -> new Answer.Taken(recipient, routing.kind(), steps);
            case Route.Redirect redirect when always -> new Answer.Taken(recipient, routing.kind(), steps);
            case Route.Redirect redirect -> behind(recipient, redirect, facts, routing, steps, snapshot);
            case Route.Hold hold -> new Answer.Taken(recipient, routing.kind(), steps);
        };
    }

    /// An alias is taken if anybody behind it can be reached. Who stands behind it is nobody's business, so the refusal does not name them.
    private Answer behind(Recipient recipient, Route.Redirect redirect, Router.Facts facts, Routing routing, List<Step> steps, Snapshot snapshot) {
        Members members = new Members(router, facts, snapshot);
        boolean any = members.anyReached(recipient, redirect);
        Cause why = members.why();
        steps.addAll(members.steps());
        return any || why == null ? new Answer.Taken(recipient, routing.kind(), steps) : new Answer.Refused(Replies.nobodyBehind(why, recipient.named().text()), steps);
    }

    /// {@code postmaster@[address]}, with the address under which the client found us. Everybody else at a literal is elsewhere.
    private static boolean isOurLiteral(Mailbox mailbox, Client client, Settings settings) {
        if (!(mailbox.host() instanceof AddressLiteral literal) || !mailbox.local().content().toLowerCase(Locale.ROOT).equals("postmaster")) {
            return false;
        }
        return literal.address().equals(client.local().getAddress())
                || settings.identity().addresses().stream().anyMatch(ours -> literal.address().equals(ours.getAddress()));
    }
}
