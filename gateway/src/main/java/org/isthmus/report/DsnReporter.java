// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32C;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.dsn.DsnWriter;
import org.isthmus.dsn.Letter;
import org.isthmus.dsn.Letter.Returned;
import org.isthmus.message.HeaderScanner;
import org.isthmus.message.MessageId;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.syntax.Characters;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Report;

/// Makes delivery status notifications. RFC 3461 §5.2 says who gets one, RFC 3464 what is in it, RFC 5321 §4.5.5 that none is about a report.
///
/// All that happened to recipients of a message at one moment goes into one report, failures, delays and successes alike. A pure function of its arguments.
public final class DsnReporter implements Reporter {
    private static final String SENDER_NAME = "Mail Delivery System";

    /// Needs nothing.
    public DsnReporter() {}

    @Override
    public Optional<Report> report(QueuedMessage message, List<Happening> happened, Content content, Instant now, Snapshot snapshot) throws IOException {
        if (!(message.envelope().from() instanceof ReversePath.To sender)) {
            return Optional.empty();
        }
        List<Happening> told = happened.stream().filter(happening -> isWanted(message, happening)).toList();
        if (told.isEmpty()) {
            return Optional.empty();
        }
        boolean failure = told.stream().anyMatch(happening -> happening.action() == Action.FAILED);
        // RFC 3461 §4.3: RET is about failures; anything else returns the header alone. Without RET the choice is ours.
        boolean whole = failure && message.envelope().parameters().returnContent() == ReturnContent.FULL;
        Settings settings = snapshot.settings();
        String text = new HumanPart(message, settings, now).text(told);
        Letter letter = letter(message, sender.mailbox(), settings, text, ReturnedPart.of(content, whole), subject(message, told), now, told.getFirst().recipient());
        byte[] octets = DsnWriter.write(letter, new MachinePart(message, settings, now).dsn(told));
        return Optional.of(new Report(envelope(sender.mailbox()), new Origin.Report(message.id()), facts(octets), octets));
    }

    private static boolean isWanted(QueuedMessage message, Happening happening) {
        RcptParameters parameters = message.envelope().recipients().get(happening.recipient()).parameters();
        return switch (happening.outcome()) {
            // Taken off by the operator, who asked for silence.
            case Outcome.Removed removed -> false;
            // RFC 3461 §5.2.2: the peer has our NOTIFY, so success is its to report.
            case Outcome.Delivered delivered -> !delivered.reportsOn() && parameters.wants(ReportOn.SUCCESS);
            // RFC 3461 §5.2.7.2: one address in place of another is told when that one is reached.
            case Outcome.Expanded expanded -> expanded.alias() && parameters.wants(ReportOn.SUCCESS);
            case Outcome.Deferred deferred -> parameters.wants(ReportOn.DELAY);
            case Outcome.Failed failed -> parameters.wants(ReportOn.FAILURE);
        };
    }

    private static Letter letter(
            QueuedMessage message, Mailbox to, Settings settings, String text, Returned returned, String subject, Instant now, int first) {
        Domain host = settings.connector().hostname();
        Mailbox postmaster = settings.connector().postmaster();
        Mailbox from = postmaster.isAscii() ? postmaster : Mailbox.of("postmaster@" + host.ascii());
        // One message may have several reports, and a recipient one of each kind at a moment: so this names one report.
        String name = message.id() + "." + now.toEpochMilli() + "." + first;
        return new Letter(SENDER_NAME, from, to, subject, MessageId.of("report." + name, host), message.facts().messageId(), now, text, returned,
                message.envelope().parameters().smtpUtf8(), "report-" + name);
    }

    private static String subject(QueuedMessage message, List<Happening> told) {
        String word = told.stream().anyMatch(h -> h.action() == Action.FAILED) ? "Undeliverable"
                : told.stream().anyMatch(h -> h.action() == Action.DELAYED) ? "Delayed" : "Delivered";
        String original = message.facts().subject();
        // A text of 200 characters has been cut, perhaps within an encoded word.
        boolean usable = original != null && !original.isEmpty() && original.length() < 200 && Characters.ascii(original);
        return usable ? word + ": " + original : word + ": your message";
    }

    /// RFC 5321 §4.5.5 and RFC 3461 §5.2.7.3: from nobody, and nobody reports about it.
    private static Envelope envelope(Mailbox to) {
        boolean utf8 = !to.isAscii();
        MailParameters parameters = new MailParameters(OptionalLong.empty(), utf8 ? BodyType.EIGHTBITMIME : BodyType.SEVENBIT, utf8, null, null);
        return new Envelope(ReversePath.NULL, parameters, List.of(Recipient.of(to, new RcptParameters(Set.of(), null))));
    }

    private static ContentFacts facts(byte[] octets) {
        HeaderScanner scanner = new HeaderScanner(Integer.MAX_VALUE, Integer.MAX_VALUE);
        scanner.feed(octets, 0, octets.length);
        scanner.finish();
        CRC32C crc = new CRC32C();
        crc.update(octets);
        return new ContentFacts(octets.length, scanner.eightBit() ? BodyType.EIGHTBITMIME : BodyType.SEVENBIT, scanner.utf8Headers(), scanner.headerSize(),
                scanner.messageId(), scanner.subject(), scanner.received(), Priority.NORMAL, (int) crc.getValue());
    }
}
