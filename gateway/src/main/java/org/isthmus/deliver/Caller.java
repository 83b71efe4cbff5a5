// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.isthmus.smtp.Reply;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Calls on a server without mail: listens to how it presents itself, has loop control look at it, and leaves with QUIT. For {@code isthmus loops probe}.
public final class Caller {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Network network;
    private final Time time;
    private final Shield shield;

    /// Without TLS.
    public Caller(Network network, Time time) {
        this(network, time, Shield.none());
    }

    /// @param tls how to come under TLS
    /// @param rules how much of it is asked: what is asked where mail goes to the server
    public Caller(Network network, Time time, ClientTls tls, TlsRules rules) {
        this(network, time, new Shield(tls, rules));
    }

    private Caller(Network network, Time time, Shield shield) {
        this.shield = shield;
        this.network = network;
        this.time = time;
    }

    /// What was heard.
    ///
    /// @param hello its answer to EHLO; none if it came to none
    /// @param ours the evidence if it proved to be ourselves
    /// @param trouble why there was no conversation; none if there was one
    /// @param conversation what was said
    public record Heard(@Nullable Reply hello, @Nullable LoopEvidence ours, @Nullable Cause trouble, List<String> conversation) {
        public Heard {
            conversation = List.copyOf(conversation);
        }
    }

    /// What came of calling for mail.
    ///
    /// @param replies one for each domain; none if the server doesn't offer ETRN
    /// @param trouble why there was no conversation, or why it broke; none if it went well
    public record Called(List<Reply> replies, @Nullable Cause trouble) {
        public Called {
            replies = List.copyOf(replies);
        }
    }

    /// Calls for the mail of domains. RFC 1985.
    public Called callForMail(Way way, Exchange exchange, InetSocketAddress address, List<Domain> domains, Settings settings) {
        Transcript transcript = new Transcript();
        ClientSession session;
        try {
            session = shielded(Server.of(way, exchange, address, settings), settings.delivery().timeouts(), transcript);
        } catch (Broken e) {
            return new Called(List.of(), e.why());
        }
        List<Reply> replies = new ArrayList<>();
        try {
            if (session.offered().has("ETRN")) {
                for (Domain domain : domains) {
                    // RFC 1985 §5.3: the server may count what it has before it answers.
                    replies.add(session.inquire("ETRN " + domain.ascii(), transcript));
                }
            }
            return new Called(replies, null);
        } catch (Broken e) {
            return new Called(replies, e.why());
        } finally {
            session.quit();
        }
    }

    private ClientSession shielded(Server found, Settings.Timeouts brief, Transcript transcript) throws Broken {
        Server server = shield.judged(found);
        try {
            return ClientSession.open(server, network, time, brief, shield.tls(), transcript);
        } catch (Broken e) {
            if (e.kind() != Broken.Kind.UNSHIELDED) {
                throw e;
            }
            return ClientSession.open(server.asking(Server.OFF), network, time, brief, shield.tls(), transcript);
        }
    }

    /// Takes at most a minute and a half, whatever the server does.
    public Heard call(Way way, Exchange exchange, InetSocketAddress address, Recognition recognition, Settings settings) {
        Transcript transcript = new Transcript();
        Server server = Server.of(way, exchange, address, settings);
        Settings.Timeouts brief = new Settings.Timeouts(CONNECT, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER);
        ClientSession session;
        try {
            session = shielded(server, brief, transcript);
        } catch (Broken e) {
            return new Heard(null, null, e.why(), transcript.lines());
        }
        try {
            Greeter.Finding finding = Greeter.look(session, recognition, null, transcript);
            return new Heard(session.hello(), finding instanceof Greeter.Finding.Ourselves ours ? ours.evidence() : null, null, transcript.lines());
        } finally {
            session.quit();
        }
    }
}
