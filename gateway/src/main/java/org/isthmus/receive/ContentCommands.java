// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.message.MessageDate;
import org.isthmus.message.MessageId;
import org.isthmus.message.Received;
import org.isthmus.message.SubmissionFields;
import org.isthmus.policy.ClientName;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.DataReader;
import org.isthmus.smtp.LineCheck;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.Violation;
import org.isthmus.spool.Draft;
import org.isthmus.transit.Client;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// DATA and BDAT: from the command to the answer at the end of the message. Each method says whether the transaction is over.
final class ContentCommands {
    private final Rooms rooms;
    private final Settings.Listener listener;
    private final Speech speech;
    private final ContentReading reading;
    private volatile int messages;
    private @Nullable ClientName name;

    ContentCommands(Rooms rooms, Settings.Listener listener, Speech speech, ContentReading reading) {
        this.rooms = rooms;
        this.listener = listener;
        this.speech = speech;
        this.reading = reading;
    }

    /// The client's name is being asked for.
    void named(@Nullable ClientName asked) {
        name = asked;
    }

    /// Messages accepted so far.
    int messages() {
        return messages;
    }

    /// @param transaction the open one; null if there is none
    boolean data(@Nullable Transaction transaction) throws IOException {
        Reply objection = objection(transaction);
        if (objection != null || transaction == null) {
            speech.mistake(objection == null ? Replies.MAIL_FIRST.with() : objection);
            return false;
        }
        if (transaction.content() != null) {
            speech.mistake(Replies.IN_CHUNKS.with());
            return false;
        }
        if (transaction.parameters.body() == BodyType.BINARYMIME) {
            speech.mistake(Replies.NEEDS_BDAT.with());
            return false;
        }
        Intake content = open(transaction, "DATA");
        if (content == null) {
            return false;
        }
        speech.say(Replies.START_DATA_OCTETS);
        readData(transaction, content);
        return true;
    }

    /// RFC 5321 §4.1.1.4. Nothing is answered before the true end: what a smuggler put behind a false one is content, and goes where the content goes.
    private void readData(Transaction transaction, Intake content) throws IOException {
        DataReader reader = new DataReader();
        if (took(reading.data(reader, content, mostOctets(transaction)), "DATA", transaction)) {
            finish(transaction, content, reader.violation());
        }
    }

    /// RFC 3030 §2. Whatever is answered, the chunk's octets are taken off the wire first, so that they are never read as commands.
    /// @param transaction the open one; null if there is none
    boolean bdat(Command.Bdat bdat, @Nullable Transaction transaction) throws IOException {
        Reply objection = objection(transaction);
        if (objection != null || transaction == null) {
            if (took(reading.swallow(bdat.size()), "BDAT", transaction)) {
                speech.mistake(objection == null ? Replies.MAIL_FIRST.with() : objection);
            }
            return false;
        }
        Intake content = transaction.content() == null ? open(transaction, "BDAT") : transaction.content();
        if (content == null) {
            // The refusal is said already; chunks that follow find no transaction.
            took(reading.swallow(bdat.size()), "BDAT", transaction);
            return true;
        }
        return !took(reading.chunk(bdat.size(), transaction, content, mostOctets(transaction)), "BDAT", transaction)
                || afterChunk(bdat, transaction, content);
    }

    private boolean afterChunk(Command.Bdat bdat, Transaction transaction, Intake content) throws IOException {
        LineCheck lines = transaction.lines;
        if (bdat.last()) {
            lines.finish();
        }
        if (bdat.last() || lines.violation() != null || content.problem() != null) {
            finish(transaction, content, lines.violation());
            return true;
        }
        speech.say(Replies.CHUNK_OK.with(bdat.size()));
        return false;
    }

    /// What speaks against content now; null if nothing. RFC 5321 §3.3: 503 if no recipient was named, 554 if none was taken.
    private static @Nullable Reply objection(@Nullable Transaction transaction) {
        if (transaction == null) {
            return Replies.MAIL_FIRST.with();
        }
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
            ReturnCheck returns = new ReturnCheck(rooms, speech.client(), transaction, draft.id());
            Intake content = new Intake(draft, transaction.snapshot.settings().limits(), returns, received(draft.id(), transaction), transaction.rewriting.touchesHeader() ? transaction.rewriting : null, duties(draft.id(), transaction));
            transaction.begin(content);
            return content;
        } catch (IOException e) {
            speech.refuse(command, transaction.from, null, Intake.localTrouble(e), List.of(Intake.localStep(e)));
            return null;
        }
    }

    /// RFC 6409 §8: what a server for users adds to their messages. On other listeners a message is passed on as it is.
    private SubmissionFields.@Nullable Missing duties(QueueId id, Transaction transaction) {
        return listener.authRequired()
                ? new SubmissionFields.Missing(MessageDate.format(rooms.time().now()), MessageId.of(id.toString(), transaction.snapshot.settings().connector().hostname()))
                : null;
    }

    /// RFC 5321 §4.4: every server puts a Received field in front. "for" stands in it only where it tells nobody about another recipient (§7.6).
    ///
    /// A Return-Path that the message brings is left alone. RFC 5321 §4.4: only final delivery writes it, and a relay that took it out would change what it only passes on.
    private byte[] received(QueueId id, Transaction transaction) {
        Client who = speech.client();
        List<Recipient> recipients = transaction.recipients();
        Received line = new Received(
                who.hello() == null ? null : who.hello().name(),
                who.remote().getAddress(),
                transaction.snapshot.settings().connector().hostname().ascii(),
                Protocol.name(who, transaction.parameters),
                id.toString(),
                recipients.size() == 1 ? recipients.getFirst().named().text() : null,
                rooms.time().now());
        return line.write(name == null ? null : name.await(who.remote().getAddress()), who.tls() == null ? null : who.tls().cipher()).getBytes(StandardCharsets.US_ASCII);
    }

    /// Whether reading went well; if not, the transaction is over, and the session with it.
    private boolean took(ContentReading.End end, String command, @Nullable Transaction transaction) throws IOException {
        switch (end) {
            case COMPLETE -> {
                return true;
            }
            case TOO_SLOW -> {
                note(command, transaction, speech.filled(Replies.CONTENT_TIMEOUT));
                speech.close(Replies.CONTENT_TIMEOUT);
            }
            case ENDLESS -> {
                long limit = rooms.config().current().settings().limits().messageSize().octets();
                speech.cutOff(speech.tracked(command, transaction == null ? null : transaction.from, null, Replies.TOO_LARGE.with(limit), List.of()));
            }
            case LOST -> {
                note(command, transaction, speech.filled(Replies.LOST));
                speech.fallSilent();
            }
        }
        return false;
    }

    /// Puts the end of a message that was never complete into the tracking.
    private void note(String command, @Nullable Transaction transaction, Reply reply) {
        if (transaction != null && transaction.content() != null) {
            speech.record(rooms.freshName(Speech.TRACE_ID), command, transaction.from, null, reply,
                    List.of(Step.of("content", "a message ends with CRLF . CRLF, or its last chunk", null, transaction.content().octets() + " octets thrown away")));
        }
    }

    private void finish(Transaction transaction, Intake content, @Nullable Violation violation) throws IOException {
        switch (new EndOfData(speech.client(), transaction, content).answer(violation)) {
            case EndOfData.Answer.Accepted accepted -> {
                messages++;
                speech.forgive();
                speech.say(Replies.queued(accepted.message().id()));
            }
            case EndOfData.Answer.Refused refused -> speech.refuse("end of data", transaction.from, null, refused.reply(), refused.steps());
        }
    }

    private static long mostOctets(Transaction transaction) {
        return transaction.snapshot.settings().limits().messageSize().octets() + Bounds.DATA_OVERRUN;
    }
}
