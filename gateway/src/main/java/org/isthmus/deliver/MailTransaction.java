// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.StatusClass;
import org.isthmus.smtp.UnsendableContent;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Stage;
import org.isthmus.transit.Stamp;

/// One MAIL, its RCPTs and its data, in one session. RFC 5321 §3.3; in groups where the server pipelines (RFC 2920).
///
/// What each answer does:
///
/// | answer | to MAIL | to RCPT | to DATA, or before the end of data | to the end of data |
/// |---|---|---|---|---|
/// | 2yz | goes on | accepted | protocol trouble (354 goes on) | delivered |
/// | 3yz | protocol trouble | protocol trouble | | protocol trouble |
/// | 421 | next server | next server | next server | next server |
/// | 4yz | all deferred | this one deferred; too many: another transaction | accepted ones deferred | accepted ones deferred |
/// | 5yz | all failed | this one failed (552: as 452) | accepted ones failed | accepted ones failed |
/// | none | next server | next server | next server | deferred, ambiguous |
///
/// A temporary answer about a message or a mailbox is final for this attempt: the other exchangers of a domain know no more about it, and
/// each would be asked again at the next attempt. "Next server" leaves the recipients open. With LMTP the end of data is answered for each
/// accepted recipient (RFC 2033 §4.2).
final class MailTransaction {
    private static final Duration EXPLANATION = Duration.ofSeconds(5);

    private final ClientSession session;
    private final Attempt attempt;
    private final EnvelopeLines lines;
    private final List<Integer> accepted = new ArrayList<>();
    private List<Integer> batch = List.of();
    private String mail = "";

    MailTransaction(ClientSession session, Attempt attempt) {
        this.session = session;
        this.attempt = attempt;
        this.lines = new EnvelopeLines(attempt.request(), session.offered(), session.server(), session.now());
    }

    /// Gives an outcome to some of the attempt's open recipients, at least one unless it throws: as many as the server takes at a time.
    void run() throws Broken {
        Cause lacking = lines.lacking();
        if (lacking != null) {
            attempt.open().forEach(i -> attempt.settle(i, new Outcome.Failed(lacking)));
            return;
        }
        batch = nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        try (InputStream content = attempt.request().content().open()) {
            Edition edition = edition(content);
            mail = lines.mail(edition.size(batch.size()), edition.envelopeId());
            if (RequiredTls.isSaid(attempt.request().message(), session)) {
                mail += " " + RequiredTls.KEYWORD;
            }
            session.wire().ceiling(session.limits().command().multipliedBy(2 + batch.size() / 10));
            introduceClient();
            boolean ready = session.pipelining() ? envelopeAtOnce() : envelopeInSteps();
            session.countMessage();
            if (ready) {
                sendContent(sender(edition));
            }
        } catch (IOException e) {
            // Only opening and closing the content end here: the connection's failures are Broken.
            settleOpen(batch, new Outcome.Deferred(new Cause.Local("content cannot be read: " + e.getMessage(), EnhancedStatus.of("4.3.0"))));
        } finally {
            session.wire().ceiling(null);
        }
    }

    /// XFORWARD, to a next hop that is to be told. Postfix's XFORWARD_README: before each MAIL. A server that refuses it takes the mail all the same.
    private void introduceClient() throws Broken {
        Server server = session.server();
        if (!server.xforward() || !session.offered().has(Forwarded.KEYWORD)) {
            return;
        }
        if (session.needsReset()) {
            session.say(Stage.MAIL, "RSET");
            readReset();
        }
        for (String command : Forwarded.of(attempt.request().message()).xforward(session.offered().parameter(Forwarded.KEYWORD).orElse(""))) {
            session.say(Stage.MAIL, command);
            Reply reply = session.read();
            if (reply.code() == 421) {
                throw session.refused(reply, session.isUsed() ? Broken.Kind.STALE : Broken.Kind.PASSING);
            }
            if (!reply.isPositive()) {
                attempt.transcript().exchange(command, reply);
                return;
            }
        }
    }

    /// The trace is for us, not for the reader: a message that would be too large only by it goes without.
    private Edition edition(InputStream content) throws IOException {
        DeliveryRequest request = attempt.request();
        String signature = request.stamp().signature(request.message(), session.server().way(), request.content());
        Stamp.Trace trace = request.stamp().trace(request.message(), session.server().way(), batch.size()).orElse(null);
        if (trace == null) {
            return Edition.plain(content, request).signed(signature);
        }
        Edition traced = Edition.traced(content, request, trace).signed(signature);
        return lines.takes(traced.size(batch.size())) ? traced : traced.withoutTrace();
    }

    /// For those who were accepted: a token names nobody else.
    private ContentSender sender(Edition edition) {
        List<Mailbox> recipients = new ArrayList<>(accepted.size());
        accepted.forEach(number -> recipients.add(attempt.recipient(number).address()));
        return new ContentSender(session, edition.open(recipients), edition.size(accepted.size()), attempt.request().message().facts().body());
    }

    private List<Integer> nextBatch() {
        List<Integer> next = new ArrayList<>();
        for (int number : attempt.open()) {
            Cause lacking = lines.lacking(attempt.recipient(number));
            String domain = attempt.recipient(number).address().host().text().toLowerCase(Locale.ROOT);
            if (lacking != null) {
                attempt.settle(number, new Outcome.Failed(lacking));
            } else if (next.size() < session.recipientLimit() && session.takesDomain(domain)) {
                session.namedDomain(domain);
                next.add(number);
            }
        }
        return next;
    }

    // ---- envelope

    /// RFC 2920 §3.1: MAIL, RCPT and DATA go in one write, and all their answers are read whatever they are.
    /// @return true if the server now waits for content
    private boolean envelopeAtOnce() throws Broken {
        session.enter(Stage.MAIL);
        session.listen();
        boolean reset = session.needsReset();
        if (reset) {
            session.send("RSET");
        }
        session.send(mail);
        for (int number : batch) {
            session.send(lines.rcpt(attempt.recipient(number)));
        }
        boolean data = !lines.chunking();
        if (data) {
            session.send("DATA");
        }
        session.flush();
        if (reset) {
            readReset();
        }
        boolean mail = mailAnswered(session.read());
        for (int number : batch) {
            session.enter(Stage.RCPT);
            Reply reply = session.read();
            if (mail) {
                rcptAnswered(number, reply);
            } else if (reply.code() == 421) {
                throw session.refused(reply, Broken.Kind.PASSING);
            }
        }
        return data ? dataAnswered() : !accepted.isEmpty();
    }

    /// @return true if the server now waits for content
    private boolean envelopeInSteps() throws Broken {
        if (session.needsReset()) {
            session.say(Stage.MAIL, "RSET");
            readReset();
        }
        session.say(Stage.MAIL, mail);
        if (!mailAnswered(session.read())) {
            return false;
        }
        for (int number : batch) {
            session.say(Stage.RCPT, lines.rcpt(attempt.recipient(number)));
            if (rcptAnswered(number, session.read())) {
                // Those behind it would hear the same; they go in another transaction.
                break;
            }
        }
        if (accepted.isEmpty() || lines.chunking()) {
            return !accepted.isEmpty();
        }
        session.say(Stage.DATA, "DATA");
        return dataAnswered();
    }

    private void readReset() throws Broken {
        Reply reply = session.read();
        if (reply.code() != 250) {
            throw session.refused(reply, session.isUsed() ? Broken.Kind.STALE : Broken.Kind.PASSING);
        }
        session.needsReset(false);
    }

    private boolean mailAnswered(Reply reply) throws Broken {
        if (reply.code() / 100 == 2) {
            session.needsReset(true);
            return true;
        }
        attempt.transcript().exchange(mail, reply);
        // Field: servers that take one message a session answer the second MAIL with 503 or 421.
        if (session.isUsed() && (reply.code() == 503 || reply.code() == 421)) {
            throw session.refused(reply, Broken.Kind.STALE);
        }
        if (reply.code() == 421 || reply.isPositive()) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        settleOpen(batch, outcome(reply));
        return false;
    }

    /// @return true if the server takes no more recipients in this transaction
    private boolean rcptAnswered(int number, Reply reply) throws Broken {
        if (reply.code() / 100 == 2) {
            accepted.add(number);
            return false;
        }
        attempt.transcript().exchange(lines.rcpt(attempt.recipient(number)), reply);
        if (reply.code() == 421 || reply.isPositive()) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        if (isTooMany(reply) && !accepted.isEmpty()) {
            session.limitRecipients(accepted.size());
            return true;
        }
        attempt.settle(number, reply.code() == 552 ? new Outcome.Deferred(replied(reply)) : outcome(reply));
        return false;
    }

    /// RFC 5321 §4.5.3.1.10: 452 says too many recipients, and 552 is to be understood as 452. With a status about the mailbox it is about
    /// the mailbox alone.
    private static boolean isTooMany(Reply reply) {
        boolean code = reply.code() == 452 || reply.code() == 552;
        return code && (reply.status() == null || reply.status().subject() != 2);
    }

    private boolean dataAnswered() throws Broken {
        session.enter(Stage.DATA);
        Reply reply = session.read();
        if (reply.code() == 354) {
            if (accepted.isEmpty()) {
                sendNothing();
                return false;
            }
            return true;
        }
        if (!accepted.isEmpty()) {
            attempt.transcript().exchange("DATA", reply);
        }
        if (reply.code() == 421 || reply.isPositive()) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        settleOpen(accepted, outcome(reply));
        return false;
    }

    /// RFC 2920 §3.1: DATA was taken although no recipient was; a lone dot ends it, whatever the server then thinks it has.
    private void sendNothing() throws Broken {
        session.send(".");
        session.flush();
        session.enter(Stage.END_OF_DATA);
        Reply reply = session.read();
        session.needsReset(false);
        if (reply.code() == 421) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
    }

    // ---- content

    private void sendContent(ContentSender sender) throws Broken {
        if (session.wire().holdsUnread()) {
            answeredEarly();
            return;
        }
        try {
            if (lines.chunking()) {
                sender.sendAsChunk();
            } else {
                sender.sendAsData();
            }
        } catch (UnsendableContent e) {
            session.close();
            settleOpen(accepted, new Outcome.Failed(new Cause.Decided(String.valueOf(e.getMessage()), null, EnhancedStatus.of("5.6.0"))));
            return;
        } catch (ContentSender.Unreadable e) {
            session.close();
            settleOpen(accepted, new Outcome.Deferred(new Cause.Local(String.valueOf(e.getMessage()), EnhancedStatus.of("4.3.0"))));
            return;
        } catch (IOException e) {
            contentCut(e, sender.mayHaveEnded());
            return;
        }
        session.wire().ceiling(null);
        session.enter(Stage.END_OF_DATA);
        session.needsReset(lines.chunking());
        readEnds();
    }

    /// A reply to content that was not yet sent. A refusal is one; anything else means that the two sides have lost each other.
    private void answeredEarly() throws Broken {
        Reply reply = session.read();
        attempt.transcript().heard(reply);
        if (reply.code() == 421 || reply.isPositive()) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        settleOpen(accepted, outcome(reply));
        session.close();
    }

    /// The connection failed while content was sent. Field: a server that refuses what it sees says so and closes, without waiting for the end.
    private void contentCut(IOException e, boolean mayHaveEnded) throws Broken {
        Broken broken = session.broken(e);
        session.wire().ceiling(null);
        session.wire().allow(EXPLANATION);
        Reply reply;
        try {
            reply = session.wire().reply();
        } catch (IOException none) {
            if (mayHaveEnded) {
                session.enter(Stage.END_OF_DATA);
                throw ambiguous(accepted, session.broken(e));
            }
            throw broken;
        }
        attempt.transcript().heard(reply);
        if (reply.code() == 421) {
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        if (reply.isPositive()) {
            throw ambiguous(accepted, broken);
        }
        settleOpen(accepted, outcome(reply));
        session.close();
    }

    /// One reply for all; with LMTP one for each accepted recipient. RFC 2033 §4.2.
    private void readEnds() throws Broken {
        if (session.server().lmtp()) {
            new LmtpEnds().read();
            return;
        }
        Reply reply;
        try {
            reply = session.read();
        } catch (Broken e) {
            throw ambiguous(accepted, e);
        }
        attempt.transcript().exchange("(end of data)", reply);
        if (reply.code() / 100 == 3) {
            throw ambiguous(accepted, session.refused(reply, Broken.Kind.PASSING));
        }
        if (reply.code() == 421) {
            // Nobody took the message.
            throw session.refused(reply, Broken.Kind.PASSING);
        }
        settleOpen(accepted, outcome(reply));
        session.needsReset(!reply.isPositive() && lines.chunking());
    }

    /// The answers of LMTP, in the order of RCPT. None is believed before all are there: a server that gives more of them than there are recipients has said of nobody
    /// which is whose.
    private final class LmtpEnds {
        private final List<Reply> replies = new ArrayList<>();

        void read() throws Broken {
            while (replies.size() < accepted.size()) {
                Reply reply = next();
                if (!reply.isPositive() || replies.isEmpty()) {
                    attempt.transcript().exchange("(end of data)", reply);
                }
                if (reply.code() / 100 == 3) {
                    throw cut(session.refused(reply, Broken.Kind.PASSING));
                }
                replies.add(reply);
                if (reply.code() == 421) {
                    // It speaks for one recipient; what became of those behind it nobody can tell.
                    throw cut(session.refused(reply, Broken.Kind.PASSING));
                }
            }
            if (!session.wire().isQuiet()) {
                tooMany();
            }
            settleRead();
            session.needsReset(!replies.getLast().isPositive() && lines.chunking());
        }

        /// The server works on one copy after the other, so each answer may take its time.
        private Reply next() throws Broken {
            session.enter(Stage.END_OF_DATA);
            try {
                return session.read();
            } catch (Broken e) {
                throw cut(e);
            }
        }

        /// Where all answers say yes, it does not matter whose they are.
        private void tooMany() throws Broken {
            Reply extra = next();
            attempt.transcript().exchange("(end of data)", extra);
            if (extra.isPositive() && replies.stream().allMatch(Reply::isPositive)) {
                session.close();
                return;
            }
            throw ambiguous(accepted, new Broken(session.unexpected("more replies than recipients, the last of them " + extra.text()), Broken.Kind.PASSING));
        }

        /// Those whose answer came have theirs.
        private Broken cut(Broken why) {
            settleRead();
            return ambiguous(accepted.subList(replies.size(), accepted.size()), why);
        }

        private void settleRead() {
            for (int i = 0; i < replies.size(); i++) {
                attempt.settle(accepted.get(i), outcome(replies.get(i)));
            }
        }
    }

    /// RFC 1047: the peer may have the message, and may not. Deferring can make a duplicate; anything else can make a loss.
    private Broken ambiguous(List<Integer> whose, Broken broken) {
        attempt.uncertain(whose, broken.why());
        return broken;
    }

    // ---- outcomes

    private Outcome outcome(Reply reply) {
        Peer peer = session.server().peer();
        if (reply.isPositive()) {
            return new Outcome.Delivered(peer, reply, lines.handsOnAll(), session.server().way().inside());
        }
        return reply.isTransient() ? new Outcome.Deferred(replied(reply)) : new Outcome.Failed(replied(reply));
    }

    private Cause replied(Reply reply) {
        EnhancedStatus status = ClientSession.statusOf(reply);
        // The one permanent answer that is taken as a temporary one.
        boolean temporary = reply.code() == 552 && session.stage() == Stage.RCPT;
        return new Cause.Replied(
                session.server().peer(), session.stage(), reply, temporary ? status.as(StatusClass.PERSISTENT_TRANSIENT_FAILURE) : status);
    }

    private void settleOpen(List<Integer> recipients, Outcome outcome) {
        for (int number : recipients) {
            attempt.settle(number, outcome);
        }
    }
}
