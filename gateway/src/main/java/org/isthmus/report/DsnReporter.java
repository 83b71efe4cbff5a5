// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.dsn.DsnWriter;
import org.isthmus.dsn.Letter;
import org.isthmus.message.MessageId;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.smtp.TlsWish;
import org.isthmus.syntax.Characters;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Report;

/// Makes delivery status notifications. RFC 3461 §5.2 says who gets one, RFC 3464 what is in it, RFC 5321 §4.5.5 that none is about a report.
///
/// All that happened to recipients of a message at one moment goes into one report, failures, delays and successes alike. Whom a failure is told, {@link Audience} says;
/// a report of ours that cannot be delivered is told to the postmaster once, and nothing is told about that.
public final class DsnReporter implements Reporter {
    private static final String SENDER_NAME = "Mail Delivery System";
    /// The last generation of messages of ours: one that answers such a one is not made. design: loop control, layer 6.
    static final int LAST_GENERATION = 2;
    /// What is read of a message to find out where it comes from.
    private static final int START = 128 * 1024;
    private static final String FAILED_REPORT = "A report that this mail system had to send could not be delivered, so its addressee does not know what happened to their message.";

    private final Lineage lineage;
    private final Unsaid unsaid;
    private final NoticeLimit notices = new NoticeLimit();

    /// Without signatures.
    public DsnReporter() {
        this(Lineage.NONE, Unsaid.NONE);
    }

    /// @param lineage signs reports, and knows again what answers them
    /// @param unsaid hears of what nobody may be told
    public DsnReporter(Lineage lineage, Unsaid unsaid) {
        this.lineage = lineage;
        this.unsaid = unsaid;
    }

    @Override
    public Optional<Report> report(QueuedMessage message, List<Happening> happened, Content content, Instant now, Snapshot snapshot) throws IOException {
        boolean failuresAlone = message.origin() instanceof Origin.Report || message.envelope().from() instanceof ReversePath.Null;
        List<Happening> told = happened.stream().filter(happening -> failuresAlone ? hasFailed(happening) : isWanted(message, happening)).toList();
        if (told.isEmpty()) {
            return Optional.empty();
        }
        return switch (Audience.of(message, told, start(content), lineage, snapshot.settings())) {
            case Audience.Sender sender -> Optional.of(report(message, told, sender.mailbox(), sender.generation(), content, now, snapshot));
            case Audience.Postmaster postmaster when notices.allows(now) -> Optional.of(notice(message, told, postmaster, content, now, snapshot));
            case Audience.Postmaster postmaster ->
                    withheld(message, told, "a report could not be delivered, and the postmaster has had " + NoticeLimit.MOST + " notices within the hour", true, now);
            case Audience.Nobody nobody -> withheld(message, told, nobody.why(), nobody.digest() && told.stream().anyMatch(DsnReporter::hasFailed), now);
        };
    }

    private Optional<Report> withheld(QueuedMessage message, List<Happening> told, String why, boolean digest, Instant now) {
        unsaid.withheld(new Unsaid.Withheld(now, message, told.stream().map(Happening::recipient).toList(), why, digest));
        return Optional.empty();
    }

    private static byte[] start(Content content) throws IOException {
        try (InputStream in = content.open()) {
            return in.readNBytes(START);
        }
    }

    private Report report(QueuedMessage message, List<Happening> told, Mailbox to, int generation, Content content, Instant now, Snapshot snapshot) throws IOException {
        boolean failure = told.stream().anyMatch(DsnReporter::hasFailed);
        // RFC 3461 §4.3: RET is about failures; anything else returns the header alone. Without RET the choice is ours.
        boolean whole = failure && !isProtected(message) && message.envelope().parameters().returnContent() == ReturnContent.FULL;
        String text = new HumanPart(message, snapshot.settings(), now).text(told);
        Draft draft = new Draft(author(message, told, snapshot.settings()), to, subject(message, told), text, generation, whole);
        return letter(message, told, draft, content, now, snapshot);
    }

    /// The second step of the ladder: the postmaster hears of a report that cannot be delivered.
    private Report notice(QueuedMessage message, List<Happening> told, Audience.Postmaster postmaster, Content content, Instant now, Snapshot snapshot) throws IOException {
        Mailbox to = snapshot.settings().connector().postmaster();
        String text = new HumanPart(message, snapshot.settings(), now).text(FAILED_REPORT, told);
        Draft draft = new Draft(to, to, "Report not delivered: " + message.id(), text, postmaster.generation(), !isProtected(message));
        return letter(message, told, draft, content, now, snapshot);
    }

    /// RFC 8689 §5: what tells of a message that must have TLS must have it too, and returns the header alone whatever RET says.
    private static boolean isProtected(QueuedMessage message) {
        return message.envelope().parameters().tls() == TlsWish.REQUIRED;
    }

    private static boolean hasFailed(Happening happening) {
        return happening.outcome() instanceof Outcome.Failed;
    }

    private static boolean isWanted(QueuedMessage message, Happening happening) {
        RcptParameters parameters = message.envelope().recipients().get(happening.recipient()).parameters();
        return switch (happening.outcome()) {
            // Taken off by the operator, who asked for silence.
            case Outcome.Removed removed -> false;
            // RFC 3461 §5.2.2: the peer has our NOTIFY, so success is its to report.
            case Outcome.Delivered delivered -> (!delivered.reportsOn() && parameters.wants(ReportOn.SUCCESS)) || isRelayOfTimed(message, happening, delivered, parameters);
            // RFC 3461 §5.2.7.2: one address in place of another is told when that one is reached.
            case Outcome.Expanded expanded -> expanded.alias() && parameters.wants(ReportOn.SUCCESS);
            case Outcome.Deferred deferred -> parameters.wants(ReportOn.DELAY);
            case Outcome.Failed failed -> parameters.wants(ReportOn.FAILURE);
        };
    }

    /// RFC 2852 §4: whoever said BY is told of a relay if he asked for a trace, or if what he asked for ends there; unless he wants to hear of nothing.
    private static boolean isRelayOfTimed(QueuedMessage message, Happening happening, Outcome.Delivered delivered, RcptParameters parameters) {
        DeliverBy by = message.envelope().parameters().timing().deliverBy();
        boolean never = parameters.reportOn() != null && parameters.reportOn().isEmpty();
        return by != null && happening.action() == Action.RELAYED && (by.traced() || !delivered.reportsOn()) && !never;
    }

    /// What a report says, before it is written.
    /// @param whole returns all of the message, where it is small enough
    private record Draft(Mailbox from, Mailbox to, String subject, String text, int generation, boolean whole) {}

    private Report letter(QueuedMessage message, List<Happening> told, Draft draft, Content content, Instant now, Snapshot snapshot) throws IOException {
        Settings settings = snapshot.settings();
        Domain host = settings.connector().hostname();
        Mailbox from = draft.from().isAscii() ? draft.from() : Mailbox.of("postmaster@" + host.ascii());
        // One message may have several reports, and a recipient one of each kind at a moment: so this names one report.
        String name = message.id() + "." + now.toEpochMilli() + "." + told.getFirst().recipient();
        Passage passage = Passage.FIRST.named(uid(message, name)).ofGeneration(draft.generation());
        String token = lineage.sign(passage.uid(), draft.generation(), draft.to(), now);
        String id = MessageId.of("report." + name + (token.isEmpty() ? "" : "." + token), host);
        Letter letter = new Letter(SENDER_NAME, from, draft.to(), draft.subject(), id, message.facts().messageId(), now, draft.text(), ReturnedPart.of(content, draft.whole()),
                message.envelope().parameters().smtpUtf8(), "report-" + name);
        byte[] octets = DsnWriter.write(letter, new MachinePart(message, settings).dsn(told));
        return new Report(envelope(draft.to(), message), new Origin.Report(message.id()), ContentFacts.of(octets), passage, octets);
    }

    /// Follows from what it is about, so that a report that is made again after trouble of the disk is the same.
    private static long uid(QueuedMessage message, String name) {
        long uid = Passage.of(new QueueId(message.passage().uid() * 31 + name.hashCode())).uid();
        return uid == 0 ? 1 : uid;
    }

    /// The postmaster of the domain that the mail was for, where that is ours: the sender knows that name, and an answer finds its way. Field: Q251441, Q262982, reports
    /// that came from another domain's postmaster were taken for strangers'. Otherwise the connector's.
    private static Mailbox author(QueuedMessage message, List<Happening> told, Settings settings) {
        Mailbox standard = settings.connector().postmaster();
        Set<Host> hosts = told.stream().map(happening -> message.envelope().recipients().get(happening.recipient()).named().host()).collect(Collectors.toSet());
        boolean one = hosts.size() == 1 && hosts.iterator().next() instanceof Domain domain && !domain.equals(standard.host()) && isOurs(domain, settings);
        return one ? Mailbox.of("postmaster@" + ((Domain) hosts.iterator().next()).ascii()) : standard;
    }

    private static boolean isOurs(Domain domain, Settings settings) {
        return settings.domains().stream().anyMatch(site -> site.kind() != Settings.SiteDomain.Kind.RELAY && site.name() instanceof Settings.DomainPattern.Exact exact && exact.domain().equals(domain));
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
    private static Envelope envelope(Mailbox to, QueuedMessage about) {
        boolean utf8 = !to.isAscii();
        MailParameters parameters = new MailParameters(OptionalLong.empty(), utf8 ? BodyType.EIGHTBITMIME : BodyType.SEVENBIT, utf8, null, null).with(isProtected(about) ? TlsWish.REQUIRED : TlsWish.UNSAID);
        return new Envelope(ReversePath.NULL, parameters, List.of(Recipient.of(to, new RcptParameters(Set.of(), null))));
    }
}
