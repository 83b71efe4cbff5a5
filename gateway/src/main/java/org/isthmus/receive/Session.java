// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.message.Received;
import org.isthmus.platform.Connection;
import org.isthmus.policy.ReplyForm;
import org.isthmus.policy.Verdict;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.CommandParser;
import org.isthmus.smtp.DataReader;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.LineCheck;
import org.isthmus.smtp.Violation;
import org.isthmus.spool.Draft;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Client;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Step;
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
    static final int TRACE_ID = 7;

    private final Rooms rooms;
    private final Settings.Listener listener;
    private final Connection connection;
    private final Admission admission;
    private final CommandParser parser;
    private final ClientOutput output;
    private final ClientInput input;
    private final Gate gate;
    private final Instant began;
    private volatile Client client;
    private volatile Phase phase = new Phase.Greeting();
    private volatile int messages;
    private final ContentReading reading;
    private int errors;
    private int idleCommands;
    private boolean interrupting;

    Session(Rooms rooms, Settings.Listener listener, Connection connection, Gate gate) {
        this.rooms = rooms;
        this.listener = listener;
        this.connection = connection;
        this.gate = gate;
        Duration idle = rooms.config().current().settings().limits().idle();
        admission = new Admission(rooms.policy(), rooms.classifier(), rooms.router());
        parser = new CommandParser(listener.leniency());
        output = new ClientOutput(connection, idle);
        input = new ClientInput(connection, output, rooms.time(), gate, idle);
        reading = new ContentReading(input);
        client = new Client(listener.name(), connection.local(), connection.remote(), null, null, rooms.freshName(8));
        began = rooms.time().now();
    }

    /// What an operator sees of it.
    SessionView view() {
        String doing = switch (phase) {
            case Phase.Greeting greeting -> "greeting";
            case Phase.Idle idle -> "idle";
            case Phase.Gathering gathering -> gathering.transaction().content() == null ? "envelope" : "content";
            case Phase.Closing closing -> "closing";
        };
        return new SessionView(client, began, messages, doing);
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
        LOG.debug("session {} {}", client.session(), how);
    }

    /// The top of a session: the one place where a mistake of ours ends. The client is told to try again later.
    private void converse() throws IOException {
        try {
            if (greet()) {
                serve();
            }
            output.flush();
            if (interrupting) {
                input.linger();
            }
        } catch (RuntimeException | StackOverflowError bug) {
            String traceId = rooms.freshName(TRACE_ID);
            LOG.error("internal error in session {} (trace {})", client.session(), traceId, bug);
            Reply reply = Replies.traced(Replies.BUG.with(hostname()), traceId);
            record(traceId, "session", null, null, reply, List.of(Step.of("bug", String.valueOf(bug), null, "session ended")));
            output.put(reply);
            output.flush();
        }
    }

    private boolean greet() throws IOException {
        // RFC 5321 §4.3.1: a client should wait for the greeting. Field: many don't, and harm nobody by it; what they have sent is read in its turn.
        switch (rooms.policy().connect(client, rooms.config().current())) {
            case Verdict.Refuse refuse -> {
                refuse("connect", null, null, refuse.reply(), List.of(refuse.step()));
                return false;
            }
            case Verdict.Pass pass -> {
                output.put(Replies.GREETING.with(hostname()));
                return true;
            }
        }
    }

    private void serve() throws IOException {
        while (!(phase instanceof Phase.Closing)) {
            boolean atRest = !(phase instanceof Phase.Gathering);
            if (atRest && gate.isClosing()) {
                cutOff(filled(Replies.STOPPING));
                return;
            }
            switch (input.nextLine(atRest)) {
                case LINE -> line();
                case FORBIDDEN_CHARACTER -> forbiddenCharacter();
                case TOO_LONG -> mistake(Replies.LINE_TOO_LONG.with(Bounds.COMMAND_LINE));
                case ENDLESS -> cutOff(filled(Replies.LINE_ENDLESS));
                case SILENT -> close(Replies.IDLE);
                case STOPPING -> cutOff(filled(Replies.STOPPING));
                case CLOSED -> leave();
                case TAKEN -> {
                    leave();
                    interrupting = true;
                }
            }
        }
    }

    private void line() throws IOException {
        answer(parser.parse(input.buffer(), input.lineStart(), input.lineLength()));
    }

    private void forbiddenCharacter() throws IOException {
        // RFC 8446 §5.1: a TLS client begins with a record of type handshake, 22.
        boolean tls = input.buffer()[input.lineStart()] == 22;
        if (tls) {
            cutOff(filled(Replies.NOT_HTTP));
        } else {
            mistake(Replies.FORBIDDEN_CHARACTER.with());
        }
    }

    private void answer(Command command) throws IOException {
        switch (command) {
            case Command.Greet greet -> hello(greet);
            case Command.Mail mail -> mail(mail.from(), mail.parameters());
            case Command.Rcpt rcpt -> rcpt(rcpt);
            case Command.Data data -> data();
            case Command.Bdat bdat -> bdat(bdat);
            case Command.Rset reset -> reset();
            case Command.Noop nothing -> aside(Replies.NOOP.with());
            case Command.Help help -> aside(Replies.HELP.with());
            // RFC 5321 §3.5.3, §7.3: 252 tells nothing and is no refusal.
            case Command.Vrfy verify -> aside(Replies.UNVERIFIED.with());
            case Command.Expn expand -> mistake(Replies.NO_EXPANSION.with());
            case Command.Quit quit -> close(Replies.GOODBYE);
            case Command.StartTls tls -> mistake(Replies.NOT_IMPLEMENTED.with("STARTTLS"));
            case Command.Auth auth -> mistake(Replies.NOT_IMPLEMENTED.with("AUTH"));
            case Command.Malformed malformed -> malformed(malformed);
            case Command.Unrecognised unrecognised -> unrecognised(unrecognised);
        }
    }

    // RFC 5321 §4.1.4: EHLO in the middle of a session does what RSET does.
    private void hello(Command.Greet greet) throws IOException {
        if (greet.verb().equals("LHLO")) {
            mistake(Replies.NOT_IMPLEMENTED.with("LHLO"));
            return;
        }
        Snapshot snapshot = rooms.config().current();
        Hello hello = greet.hello();
        Client named = new Client(client.listener(), client.local(), client.remote(), hello, client.user(), client.session());
        switch (rooms.policy().hello(named, snapshot)) {
            case Verdict.Refuse refuse -> refuse(greet.verb(), null, null, refuse.reply(), List.of(refuse.step()));
            case Verdict.Pass pass -> {
                endTransaction();
                client = named;
                phase = new Phase.Idle(hello);
                aside(hello.extended() ? Replies.extensions(snapshot.settings()) : Replies.HELLO.with(hostname()));
            }
        }
    }

    private void mail(ReversePath from, MailParameters parameters) throws IOException {
        switch (phase) {
            case Phase.Greeting greeting -> mistake(Replies.SAY_HELLO_FIRST.with());
            case Phase.Gathering gathering ->
                    mistake(gathering.transaction().content() == null ? Replies.NESTED_MAIL.with() : Replies.IN_CHUNKS.with());
            case Phase.Idle idle -> begin(idle.hello(), from, parameters);
            case Phase.Closing closing -> {}
        }
    }

    private void begin(Hello hello, ReversePath from, MailParameters parameters) throws IOException {
        Snapshot snapshot = rooms.config().current();
        long limit = snapshot.settings().limits().messageSize().octets();
        if (parameters.size().orElse(0) > limit) {
            // RFC 1870 §6.1: refused before it is sent.
            refuse("MAIL", from, null, Replies.TOO_LARGE.with(limit), List.of(Step.of("size", "limits.message-size = " + limit, null, "refused as announced")));
            return;
        }
        switch (rooms.policy().mail(client, listener, from, parameters, snapshot)) {
            case Verdict.Refuse refuse -> refuse("MAIL", from, null, refuse.reply(), List.of(refuse.step()));
            case Verdict.Pass pass -> {
                phase = new Phase.Gathering(hello, new Transaction(snapshot, from, parameters));
                output.put(Replies.MAIL_OK_OCTETS);
            }
        }
    }

    private void rcpt(Command.Rcpt rcpt) throws IOException {
        if (!(phase instanceof Phase.Gathering gathering)) {
            mistake(Replies.MAIL_FIRST.with());
            return;
        }
        Transaction transaction = gathering.transaction();
        int most = transaction.snapshot.settings().limits().recipients();
        if (transaction.content() != null) {
            mistake(Replies.IN_CHUNKS.with());
        } else if (transaction.taken() >= most) {
            // RFC 5321 §4.5.3.1.10: 452, not 552, and those already taken stay.
            output.put(Replies.TOO_MANY_RECIPIENTS.with(most));
        } else if (rcpt.to() instanceof ForwardPath.To to && !to.mailbox().isAscii() && !transaction.parameters.smtpUtf8()) {
            mistake(Replies.NEEDS_SMTPUTF8.with());
        } else {
            judge(transaction, rcpt);
        }
    }

    private void judge(Transaction transaction, Command.Rcpt rcpt) throws IOException {
        switch (admission.judge(client, transaction.from, transaction.parameters, rcpt.to(), rcpt.parameters(), transaction.snapshot)) {
            case Admission.Answer.Taken taken -> {
                transaction.add(taken.recipient(), taken.steps());
                output.put(Replies.RCPT_OK_OCTETS);
            }
            case Admission.Answer.Refused refused -> {
                transaction.countRefused();
                Reply reply = tracked("RCPT", transaction.from, rcpt.to(), refused.reply(), refused.steps());
                // A list server with some stale addresses is welcome; a client that mostly guesses is not.
                if (transaction.refused() > transaction.taken()) {
                    mistake(reply);
                } else {
                    output.put(reply);
                }
            }
        }
    }

    private void data() throws IOException {
        Reply objection = objectionToContent();
        if (objection != null) {
            mistake(objection);
            return;
        }
        Transaction transaction = ((Phase.Gathering) phase).transaction();
        if (transaction.content() != null) {
            mistake(Replies.IN_CHUNKS.with());
            return;
        }
        if (transaction.parameters.body() == BodyType.BINARYMIME) {
            mistake(Replies.NEEDS_BDAT.with());
            return;
        }
        Intake content = open(transaction, "DATA");
        if (content != null) {
            output.put(Replies.START_DATA_OCTETS);
            readData(transaction, content);
        }
    }

    /// RFC 5321 §4.1.1.4. Nothing is answered before the true end: what a smuggler put behind a false one is content, and goes where the content goes.
    private void readData(Transaction transaction, Intake content) throws IOException {
        DataReader reader = new DataReader();
        if (took(reading.data(reader, content, mostOctets(transaction)), "DATA", transaction)) {
            finish(transaction, content, reader.violation());
        }
    }

    /// RFC 3030 §2. Whatever is answered, the chunk's octets are taken off the wire first, so that they are never read as commands.
    private void bdat(Command.Bdat bdat) throws IOException {
        Reply objection = objectionToContent();
        Transaction transaction = phase instanceof Phase.Gathering gathering ? gathering.transaction() : null;
        if (objection != null || transaction == null) {
            if (took(reading.swallow(bdat.size()), "BDAT", transaction)) {
                mistake(objection == null ? Replies.MAIL_FIRST.with() : objection);
            }
            return;
        }
        Intake content = transaction.content();
        if (content == null) {
            content = open(transaction, "BDAT");
        }
        if (content == null) {
            // The refusal is said already; chunks that follow find no transaction.
            took(reading.swallow(bdat.size()), "BDAT", transaction);
            endTransaction();
            return;
        }
        if (took(reading.chunk(bdat.size(), transaction, content, mostOctets(transaction)), "BDAT", transaction)) {
            afterChunk(bdat, transaction, content);
        }
    }

    private void afterChunk(Command.Bdat bdat, Transaction transaction, Intake content) throws IOException {
        LineCheck lines = transaction.lines;
        if (bdat.last()) {
            lines.finish();
        }
        if (bdat.last() || lines.violation() != null || content.problem() != null) {
            finish(transaction, content, lines.violation());
        } else {
            output.put(Replies.CHUNK_OK.with(bdat.size()));
        }
    }

    /// What speaks against content now; null if nothing. RFC 5321 §3.3: 503 if no recipient was named, 554 if none was taken.
    private @Nullable Reply objectionToContent() {
        if (!(phase instanceof Phase.Gathering gathering)) {
            return Replies.MAIL_FIRST.with();
        }
        Transaction transaction = gathering.transaction();
        if (!transaction.recipients().isEmpty()) {
            return null;
        }
        return transaction.refused() > 0 ? Replies.NO_VALID_RECIPIENTS.with() : Replies.RCPT_FIRST.with();
    }

    /// Opens a draft, with our Received line in it.
    /// @return null if the spool can't take a message now; the client has been told
    private @Nullable Intake open(Transaction transaction, String command) throws IOException {
        try {
            Draft draft = rooms.spool().draft(transaction.parameters.size().orElse(0));
            Intake content = new Intake(draft, transaction.snapshot.settings().limits(), received(draft.id(), transaction));
            transaction.begin(content);
            return content;
        } catch (IOException e) {
            refuse(command, transaction.from, null, Intake.localTrouble(e), List.of(Intake.localStep(e)));
            return null;
        }
    }

    /// RFC 5321 §4.4: every server puts a Received field in front. "for" stands in it only where it tells nobody about another recipient (§7.6).
    ///
    /// A Return-Path that the message brings is left alone. RFC 5321 §4.4: only final delivery writes it, and a relay that took it out would change what it only passes on.
    private byte[] received(QueueId id, Transaction transaction) {
        Client who = client;
        List<Recipient> recipients = transaction.recipients();
        Received line = new Received(
                who.hello() == null ? null : who.hello().name(),
                who.remote().getAddress(),
                transaction.snapshot.settings().connector().hostname().ascii(),
                Protocol.name(who, transaction.parameters),
                id.toString(),
                recipients.size() == 1 ? recipients.getFirst().address().text() : null,
                rooms.time().now());
        return line.write().getBytes(StandardCharsets.US_ASCII);
    }

    /// Whether reading went well; if not, the transaction is over, and the session with it.
    private boolean took(ContentReading.End end, String command, @Nullable Transaction transaction) throws IOException {
        switch (end) {
            case COMPLETE -> {
                return true;
            }
            case TOO_SLOW -> {
                note(command, transaction, Replies.CONTENT_TIMEOUT.with(hostname()));
                close(Replies.CONTENT_TIMEOUT);
            }
            case ENDLESS -> {
                long limit = rooms.config().current().settings().limits().messageSize().octets();
                cutOff(tracked(command, transaction == null ? null : transaction.from, null, Replies.TOO_LARGE.with(limit), List.of()));
            }
            case LOST -> {
                note(command, transaction, Replies.LOST.with(hostname()));
                leave();
            }
        }
        return false;
    }

    /// Puts the end of a message that was never complete into the tracking.
    private void note(String command, @Nullable Transaction transaction, Reply reply) {
        if (transaction != null && transaction.content() != null) {
            record(rooms.freshName(TRACE_ID), command, transaction.from, null, reply,
                    List.of(Step.of("content", "a message ends with CRLF . CRLF, or its last chunk", null, transaction.content().octets() + " octets thrown away")));
        }
    }

    private void finish(Transaction transaction, Intake content, @Nullable Violation violation) throws IOException {
        EndOfData.Answer answer = new EndOfData(client, transaction, content).answer(violation);
        endTransaction();
        switch (answer) {
            case EndOfData.Answer.Accepted accepted -> {
                messages++;
                errors = 0;
                idleCommands = 0;
                output.put(Replies.queued(accepted.message().id()));
            }
            case EndOfData.Answer.Refused refused -> refuse("end of data", transaction.from, null, refused.reply(), refused.steps());
        }
    }

    private void reset() throws IOException {
        endTransaction();
        aside(Replies.RESET.with());
    }

    private void malformed(Command.Malformed malformed) throws IOException {
        if (malformed.verb().equals("BDAT")) {
            // What follows may be a chunk or a command. RFC 3030 §2 leaves no way to find out.
            cutOff(filled(Replies.CHUNKS_LOST));
        } else {
            mistake(malformed.reply());
        }
    }

    private void unrecognised(Command.Unrecognised command) throws IOException {
        switch (command.verb()) {
            // Cross-protocol attacks let a browser speak to us: nothing more is listened to.
            case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "TRACE", "PATCH", "PRI" -> cutOff(filled(Replies.NOT_HTTP));
            default -> mistake(Replies.unrecognised(command));
        }
    }

    /// Answers a command that moves no mail. Too many of them are errors.
    private void aside(Reply reply) throws IOException {
        idleCommands++;
        if (idleCommands > Bounds.IDLE_COMMANDS) {
            mistake(reply);
        } else {
            output.put(reply);
        }
    }

    /// Answers a command that was an error. The last one that is allowed ends the session.
    private void mistake(Reply reply) throws IOException {
        errors++;
        if (errors >= rooms.config().current().settings().limits().errors()) {
            cutOff(Replies.TOO_MANY_ERRORS.with(hostname(), reply.text()));
        } else {
            output.put(reply);
        }
    }

    private void refuse(String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) throws IOException {
        mistake(tracked(command, from, to, reply, steps));
    }

    /// Records a refusal, and gives its reply the id under which it is found.
    private Reply tracked(String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) {
        String traceId = rooms.freshName(TRACE_ID);
        Reply traced = Replies.traced(reply, traceId);
        record(traceId, command, from, to, traced, steps);
        return traced;
    }

    private void record(String traceId, String command, @Nullable ReversePath from, @Nullable ForwardPath to, Reply reply, List<Step> steps) {
        rooms.tracker().record(new Event.Refused(
                rooms.time().now(), traceId, client, command, from == null ? null : from.text(), to == null ? null : to.toString(), reply, steps));
    }

    /// Says the last word.
    private void close(ReplyForm form) throws IOException {
        leave();
        output.put(filled(form));
    }

    /// Says the last word to a client that is in the middle of its own.
    private void cutOff(Reply last) throws IOException {
        leave();
        output.put(last);
        interrupting = true;
    }

    private Reply filled(ReplyForm form) {
        return form.text().contains("{}") ? form.with(hostname()) : form.with();
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

    private String hostname() {
        return rooms.config().current().settings().connector().hostname().ascii();
    }

    private static long mostOctets(Transaction transaction) {
        return transaction.snapshot.settings().limits().messageSize().octets() + Bounds.DATA_OVERRUN;
    }
}
