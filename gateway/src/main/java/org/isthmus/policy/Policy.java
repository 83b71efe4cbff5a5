// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.InetAddress;
import java.time.Duration;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Checks;
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
    private final @Nullable Strangers strangers;

    /// That of a server at ease, to which nobody has sent anything lately, and that asks nobody about strangers.
    public Policy() {
        this(null, null, null);
    }

    /// That of a server at ease, to which nobody has sent anything lately.
    public Policy(Strangers strangers) {
        this(null, null, strangers);
    }

    public Policy(@Nullable Throttle throttle, @Nullable Pressure pressure, @Nullable Strangers strangers) {
        this.throttle = throttle;
        this.pressure = pressure;
        this.strangers = strangers;
    }

    /// How long a client waits for the greeting. A client that nobody throttles is one in thought, and has time.
    public Duration patience(Client client, Snapshot snapshot) {
        Duration delay = snapshot.settings().checks().greetingDelay();
        return delay.isZero() || throttle == null || !Strangers.isStranger(client, snapshot.settings()) ? Duration.ZERO : delay;
    }

    /// What becomes of a client that did not wait.
    public Verdict early(Snapshot snapshot) {
        return switch (snapshot.settings().checks().earlyTalkers()) {
            case PASS -> NOTHING_AGAINST_CLIENT;
            case REFUSE -> new Verdict.Refuse(Refusals.EARLY_TALKER.with(hostname(snapshot)),
                    Step.of("connect", "checks.early-talkers = refuse", snapshot.settings().place("checks.early-talkers"), "refused: it spoke before the greeting"));
        };
    }

    /// Begins to ask for the client's name.
    /// @return null if it is not wanted
    public @Nullable ClientName name(Client client, Snapshot snapshot) {
        return strangers == null || !snapshot.settings().checks().reverseName() ? null
                : new ClientName(client.remote().getAddress(), strangers.name(client.remote().getAddress(), snapshot.settings().checks().timeout()));
    }

    /// What lists in DNS say of the client: a refusal of every recipient but postmaster.
    /// @return null if none is asked
    public @Nullable Verdict listed(Client client, Snapshot snapshot) {
        return strangers != null && isChecked(client, snapshot) ? strangers.listed(client, snapshot) : null;
    }

    /// Whether a stranger gives a sender of ours. Only the whole message shows whether it left here before.
    /// @return what speaks against it; null if nothing does
    public @Nullable Step ownSender(Client client, ReversePath from, Snapshot snapshot) {
        return isChecked(client, snapshot) && snapshot.settings().checks().ownSender() ? Strangers.own(from, snapshot.settings()) : null;
    }

    private static boolean isChecked(Client client, Snapshot snapshot) {
        return snapshot.settings().checks() != Checks.NONE && Strangers.isStranger(client, snapshot.settings());
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
        if (listener.authRequired() && client.user() == null) {
            return UNAUTHENTICATED;
        }
        Verdict sender = strangers != null && isChecked(client, snapshot) && snapshot.settings().checks().senderDomain() ? strangers.sender(from, snapshot) : null;
        return sender == null ? NO_AUTHENTICATION_ASKED : sender;
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
