// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Classifier.Classified;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;

/// The checks of a session, at each point where a client may be refused. A function of what the client said and the pinned snapshot; it keeps nothing.
public final class Policy {
    private static final Verdict NOTHING_AGAINST_CLIENT = new Verdict.Pass(Step.of("connect", "no rule against clients", null, "allowed"));
    private static final Verdict NOTHING_AGAINST_NAME = new Verdict.Pass(Step.of("hello", "no rule against names", null, "allowed"));
    private static final Verdict NO_AUTHENTICATION_ASKED = new Verdict.Pass(Step.of("mail", "the listener takes mail from everybody", null, "allowed"));
    private static final Verdict UNAUTHENTICATED = new Verdict.Refuse(
            Refusals.AUTHENTICATION_REQUIRED.with(), Step.of("mail", "auth = required", null, "refused"));

    /// Before the greeting.
    public Verdict connect(Client client, Snapshot snapshot) {
        return NOTHING_AGAINST_CLIENT;
    }

    /// At EHLO or HELO, which the client already carries. RFC 5321 §4.1.4: a name that fails verification is no reason to refuse.
    public Verdict hello(Client client, Snapshot snapshot) {
        return NOTHING_AGAINST_NAME;
    }

    /// At MAIL.
    public Verdict mail(Client client, Settings.Listener listener, ReversePath from, MailParameters parameters, Snapshot snapshot) {
        // RFC 4954 §6: 530 5.7.0 when policy wants authentication first.
        return listener.authRequired() && client.user() == null ? UNAUTHENTICATED : NO_AUTHENTICATION_ASKED;
    }

    /// Whether this client may send to anywhere: what it hands in goes out, what others hand in comes in.
    public boolean mayRelay(Client client, Snapshot snapshot) {
        return Relaying.permission(client, snapshot.settings()) != null;
    }

    /// At RCPT, for a recipient that has an address; {@code <Postmaster>} is taken from everybody. RFC 5321 §4.5.1.
    public Verdict rcpt(Client client, Mailbox to, Classified classified, Snapshot snapshot) {
        return Relaying.judge(client, to, classified, snapshot);
    }
}
