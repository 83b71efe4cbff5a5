// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Stage;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers over the network, by SMTP and LMTP.
///
/// It walks ways, exchanges and addresses in their order until every recipient has an outcome. The next server is tried on trouble with
/// this one: no connection, a greeting that is no 220, no EHLO, a 421, a cut. What a server says about the message or a recipient is an
/// outcome and leads to no other server: a permanent failure because it is final, a temporary one because all servers of a domain
/// know the same. Trouble of one's own (content that cannot be read, an error in this program) defers.
///
/// Two things live longer than an attempt: sessions kept open for a moment, and the memory of addresses that could not be reached.
/// Any number of actors may deliver at the same time.
public final class SmtpCourier implements Courier {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpCourier.class);

    private final Network network;
    private final Time time;
    private final Threads threads;
    private final Entropy entropy;
    private final HostMemory hosts;
    private final Shield shield;
    private final IdleSessions idle = new IdleSessions();
    private final BrokenTls brokenTls = new BrokenTls();

    /// Without TLS.
    public SmtpCourier(Network network, Time time, Threads threads, Entropy entropy) {
        this(network, time, threads, entropy, Shield.none());
    }

    /// With TLS as the configuration asks.
    public SmtpCourier(Network network, Time time, Threads threads, Entropy entropy, ClientTls tls) {
        this(network, time, threads, entropy, new Shield(tls, TlsRules.CONFIGURED));
    }

    /// @param rules say more about TLS than the configuration does
    public SmtpCourier(Network network, Time time, Threads threads, Entropy entropy, ClientTls tls, TlsRules rules) {
        this(network, time, threads, entropy, new Shield(tls, rules));
    }

    private SmtpCourier(Network network, Time time, Threads threads, Entropy entropy, Shield shield) {
        this.shield = shield;
        this.network = network;
        this.time = time;
        this.threads = threads;
        this.entropy = entropy;
        this.hosts = new HostMemory(entropy);
    }

    @Override
    public DeliveryAttempt deliver(DeliveryRequest request, Snapshot snapshot) throws InterruptedException {
        Attempt attempt = new Attempt(request, time.now(), time.elapsed());
        try {
            walk(attempt, snapshot.settings());
        } catch (RuntimeException | StackOverflowError e) {
            // We were wrong. The one place of this room where that ends; it must never cost a message.
            LOG.error("{}: attempt ended by an error of this program", request.message().id(), e);
            attempt.settleOpen(new Outcome.Deferred(new Cause.Local("internal error: " + e, EnhancedStatus.of("4.3.0"))));
        }
        return attempt.finish(time.elapsed());
    }

    /// Forgets which servers could not be reached: all are tried in their order again.
    public void forgetHosts() {
        hosts.forget();
        brokenTls.forget();
    }

    /// Ends the connections that are kept open for later messages.
    public void closeIdle() {
        idle.all().forEach(ClientSession::quit);
    }

    private void walk(Attempt attempt, Settings settings) throws InterruptedException {
        Settings.Timeouts limits = settings.delivery().timeouts();
        Duration patience = limits.greeting().plus(limits.command());
        List<Server> servers = ServerList.of(attempt.request().ways(), settings, hosts, time.elapsed());
        for (Server server : servers) {
            // Servers that hang must not hold an attempt for ever: after this time no further one is begun.
            if (attempt.isDone() || attempt.age(time.elapsed()).compareTo(patience) > 0) {
                break;
            }
            if (attempt.leadsHome(server)) {
                continue;
            }
            attempt.decided(null);
            Cause left = hosts.begin(server.peer().address(), time.elapsed());
            if (left != null) {
                attempt.transcript().noted(server.peer() + " is left alone while another attempt tries it");
                attempt.failed(server, new Broken(left, Broken.Kind.PASSING), "left alone while another attempt tries it: " + Wording.brief(left));
                continue;
            }
            try {
                visit(server, attempt, settings);
            } catch (Broken e) {
                failed(server, attempt, e);
            } finally {
                hosts.over(server.peer().address());
            }
            if (!attempt.isDone() && stopAsked(attempt)) {
                break;
            }
        }
        attempt.giveUp();
    }

    /// An interrupt ends the attempt; but what is known to be delivered must be told all the same, or it would be delivered again.
    private static boolean stopAsked(Attempt attempt) throws InterruptedException {
        if (!Thread.currentThread().isInterrupted()) {
            return false;
        }
        if (!attempt.isMemorable()) {
            Thread.interrupted();
            throw new InterruptedException();
        }
        return true;
    }

    private void failed(Server server, Attempt attempt, Broken broken) {
        Cause why = broken.why();
        String what = why instanceof Cause.Replied replied ? replied.stage() + ": " + replied.reply().text()
                : why instanceof Cause.Unreachable none ? none.stage() + ": " + none.problem()
                : why instanceof Cause.Unsupported lacks ? "does not offer " + lacks.extension() : why.status().toString();
        attempt.transcript().noted(server.peer() + " " + what);
        attempt.failed(server, broken, what);
        if (isAboutHost(broken)) {
            hosts.failed(server.peer().address(), why, time.elapsed());
        }
    }

    /// Trouble before MAIL is the host's; later it may be the message's.
    private static boolean isAboutHost(Broken broken) {
        Cause why = broken.why();
        if (broken.kind() == Broken.Kind.AVOIDED || (broken.kind() == Broken.Kind.FOR_GOOD && broken.tls() != null)) {
            return false;
        }
        Stage stage = why instanceof Cause.Replied replied ? replied.stage() : why instanceof Cause.Unreachable none ? none.stage() : Stage.QUIT;
        return stage.compareTo(Stage.MAIL) < 0;
    }

    /// Gives outcomes to all open recipients at one server, over as many transactions and connections as it wants.
    private void visit(Server found, Attempt attempt, Settings settings) throws Broken {
        TlsWish wish = RequiredTls.wish(attempt.request().message(), found.way());
        boolean strict = wish == TlsWish.REQUIRED;
        Server server = shield.judged(found, wish, settings, attempt);
        try {
            visit(server, attempt, settings.delivery(), strict);
        } catch (Broken e) {
            throw strict ? RequiredTls.strictly(e) : e;
        }
    }

    private void visit(Server wanted, Attempt attempt, Settings.Delivery delivery, boolean strict) throws Broken {
        Server server = asFarAsItGoes(wanted, attempt);
        ClientSession session = delivery.reuse() ? kept(server) : null;
        if (session != null) {
            attempt.connected(server);
            attempt.transcript().noted("connection to " + server.peer() + " was still open");
        }
        while (!attempt.isDone()) {
            if (session == null) {
                session = meet(server, attempt, delivery);
                if (session == null) {
                    return;
                }
                hosts.worked(server.peer().address());
                attempt.connected(server);
            }
            if (strict && !RequiredTls.isKnown(session)) {
                leave(session, delivery.reuse());
                throw RequiredTls.unknown(server);
            }
            boolean goesOn = false;
            try {
                converse(session, attempt);
                goesOn = true;
            } catch (Broken e) {
                if (e.kind() != Broken.Kind.STALE) {
                    throw e;
                }
            } finally {
                if (!goesOn) {
                    session.close();
                }
            }
            if (goesOn) {
                leave(session, delivery.reuse());
            }
            session = null;
        }
    }

    /// A server whose TLS came to nothing lately is asked in the clear at once, where that is allowed. The report counts it as what it is.
    private Server asFarAsItGoes(Server server, Attempt attempt) {
        Broken broken = server.demand().binding() || server.implicit() ? null : brokenTls.last(server.peer().address(), time.elapsed());
        if (broken == null || server.demand() instanceof TlsDemand.Off) {
            return server;
        }
        told(attempt).tell(server, broken);
        attempt.transcript().noted("TLS with " + server.peer() + " failed a while ago; in the clear");
        return server.asking(Server.OFF);
    }

    /// Who hears how TLS fared. Sessions for reports about TLS are left out of such reports, or two sites would have something to tell each other every day: RFC 8460 §3.
    private Shield told(Attempt attempt) {
        QueuedMessage message = attempt.request().message();
        boolean report = message.origin() instanceof Origin.Report(var about) && about == null && message.envelope().from() instanceof ReversePath.Null
                && message.envelope().parameters().tls() == TlsWish.WAIVED;
        return report ? Shield.none() : shield;
    }

    /// A new session with a server that is not ourselves, logged in where that is configured. What may be ourselves never hears a password.
    /// @return null if it is ourselves; then the session is over and the attempt knows
    private @Nullable ClientSession meet(Server server, Attempt attempt, Settings.Delivery delivery) throws Broken {
        ClientSession session = recognise(server, attempt, delivery);
        if (session != null && server.login() != null) {
            boolean in = false;
            try {
                ServerLogin.perform(session, entropy, attempt.transcript());
                in = true;
            } finally {
                if (!in) {
                    session.close();
                }
            }
        }
        return session;
    }

    /// A new session with a server that is not ourselves, as far as that can be told.
    /// @return null if it is ourselves
    private @Nullable ClientSession recognise(Server server, Attempt attempt, Settings.Delivery delivery) throws Broken {
        ClientSession session = open(server, attempt, delivery);
        if (!server.isDoubtful()) {
            return session;
        }
        Greeter.Finding finding = null;
        try {
            finding = Greeter.look(session, attempt.request().recognition(), attempt.request(), attempt.transcript());
        } finally {
            if (finding == null) {
                session.close();
            }
        }
        return switch (finding) {
            case Greeter.Finding.Stranger stranger -> session;
            case Greeter.Finding.Ourselves ourselves -> {
                session.quit();
                attempt.isOurselves(server, ourselves.evidence());
                yield null;
            }
            // Something between could not bear the question, or the peer: without it, it may take mail all the same.
            case Greeter.Finding.Lost lost -> open(server, attempt, delivery);
        };
    }

    /// A session under as much TLS as is asked. Where TLS was only wished for and came to nothing, a second connection goes without: RFC 7435 §3.
    private ClientSession open(Server server, Attempt attempt, Settings.Delivery delivery) throws Broken {
        try {
            ClientSession session = ClientSession.open(server, network, time, delivery.timeouts(), shield.tls(), attempt.transcript());
            told(attempt).tell(server, session.tls());
            return session;
        } catch (Broken e) {
            told(attempt).tell(server, e);
            if (e.kind() != Broken.Kind.UNSHIELDED) {
                throw e;
            }
            brokenTls.failed(server.peer().address(), e, time.elapsed());
            attempt.transcript().noted("TLS with " + server.peer() + " failed" + (e.why() instanceof Cause.Unreachable why ? ": " + why.problem() : "") + "; again in the clear");
            return ClientSession.open(server.asking(Server.OFF), network, time, delivery.timeouts(), shield.tls(), attempt.transcript());
        }
    }

    /// As many transactions as the session carries.
    private void converse(ClientSession session, Attempt attempt) throws Broken {
        while (!attempt.isDone() && session.isOpen()) {
            int before = attempt.open().size();
            new MailTransaction(session, attempt).run();
            if (attempt.open().size() == before) {
                // Its limits leave no recipient to name in this session.
                return;
            }
        }
    }

    private @Nullable ClientSession kept(Server server) {
        ClientSession session = idle.take(server.key());
        while (session != null && !session.isFresh(time.elapsed())) {
            session.close();
            session = idle.take(server.key());
        }
        return session;
    }

    private void leave(ClientSession session, boolean reuse) {
        if (!reuse || !session.isFresh(time.elapsed())) {
            session.quit();
            return;
        }
        switch (idle.keep(session, time.elapsed())) {
            case KEPT -> {}
            case KEPT_UNWATCHED -> threads.start("idle connections", this::endIdle);
            case REFUSED -> session.quit();
        }
    }

    private void endIdle() {
        try {
            List<ClientSession> expired = new ArrayList<>();
            Duration next = idle.expired(time.elapsed(), expired);
            while (next != null || !expired.isEmpty()) {
                expired.forEach(ClientSession::quit);
                expired.clear();
                if (next == null) {
                    return;
                }
                Duration left = next.minus(time.elapsed());
                if (left.isPositive()) {
                    time.sleep(left);
                }
                next = idle.expired(time.elapsed(), expired);
            }
        } catch (InterruptedException e) {
            closeIdle();
        }
    }
}
