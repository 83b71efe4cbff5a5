// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.addressing.Rewriting;
import org.isthmus.config.Checks;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Rewrite.Part;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Xsite;
import org.isthmus.platform.Connection;
import org.isthmus.policy.Verdict;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.CommandParser;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection, from the greeting to the last word. RFC 5321, server side.
///
/// It reads a line, makes a {@link Command} of it, and answers by one method for each command; {@link Phase} says what is allowed when. Everything runs on one thread
/// and out of one buffer. Commands that came together are answered together (RFC 2920). Whatever the client sends, the session ends within its limits; whatever fails in
/// here, nothing is accepted that is not durable.
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Rooms rooms;
    private final Settings.Listener listener;
    private final ClientConnection connection;
    private final Protection protection;
    private final Admission admission;
    private final CommandParser parser;
    private final ClientOutput output;
    private final ClientInput input;
    private final Gate gate;
    private final Speech speech;
    private final ContentCommands content;
    private final Authentication authentication;
    private final Instant began;
    private final Introduction introduction;
    private int challenges;
    private volatile Phase phase = new Phase.Greeting();

    Session(Rooms rooms, Settings.Listener listener, Connection carrier, Gate gate) {
        this(rooms, listener, carrier, gate, Assumed.NOTHING);
    }

    Session(Rooms rooms, Settings.Listener listener, Connection carrier, Gate gate, Assumed assumed) {
        this.rooms = rooms;
        this.listener = listener;
        connection = new ClientConnection(carrier, assumed.secure());
        protection = new Protection(rooms.tls(), listener, connection);
        this.gate = gate;
        Duration idle = rooms.config().current().settings().limits().idle();
        admission = new Admission(rooms.policy(), rooms.classifier(), rooms.router());
        parser = new CommandParser(listener.leniency());
        output = new ClientOutput(connection, idle);
        input = new ClientInput(connection, output, rooms.time(), gate, idle);
        speech = new Speech(rooms, output, new Client(listener.name(), connection.local(), connection.remote(), null, assumed.user(), rooms.freshName(8)));
        introduction = new Introduction(listener, carrier);
        content = new ContentCommands(rooms, listener, speech, new ContentReading(input));
        authentication = new Authentication(rooms, listener, speech, input);
        began = rooms.time().now();
    }

    /// The connection as it is at any time: under TLS once it is.
    Connection connection() {
        return connection;
    }

    /// What an operator sees of it.
    SessionView view() {
        String doing = switch (phase) {
            case Phase.Greeting greeting -> "greeting";
            case Phase.Idle idle -> "idle";
            case Phase.Gathering gathering -> gathering.transaction().content() == null ? "envelope" : "content";
            case Phase.Closing closing -> "closing";
        };
        return new SessionView(speech.client(), began, content.messages(), doing);
    }

    /// Holds the conversation. Returns when it is over; the connection is closed then.
    void run() {
        try (connection) {
            converse();
        } catch (SocketTimeoutException e) {
            leaveSilently("timed out: " + e.getMessage());
        } catch (IOException e) {
            leaveSilently("lost: " + e.getMessage());
        } finally {
            leave();
        }
    }

    private void leaveSilently(String how) {
        LOG.debug("session {} {}", speech.client().session(), how);
    }

    /// The top of a session: the one place where a mistake of ours ends. The client is told to try again later.
    private void converse() throws IOException {
        try {
            boolean clear = !protection.isImplicit();
            if ((clear || secure("connect")) && greet()) {
                serve();
            }
            output.flush();
            if (speech.isInterrupting()) {
                input.linger();
            }
        } catch (RuntimeException | StackOverflowError bug) {
            String traceId = rooms.freshName(Speech.TRACE_ID);
            LOG.error("internal error in session {} (trace {})", speech.client().session(), traceId, bug);
            Reply reply = Replies.traced(Replies.BUG.with(speech.hostname()), traceId);
            speech.record(traceId, "session", null, null, reply, List.of(Step.of("bug", String.valueOf(bug), null, "session ended")));
            speech.say(reply);
            output.flush();
        }
    }

    private boolean greet() throws IOException {
        // RFC 5321 §4.3.1: a client should wait for the greeting. Field: many don't, and harm nobody by it; what they have sent is read in its turn.
        switch (rooms.policy().connect(speech.client(), rooms.config().current())) {
            case Verdict.Refuse refuse -> {
                speech.refuse("connect", null, null, refuse.reply(), List.of(refuse.step()));
                return false;
            }
            case Verdict.Pass pass -> {
                return waited();
            }
        }
    }

    /// Greets, after the time that policy lets the client wait.
    private boolean waited() throws IOException {
        Snapshot snapshot = rooms.config().current();
        content.named(rooms.policy().name(speech.client(), snapshot));
        Duration patience = rooms.policy().patience(speech.client(), snapshot);
        if (!patience.isZero() && input.speaksWithin(patience) && rooms.policy().early(snapshot) instanceof Verdict.Refuse refuse) {
            speech.cutOff(speech.tracked("connect", null, null, refuse.reply(), List.of(refuse.step())));
            return false;
        }
        speech.say(Replies.GREETING.with(speech.hostname()));
        return true;
    }

    private void serve() throws IOException {
        while (!speech.isClosed()) {
            boolean atRest = !(phase instanceof Phase.Gathering);
            if (atRest && gate.isClosing()) {
                speech.cutOff(Replies.STOPPING);
                return;
            }
            heard(input.nextLine(atRest));
        }
    }

    private void heard(ClientInput.Found found) throws IOException {
        switch (found) {
            case LINE -> line();
            case FORBIDDEN_CHARACTER -> forbiddenCharacter();
            case TOO_LONG -> speech.mistake(Replies.LINE_TOO_LONG.with(Bounds.COMMAND_LINE));
            case ENDLESS -> speech.cutOff(Replies.LINE_ENDLESS);
            case SILENT -> speech.close(Replies.IDLE);
            case STOPPING -> speech.cutOff(Replies.STOPPING);
            case CLOSED -> speech.fallSilent();
            case TAKEN -> speech.giveWay();
        }
    }

    private void line() throws IOException {
        answer(parser.parse(input.buffer(), input.lineStart(), input.lineLength()));
    }

    private void forbiddenCharacter() throws IOException {
        // RFC 8446 §5.1: a TLS client begins with a record of type handshake, 22.
        boolean tls = input.buffer()[input.lineStart()] == 22;
        if (tls) {
            speech.cutOff(Replies.NOT_HTTP);
        } else {
            speech.mistake(Replies.FORBIDDEN_CHARACTER.with());
        }
    }

    private void answer(Command command) throws IOException {
        switch (command) {
            case Command.Greet greet -> hello(greet);
            case Command.Mail mail -> mail(mail.from(), mail.parameters());
            case Command.Rcpt rcpt -> rcpt(rcpt);
            case Command.Data data -> {
                if (content.data(transaction())) {
                    endTransaction();
                }
            }
            case Command.Bdat bdat -> {
                if (content.bdat(bdat, transaction())) {
                    endTransaction();
                }
            }
            case Command.Rset reset -> reset();
            case Command.Noop nothing -> speech.aside(Replies.NOOP.with());
            case Command.Help help -> speech.aside(Replies.HELP.with());
            // RFC 5321 §3.5.3, §7.3: 252 tells nothing and is no refusal.
            case Command.Vrfy verify -> speech.aside(Replies.UNVERIFIED.with());
            case Command.Expn expand -> speech.mistake(Replies.NO_EXPANSION.with());
            case Command.Quit quit -> speech.close(Replies.GOODBYE);
            case Command.StartTls tls -> startTls();
            case Command.Auth auth -> {
                ClientInput.Found end = authentication.run(auth, phase);
                if (end != null) {
                    heard(end);
                }
            }
            case Command.Xsite challenge -> challenge(challenge);
            case Command.Xclient xclient -> introduced(xclient);
            case Command.Etrn etrn -> etrn(etrn);
            case Command.Malformed malformed -> malformed(malformed);
            case Command.Unrecognised unrecognised -> unrecognised(unrecognised);
        }
    }

    // RFC 5321 §4.1.4: EHLO in the middle of a session does what RSET does.
    private void hello(Command.Greet greet) throws IOException {
        if (greet.verb().equals("LHLO")) {
            speech.mistake(Replies.NOT_IMPLEMENTED.with("LHLO"));
            return;
        }
        Snapshot snapshot = rooms.config().current();
        Hello hello = greet.hello();
        Client client = speech.client();
        Client named = client.as(introduction.hello(hello));
        switch (rooms.policy().hello(named, snapshot)) {
            case Verdict.Refuse refuse -> speech.refuse(greet.verb(), null, null, refuse.reply(), List.of(refuse.step()));
            case Verdict.Pass pass -> {
                endTransaction();
                speech.meet(named);
                phase = new Phase.Idle(hello);
                speech.aside(hello.extended() ? Replies.extensions(snapshot.settings(), offers()) : Replies.HELLO.with(speech.hostname()));
            }
        }
    }

    /// What EHLO offers to this client at this listener, beside what it offers to everybody.
    private List<String> offers() {
        List<String> offers = new ArrayList<>(protection.keywords(rooms.config().current().settings()));
        offers.addAll(TimingCheck.keywords(listener, rooms.time().now()));
        offers.addAll(introduction.keywords());
        if (Etrn.isOffered(speech.client(), rooms.config().current().settings())) {
            offers.add("ETRN");
        }
        String auth = Authentication.offer(rooms, listener, speech.client());
        if (auth != null) {
            offers.add(auth);
        }
        return offers;
    }

    /// RFC 3207 §4. What the client sent behind the command, before it heard our answer, came in the clear and would be taken for said under TLS (CVE-2011-0411): it is fatal.
    private void startTls() throws IOException {
        Protection.ReplyFault objection = protection.objection(rooms.config().current().settings());
        if (objection != null) {
            speech.mistake(switch (objection) {
                case ALREADY -> Replies.TLS_ALREADY.with();
                case NEVER -> Replies.NOT_IMPLEMENTED.with("STARTTLS");
                case NOT_NOW -> Replies.TLS_NOT_NOW.with();
            });
        } else if (phase instanceof Phase.Gathering) {
            speech.mistake(Replies.TLS_IN_MAIL.with());
        } else if (input.ready() > 0 || connection.available() > 0) {
            speech.cutOff(speech.tracked("STARTTLS", null, null, Replies.TLS_INJECTED.with(), List.of(Step.of("tls", "octets behind STARTTLS", listener.at(), "session ended"))));
        } else {
            speech.say(Replies.TLS_GO.with());
            output.flush();
            secure("STARTTLS");
        }
    }

    /// Comes under TLS and forgets everything that was said before (RFC 3207 §4.2).
    /// @return false if it came to nothing; the connection is gone then
    private boolean secure(String command) {
        Client before = speech.client();
        try {
            TlsFacts facts = protection.begin(rooms.config().current().settings(), rooms.config().current().settings().limits().idle());
            input.forget();
            phase = new Phase.Greeting();
            speech.meet(new Client(before.listener(), before.local(), before.remote(), null, null, before.session(), facts));
            return true;
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            speech.record(rooms.freshName(Speech.TRACE_ID), command, null, null, Replies.TLS_FAILED.with(), List.of(Step.of("tls", "handshake", listener.at(), why)));
            speech.fallSilent();
            return false;
        }
    }

    private void mail(ReversePath from, MailParameters parameters) throws IOException {
        switch (phase) {
            case Phase.Greeting greeting -> speech.mistake(Replies.SAY_HELLO_FIRST.with());
            case Phase.Gathering gathering ->
                    speech.mistake(gathering.transaction().content() == null ? Replies.NESTED_MAIL.with() : Replies.IN_CHUNKS.with());
            case Phase.Idle idle -> begin(idle.hello(), from, parameters);
            case Phase.Closing closing -> {}
        }
    }

    private void begin(Hello hello, ReversePath from, MailParameters parameters) throws IOException {
        Snapshot snapshot = rooms.config().current();
        long limit = snapshot.settings().limits().messageSize().octets();
        if (parameters.size().orElse(0) > limit) {
            // RFC 1870 §6.1: refused before it is sent.
            speech.refuse("MAIL", from, null, Replies.TOO_LARGE.with(limit), List.of(Step.of("size", "limits.message-size = " + limit, null, "refused as announced")));
            return;
        }
        Reply timing = parameters.timing().isNone() ? null : TimingCheck.refusal(listener, parameters, rooms.time().now());
        if (timing != null) {
            speech.mistake(timing);
            return;
        }
        Reply untold = parameters.tls() == TlsWish.UNSAID ? null : protection.refusal(parameters.tls(), snapshot.settings());
        if (untold != null) {
            speech.mistake(untold);
            return;
        }
        Step notHis = speech.client().user() == null ? null : rooms.authenticator().objection(speech.client(), from);
        if (notHis != null) {
            speech.refuse("MAIL", from, null, Replies.NOT_YOUR_SENDER.with(String.valueOf(speech.client().user()), from.text()), List.of(notHis));
            return;
        }
        switch (rooms.policy().mail(speech.client(), listener, from, parameters, snapshot)) {
            case Verdict.Refuse refuse -> speech.refuse("MAIL", from, null, refuse.reply(), List.of(refuse.step()));
            case Verdict.Pass pass -> gather(hello, from, parameters, pass.step(), snapshot);
        }
    }

    /// @param passed why policy lets the sender pass
    private void gather(Hello hello, ReversePath from, MailParameters parameters, Step passed, Snapshot snapshot) throws IOException {
        boolean asked = !snapshot.settings().addressing().isEmpty();
        boolean ours = asked && rooms.policy().mayRelay(speech.client(), snapshot);
        Rewriting rewriting = Rewriting.of(listener.name(), ours, rooms.tables(), snapshot);
        ReversePath sender = from;
        List<Step> why = List.of();
        if (from instanceof ReversePath.To(Mailbox mailbox)) {
            Rewriting.Result result = rewriting.rewrite(mailbox, Part.ENVELOPE_SENDER);
            if (result.undecided() != null) {
                speech.refuse("MAIL", from, null, Replies.UNDECIDED_SENDER.with(mailbox.text()), result.steps());
                return;
            }
            sender = result.steps().isEmpty() ? from : new ReversePath.To(result.address());
            why = result.steps();
        }
        MailParameters granted = parameters.timing().isNone() ? parameters : TimingCheck.granted(parameters, rooms.policy().mayRelay(speech.client(), snapshot));
        Transaction transaction = new Transaction(snapshot, sender, granted, ours, rewriting, why);
        introduction.steps().forEach(transaction::note);
        Stream.of(protection.negotiated(), authentication.proved()).filter(Objects::nonNull).forEach(transaction::note);
        check(transaction, from, passed);
        phase = new Phase.Gathering(hello, transaction);
        if (granted.equals(parameters)) {
            speech.say(Replies.MAIL_OK_OCTETS);
        } else {
            speech.say(Replies.PRIORITY_CHANGED.with(granted.timing().turn()));
        }
    }

    /// What is asked about strangers, and decided later: at RCPT, and at the end of the message.
    private void check(Transaction transaction, ReversePath from, Step passed) {
        if (transaction.snapshot.settings().checks() == Checks.NONE) {
            return;
        }
        if (passed.stage().equals("sender-domain")) {
            transaction.note(passed);
        }
        transaction.ownSender = rooms.policy().ownSender(speech.client(), from, transaction.snapshot);
        switch (rooms.policy().listed(speech.client(), transaction.snapshot)) {
            case null -> {}
            case Verdict.Pass pass -> transaction.note(pass.step());
            case Verdict.Refuse refuse -> transaction.objection = refuse;
        }
    }

    private void rcpt(Command.Rcpt rcpt) throws IOException {
        if (!(phase instanceof Phase.Gathering gathering)) {
            speech.mistake(Replies.MAIL_FIRST.with());
            return;
        }
        Transaction transaction = gathering.transaction();
        int most = transaction.snapshot.settings().limits().recipients();
        if (transaction.content() != null) {
            speech.mistake(Replies.IN_CHUNKS.with());
        } else if (transaction.taken() >= most) {
            putOff(transaction, Replies.TOO_MANY_RECIPIENTS.with(most));
        } else if (rcpt.to() instanceof ForwardPath.To to && !to.mailbox().isAscii() && !transaction.parameters.smtpUtf8()) {
            speech.mistake(Replies.NEEDS_SMTPUTF8.with());
        } else {
            judge(transaction, rcpt);
        }
    }

    /// RFC 5321 §4.5.3.1.10: 452, not 552, and those already taken stay. A client that still doesn't take the hint after as many again is mistaken.
    private void putOff(Transaction transaction, Reply reply) throws IOException {
        transaction.countPutOff();
        if (transaction.putOff() > transaction.taken()) {
            speech.mistake(reply);
        } else {
            speech.say(reply);
        }
    }

    private void judge(Transaction transaction, Command.Rcpt rcpt) throws IOException {
        switch (admission.judge(speech.client(), transaction, rcpt.to(), rcpt.parameters())) {
            case Admission.Answer.Taken taken -> {
                transaction.add(taken.recipient(), taken.steps());
                speech.say(Replies.RCPT_OK_OCTETS);
            }
            case Admission.Answer.Refused refused -> {
                transaction.countRefused();
                Reply reply = speech.tracked("RCPT", transaction.from, rcpt.to(), refused.reply(), Stream.concat(transaction.ofAll().stream(), refused.steps().stream()).toList());
                if (reply.code() / 100 == 4) {
                    // It is not the client's mistake, and those that were taken are to arrive.
                    transaction.countPutOff();
                    say(reply, transaction.putOff() > transaction.taken() + transaction.snapshot.settings().limits().recipients());
                    return;
                }
                // A list server with some stale addresses is welcome; a client that mostly guesses is not.
                if (transaction.refused() > transaction.taken()) {
                    speech.mistake(reply);
                } else {
                    speech.say(reply);
                }
            }
        }
    }

    private void say(Reply reply, boolean mistaken) throws IOException {
        if (mistaken) {
            speech.mistake(reply);
        } else {
            speech.say(reply);
        }
    }

    private void reset() throws IOException {
        endTransaction();
        speech.aside(Replies.RESET.with());
    }

    /// docs/reference/xsite.md. It moves no mail, so it counts as a NOOP does; and nobody needs many of them.
    private void challenge(Command.Xsite challenge) throws IOException {
        if (!rooms.config().current().settings().loop().xsite()) {
            speech.mistake(Replies.UNRECOGNISED.with(Xsite.KEYWORD));
        } else if (phase instanceof Phase.Greeting) {
            speech.mistake(Replies.SAY_HELLO_FIRST.with());
        } else if (challenges++ >= Bounds.CHALLENGES) {
            speech.mistake(Replies.TOO_MANY_CHALLENGES.with(Bounds.CHALLENGES));
        } else {
            Xsite.Proof proof = Xsite.prove(rooms.xsite(), challenge.nonce(), listener.name());
            speech.aside(Replies.XSITE.with(proof.listener(), proof.mac()));
        }
    }

    /// A host of ours says who the client is: the session begins anew, from the greeting on, with that client. Postfix's XCLIENT_README.
    private void introduced(Command.Xclient xclient) throws IOException {
        if (!introduction.mayXclient()) {
            speech.refuse("XCLIENT", null, null, Replies.NOT_XCLIENT.with(), List.of(introduction.refusal()));
        } else if (phase instanceof Phase.Gathering) {
            speech.mistake(Replies.XCLIENT_IN_MAIL.with());
        } else {
            speech.meet(introduction.accept(xclient.attributes(), speech.client()));
            phase = new Phase.Greeting();
            if (!greet()) {
                speech.fallSilent();
            }
        }
    }

    // RFC 1985 §5.3
    private void etrn(Command.Etrn etrn) throws IOException {
        Settings settings = rooms.config().current().settings();
        if (phase instanceof Phase.Greeting) {
            speech.mistake(Replies.SAY_HELLO_FIRST.with());
        } else if (!Etrn.isOffered(speech.client(), settings)) {
            speech.mistake(Replies.NOT_IMPLEMENTED.with("ETRN"));
        } else {
            Etrn.Answer answer = Etrn.answer(etrn, speech.client(), settings, rooms.calls());
            if (answer.reply().isPositive()) {
                speech.aside(answer.reply());
            } else {
                speech.refuse("ETRN", null, null, answer.reply(), List.of(answer.step()));
            }
        }
    }

    private void malformed(Command.Malformed malformed) throws IOException {
        if (malformed.verb().equals(Xsite.KEYWORD) && !rooms.config().current().settings().loop().xsite()) {
            speech.mistake(Replies.UNRECOGNISED.with(Xsite.KEYWORD));
        } else if (malformed.verb().equals("BDAT")) {
            // What follows may be a chunk or a command. RFC 3030 §2 leaves no way to find out.
            speech.cutOff(Replies.CHUNKS_LOST);
        } else {
            speech.mistake(malformed.reply());
        }
    }

    private void unrecognised(Command.Unrecognised command) throws IOException {
        switch (command.verb()) {
            // Cross-protocol attacks let a browser speak to us: nothing more is listened to.
            case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "TRACE", "PATCH", "PRI" -> speech.cutOff(Replies.NOT_HTTP);
            default -> speech.mistake(Replies.unrecognised(command));
        }
    }

    private @Nullable Transaction transaction() {
        return phase instanceof Phase.Gathering gathering ? gathering.transaction() : null;
    }

    private void leave() {
        endTransaction();
        phase = new Phase.Closing();
    }

    private void endTransaction() {
        if (phase instanceof Phase.Gathering gathering) {
            gathering.transaction().abandon();
            phase = new Phase.Idle(gathering.hello());
        }
    }
}
