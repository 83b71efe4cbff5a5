// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.InetAddress;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Classifier.Classified;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The checks of a session, at each point where a client may be refused. A function of what the client said and the pinned snapshot, but for two things that a running
/// server knows: how much came lately, and whether it is under pressure.
public final class Policy {
    private static final Verdict NOTHING_AGAINST_CLIENT = new Verdict.Pass(Step.of("connect", "no rule against clients", null, "allowed"));
    private static final Verdict NOTHING_AGAINST_NAME = new Verdict.Pass(Step.of("hello", "no rule against names", null, "allowed"));
    private static final Verdict NO_AUTHENTICATION_ASKED = new Verdict.Pass(Step.of("mail", "the listener takes mail from everybody", null, "allowed"));
    private static final Verdict UNAUTHENTICATED = new Verdict.Refuse(
            Refusals.AUTHENTICATION_REQUIRED.with(), Step.of("mail", "auth = required", null, "refused"));

    private final @Nullable Throttle throttle;
    private final @Nullable Pressure pressure;

    /// That of a server at ease, to which nobody has sent anything lately.
    public Policy() {
        throttle = null;
        pressure = null;
    }

    public Policy(Throttle throttle, Pressure pressure) {
        this.throttle = throttle;
        this.pressure = pressure;
    }

    /// Before anything is spent on a client that has connected.
    /// @return why it is turned away; null if it may come in
    public Verdict.@Nullable Refuse door(InetAddress client, Settings.Listener listener, Snapshot snapshot) {
        if (pressure != null) {
            Pressure.State state = pressure.state(snapshot.settings());
            // Whoever may authenticate has yet to show who he is.
            boolean known = listener.authRequired() || Relaying.isTrusted(client, snapshot.settings());
            if (state.of().byConnection() && isTooMuch(state, known)) {
                return new Verdict.Refuse(Refusals.UNDER_PRESSURE_AT_DOOR.with(hostname(snapshot), state.of().words()), pressed(state));
            }
        }
        return throttle != null && throttle.connect(client, listener.name(), snapshot) instanceof Verdict.Refuse refuse ? refuse : null;
    }

    private static boolean isTooMuch(Pressure.State state, boolean known) {
        return switch (state.level()) {
            case AT_EASE -> false;
            case STRAINED -> !known;
            case OVERLOADED -> true;
        };
    }

    private static Step pressed(Pressure.State state) {
        return Step.of("pressure", state.figures(), null, "put off");
    }

    private static String hostname(Snapshot snapshot) {
        return snapshot.settings().connector().hostname().ascii();
    }

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
        if (pressure != null) {
            Pressure.State state = pressure.state(snapshot.settings());
            if (isTooMuch(state, mayRelay(client, snapshot))) {
                return new Verdict.Refuse(Refusals.UNDER_PRESSURE.with(state.of().words()), pressed(state));
            }
        }
        Verdict tooMuch = throttle == null ? null : throttle.mail(client, from, snapshot);
        if (tooMuch != null) {
            return tooMuch;
        }
        // RFC 4954 §6: 530 5.7.0 when policy wants authentication first.
        return listener.authRequired() && client.user() == null ? UNAUTHENTICATED : NO_AUTHENTICATION_ASKED;
    }

    /// Whether this client may send to anywhere: what it hands in goes out, what others hand in comes in.
    public boolean mayRelay(Client client, Snapshot snapshot) {
        return Relaying.permission(client, snapshot.settings()) != null;
    }

    /// At RCPT, for a recipient that has an address; {@code <Postmaster>} is taken from everybody. RFC 5321 §4.5.1.
    /// @param from the sender
    public Verdict rcpt(Client client, ReversePath from, Mailbox to, Classified classified, Snapshot snapshot) {
        Verdict tooMuch = throttle == null ? null : throttle.rcpt(client, from, snapshot);
        return tooMuch != null ? tooMuch : Relaying.judge(client, to, classified, snapshot);
    }
}
