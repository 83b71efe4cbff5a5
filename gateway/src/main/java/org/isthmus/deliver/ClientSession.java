// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.isthmus.config.Settings;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.isthmus.smtp.Capabilities;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.StatusClass;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.TlsConnection;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Stage;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;
import org.isthmus.transit.TlsRules;
import org.jspecify.annotations.Nullable;

/// One conversation with one server, from connecting to QUIT; its transactions are {@link MailTransaction}s. RFC 5321 §3.1, RFC 2033.
///
/// It goes stage by stage, each with its limit (RFC 5321 §4.5.3.2), and remembers the stage, so that whatever breaks is told with it. It is
/// used by one actor at a time. After a {@link Broken} only {@link #close} is allowed.
final class ClientSession {
    /// Field: many servers end a session after a hundred or so messages; leaving before is more polite and cheaper.
    private static final int MOST_MESSAGES = 100;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration QUIT_LIMIT = Duration.ofSeconds(1);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofMinutes(1);
    private static final Duration INQUIRY_LIMIT = Duration.ofSeconds(30);
    /// RFC 5321 §4.5.3.1.8: a server must take at least 100; with more than that it is not worth while to find out.
    private static final int RECIPIENTS = 100;

    private final Server server;
    private Wire wire;
    private final Settings.Timeouts limits;
    private final Time time;
    private final Duration opened;
    private final Set<String> domains = new HashSet<>();
    private Stage stage = Stage.GREETING;
    private Reply greeting = Reply.of(220, "");
    private Reply hello = Reply.of(250, "");
    private Capabilities offered = Capabilities.NONE;
    private int recipientLimit = RECIPIENTS;
    private int messages;
    private boolean needsReset;
    private boolean over;

    private ClientSession(Server server, Wire wire, Settings.Timeouts limits, Time time) {
        this.server = server;
        this.wire = wire;
        this.limits = limits;
        this.time = time;
        this.opened = time.elapsed();
    }

    /// Connects and presents us; when this returns, the server is ready for MAIL.
    static ClientSession open(Server server, Network network, Time time, Settings.Timeouts limits, @Nullable ClientTls tls, Transcript transcript) throws Broken {
        Wire wire;
        try {
            wire = new Wire(network.connect(server.from(), server.peer().address(), limits.connect()), time);
        } catch (IOException e) {
            throw new Broken(unreachable(server.peer(), Stage.CONNECT, e), Broken.Kind.PASSING);
        }
        ClientSession session = new ClientSession(server, wire, limits, time);
        boolean good = false;
        try {
            if (server.implicit()) {
                session.enter(Stage.TLS);
                session.shakeHands(tls, transcript);
            }
            session.readGreeting(transcript);
            session.sayHello(transcript);
            if (!server.implicit() && !(server.demand() instanceof TlsDemand.Off)) {
                session.startTls(tls, transcript);
            }
            good = true;
            return session;
        } finally {
            if (!good) {
                session.close();
            }
        }
    }

    private void readGreeting(Transcript transcript) throws Broken {
        enter(Stage.GREETING);
        greeting = read();
        transcript.heard(greeting);
        if (greeting.code() == 220) {
            return;
        }
        // RFC 7504 §3: 521 is for hosts that take no mail at all. RFC 5321 §3.1 has 554 for the same, but
        // Field: servers use it for passing trouble and for reputation; Postfix too goes on to the next server and defers (smtp_skip_5xx_greeting).
        throw refused(greeting, greeting.code() == 521 ? Broken.Kind.FOR_GOOD : Broken.Kind.PASSING);
    }

    private void sayHello(Transcript transcript) throws Broken {
        String name = server.helloName();
        hello = ask(Stage.HELLO, (server.lmtp() ? "LHLO " : "EHLO ") + name, transcript);
        if (hello.isPermanent() && !server.lmtp()) {
            // RFC 5321 §4.1.4: a server that does not know EHLO may know HELO.
            hello = ask(Stage.HELLO, "HELO " + name, transcript);
            if (hello.isPermanent()) {
                throw refused(hello, server.way().inside() ? Broken.Kind.PASSING : Broken.Kind.FOR_GOOD);
            }
        } else {
            offered = Capabilities.parse(hello);
        }
        if (hello.code() != 250) {
            throw refused(hello, Broken.Kind.PASSING);
        }
        offered.recipientLimit().ifPresent(this::limitRecipients);
    }

    /// RFC 3207, client side. What the server had said before is forgotten with the handshake.
    private void startTls(@Nullable ClientTls tls, Transcript transcript) throws Broken {
        boolean must = server.demand().binding();
        if (tls == null || !offered.has("STARTTLS")) {
            if (must) {
                throw tls == null ? unfit(Stage.TLS, "there is no TLS here", "4.7.4")
                        : unprotected("does not offer STARTTLS, and " + server.demand().text() + " is asked of it", "4.7.4", TlsRules.Trouble.NOT_OFFERED);
            }
            return;
        }
        Reply reply = ask(Stage.TLS, "STARTTLS", transcript);
        if (reply.code() == 421) {
            throw refused(reply, Broken.Kind.PASSING);
        }
        if (reply.code() != 220) {
            if (must) {
                throw refused(reply, Broken.Kind.PASSING).of(TlsRules.Trouble.NOT_OFFERED);
            }
            // RFC 3207 §4.1: it has none at present, and says so; nothing was promised.
            return;
        }
        if (wire.holdsUnread()) {
            // CVE-2011-0411, the client's side: it would be taken for said under TLS. Somebody is on the way, so there is no falling back.
            throw unprotected("octets came in the clear behind the answer to STARTTLS", "4.7.5", TlsRules.Trouble.HANDSHAKE);
        }
        shakeHands(tls, transcript);
        offered = Capabilities.NONE;
        recipientLimit = RECIPIENTS;
        sayHello(transcript);
    }

    private void shakeHands(@Nullable ClientTls tls, Transcript transcript) throws Broken {
        if (tls == null) {
            throw unfit(Stage.TLS, "there is no TLS here", "4.7.4");
        }
        Duration limit = limits.command().compareTo(HANDSHAKE_LIMIT) < 0 ? limits.command() : HANDSHAKE_LIMIT;
        try {
            TlsConnection secure = tls.connect(wire.connection(), server.exchange().name(), server.demand(), limit);
            wire = new Wire(secure, time);
            transcript.noted("TLS with " + server.peer() + ": " + secure.facts().text());
        } catch (ClientTls.Untrusted e) {
            transcript.noted("TLS with " + server.peer() + ": " + e.facts().text());
            throw unprotected(String.valueOf(e.getMessage()), "4.7.5", e.why());
        } catch (IOException e) {
            over = true;
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            boolean wished = !server.demand().binding() && !server.implicit() && (!(e instanceof InterruptedIOException) || e instanceof SocketTimeoutException);
            Cause cause = wished ? new Cause.Unreachable(server.peer(), Stage.TLS, why, EnhancedStatus.of("4.7.5")) : unreachable(server.peer(), Stage.TLS, e);
            boolean stopped = e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
            throw new Broken(cause, wished ? Broken.Kind.UNSHIELDED : Broken.Kind.PASSING, stopped ? null : TlsRules.Trouble.HANDSHAKE);
        }
    }

    /// What is asked for the protection of mail is not to be had from this server at present. RFC 3463 §3.8.
    private Broken unprotected(String why, String status, TlsRules.Trouble trouble) {
        return unfit(Stage.TLS, why, status).of(trouble);
    }

    /// How the connection is protected; null in the clear.
    @Nullable TlsFacts tls() {
        return wire.connection() instanceof TlsConnection secure ? secure.facts() : null;
    }

    /// The server is of no use to us at present, and nobody has said so in a reply.
    Broken unfit(Stage at, String why, String status) {
        over = true;
        return new Broken(new Cause.Unreachable(server.peer(), at, why, EnhancedStatus.of(status)), Broken.Kind.PASSING);
    }

    /// Sends a command that the server announced and that may end with nothing, without much patience.
    Reply inquire(String command, Transcript transcript) throws Broken {
        wire.ceiling(INQUIRY_LIMIT);
        try {
            return ask(Stage.HELLO, command, transcript);
        } finally {
            wire.ceiling(null);
        }
    }

    private Reply ask(Stage at, String command, Transcript transcript) throws Broken {
        say(at, command);
        Reply reply = read();
        transcript.exchange(command, firstLine(reply));
        return reply;
    }

    private static Reply firstLine(Reply reply) {
        return reply.lines().size() == 1 ? reply : Reply.of(reply.code(), reply.lines().getFirst());
    }

    // ---- what a transaction needs

    /// Begins a stage: from now on its limit counts.
    void enter(Stage next) {
        stage = next;
        wire.allow(switch (next) {
            case CONNECT -> limits.connect();
            case GREETING -> limits.greeting();
            case HELLO, TLS, AUTH, MAIL, RCPT -> limits.command();
            case DATA -> limits.data();
            case DATA_BLOCK -> limits.dataBlock();
            case END_OF_DATA -> limits.endOfData();
            case QUIT -> QUIT_LIMIT;
        });
    }

    Stage stage() {
        return stage;
    }

    Settings.Timeouts limits() {
        return limits;
    }

    Wire wire() {
        return wire;
    }

    /// Sends one command by itself.
    void say(Stage next, String command) throws Broken {
        enter(next);
        listen();
        send(command);
        flush();
    }

    /// Before we speak, nothing may lie there that nobody asked for: it would be taken for the answer.
    void listen() throws Broken {
        if (wire.holdsUnread()) {
            throw refused(read(), Broken.Kind.PASSING);
        }
    }

    void send(String command) throws Broken {
        try {
            wire.command(command);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    void flush() throws Broken {
        try {
            wire.flush();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    Reply read() throws Broken {
        try {
            return wire.reply();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// The conversation broke in the present stage.
    Broken broken(IOException e) {
        over = true;
        // A kept connection may have been closed by the peer meanwhile, which says nothing about it. A time-out does.
        boolean stale = messages > 0 && stage == Stage.MAIL && !(e instanceof InterruptedIOException);
        return new Broken(unreachable(server.peer(), stage, e), stale ? Broken.Kind.STALE : Broken.Kind.PASSING);
    }

    /// The server ended the conversation, or would not begin it.
    Broken refused(Reply reply, Broken.Kind kind) {
        over = true;
        if (reply.isPositive()) {
            return new Broken(unexpected(reply), kind);
        }
        EnhancedStatus status = kind == Broken.Kind.FOR_GOOD ? statusOf(reply) : statusOf(reply).as(StatusClass.PERSISTENT_TRANSIENT_FAILURE);
        return new Broken(new Cause.Replied(server.peer(), stage, reply, status), kind);
    }

    /// A positive answer where it makes no sense: the two sides no longer agree on where they are.
    Cause unexpected(Reply reply) {
        return unexpected("unexpected reply " + reply.text());
    }

    Cause unexpected(String what) {
        over = true;
        return new Cause.Unreachable(server.peer(), stage, what, EnhancedStatus.of("4.5.0"));
    }

    static EnhancedStatus statusOf(Reply reply) {
        return reply.status() != null ? reply.status() : EnhancedStatus.of(reply.isPermanent() ? "5.0.0" : "4.0.0");
    }

    private static Cause unreachable(Peer peer, Stage stage, IOException e) {
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String status = stage == Stage.CONNECT ? "4.4.1" : e instanceof Wire.NoReply ? "4.5.0" : "4.4.2";
        if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
            // Somebody wants us to stop; the courier looks for it.
            Thread.currentThread().interrupt();
        }
        String problem = e instanceof SocketTimeoutException ? "timed out: " + said : said;
        return new Cause.Unreachable(peer, stage, problem, EnhancedStatus.of(status));
    }

    // ---- what it knows

    Server server() {
        return server;
    }

    /// Whether it is under TLS.
    boolean isShielded() {
        return tls() != null;
    }

    Reply greeting() {
        return greeting;
    }

    Reply hello() {
        return hello;
    }

    Capabilities offered() {
        return offered;
    }

    boolean pipelining() {
        return offered.has("PIPELINING");
    }

    /// Whether transactions went before, so that trouble with MAIL may be only the connection's.
    boolean isUsed() {
        return messages > 0;
    }

    boolean needsReset() {
        return needsReset;
    }

    /// An open transaction is left behind; RSET must come before the next MAIL.
    void needsReset(boolean needs) {
        needsReset = needs;
    }

    /// Recipients that one transaction may have.
    int recipientLimit() {
        return recipientLimit;
    }

    void limitRecipients(int most) {
        recipientLimit = Math.max(1, Math.min(recipientLimit, most));
    }

    /// Whether a recipient of this domain may still be named in this session. RFC 9422 §4.3.
    boolean takesDomain(String domain) {
        return domains.contains(domain) || domains.size() < offered.recipientDomainLimit().orElse(Integer.MAX_VALUE);
    }

    void namedDomain(String domain) {
        if (offered.recipientDomainLimit().isPresent()) {
            domains.add(domain);
        }
    }

    void countMessage() {
        messages++;
    }

    /// Whether it can carry another transaction. RFC 9422 §4.1 for the server's own limit.
    boolean isOpen() {
        return !over && messages < Math.min(MOST_MESSAGES, offered.mailLimit().orElse(MOST_MESSAGES));
    }

    /// Whether a connection that was kept is still what it was. What the peer says unasked, mostly a farewell, makes it useless.
    boolean isFresh(Duration now) {
        return isOpen() && now.minus(opened).compareTo(LONGEST) < 0 && wire.isQuiet();
    }

    /// The wall clock.
    Instant now() {
        return time.now();
    }

    Duration opened() {
        return opened;
    }

    /// Ends the conversation in words, without waiting for the answer.
    void quit() {
        if (!over) {
            over = true;
            enter(Stage.QUIT);
            wire.ceiling(null);
            try {
                wire.command("QUIT");
                wire.flush();
            } catch (IOException e) {
                // It ends all the same.
            }
        }
        // Field: waiting for 221 costs 200 ms with some servers; Postfix does not wait either (smtp_skip_quit_response).
        wire.close();
    }

    /// Ends the connection without a word.
    void close() {
        over = true;
        wire.close();
    }
}
