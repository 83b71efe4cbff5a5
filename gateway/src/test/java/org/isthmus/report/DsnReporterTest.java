// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.dsn.DeliveryReport;
import org.isthmus.dsn.DsnReader;
import org.isthmus.dsn.RecipientReport;
import org.isthmus.dsn.TypedText;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DsnReporterTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-24T08:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Peer MX = new Peer("mx.example.org", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25));
    private static final Peer STORE = new Peer("store.inside.example", new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 24));
    private static final String MESSAGE = "Received: from client.example\r\nFrom: <alice@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@client.example>\r\n\r\nHello,\r\n.\r\nBob\r\n";

    private final Snapshot snapshot = new SampleSite()
            .hop("mailstore", "lmtp://store.inside.example:24")
            .domain("example.com", SiteDomain.Kind.AUTHORITATIVE, d -> d.deliverTo("mailstore"))
            .snapshot();

    private static Content content(byte[] octets) {
        return new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
    }

    /// A message under construction.
    private static final class Draft {
        private ReversePath from = new ReversePath.To(Mailbox.of("alice@example.com"));
        private @Nullable ReturnContent returned;
        private boolean utf8;
        private @Nullable String envelopeId;
        private @Nullable String subject = "=?utf-8?q?Gr=C3=BC=C3=9Fe?=";
        private final List<Recipient> recipients = new ArrayList<>();

        Draft to(String address, @Nullable Set<ReportOn> reportOn, @Nullable OriginalRecipient original, String... via) {
            recipients.add(new Recipient(Mailbox.of(address), new RcptParameters(reportOn, original), Arrays.stream(via).map(Mailbox::of).toList()));
            return this;
        }

        Draft to(String address) {
            return to(address, null, null);
        }

        QueuedMessage message() {
            Client client = new Client("internet", new InetSocketAddress("192.0.2.5", 25), new InetSocketAddress("192.0.2.6", 5000), new Hello(true, "client.example"), null, "s1");
            ContentFacts facts = new ContentFacts(MESSAGE.length(), BodyType.SEVENBIT, false, 100, "<1@client.example>", subject, 1, Priority.NORMAL, 0);
            List<RecipientState> states = recipients.stream().<RecipientState>map(r -> RecipientState.Waiting.from(ACCEPTED)).toList();
            return new QueuedMessage(QueueId.at(ACCEPTED), new Envelope(from, new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, utf8, returned, envelopeId), recipients),
                    new Origin.Received(client, "ESMTP"), ACCEPTED, facts, states);
        }
    }

    private static Cause unknown() {
        return new Cause.Replied(MX, Stage.RCPT, Reply.of(550, "5.1.1", "No such user here"), EnhancedStatus.of("5.1.1"));
    }

    private static Happening failed(int recipient, Cause cause) {
        return new Happening(recipient, Action.FAILED, new Outcome.Failed(cause), Optional.empty(), Optional.of(NOW));
    }

    private static Happening delayed(int recipient, Cause cause) {
        return new Happening(recipient, Action.DELAYED, new Outcome.Deferred(cause), Optional.of(NOW.plus(Duration.ofDays(5))), Optional.of(NOW));
    }

    private static Happening delivered(int recipient, Peer peer, boolean reportsOn, boolean inside) {
        return new Happening(recipient, inside ? Action.DELIVERED : Action.RELAYED, new Outcome.Delivered(peer, Reply.of(250, "2.1.5", "ok"), reportsOn, inside), Optional.empty(), Optional.of(NOW));
    }

    private Optional<Report> report(QueuedMessage message, Happening... happened) throws IOException {
        return new DsnReporter().report(message, List.of(happened), content(MESSAGE.getBytes(UTF_8)), NOW, snapshot);
    }

    private DeliveryReport read(QueuedMessage message, Happening... happened) throws IOException {
        return DsnReader.read(report(message, happened).orElseThrow().content()).orElseThrow();
    }

    private RecipientReport one(Happening happening) throws IOException {
        return read(new Draft().to("bob@example.org").message(), happening).dsn().recipients().getFirst();
    }

    private static void golden(String name, byte[] message) throws IOException {
        String actual = new String(message, UTF_8).replace("\r\n", "\n");
        try (InputStream in = DsnReporterTest.class.getResourceAsStream("/golden/" + name)) {
            String expected = in == null ? "" : new String(in.readAllBytes(), UTF_8);
            if (!actual.equals(expected)) {
                Path written = Path.of("target", "golden", name);
                Files.createDirectories(Objects.requireNonNull(written.getParent()));
                Files.writeString(written, actual);
            }
            assertThat(actual).as("src/test/resources/golden/%s; what was written is in target/golden", name).isEqualTo(expected);
        }
    }

    @Test
    void aFailureIsReportedInPlainWordsFirst() throws IOException {
        Draft draft = new Draft().to("bob@example.org", null, new OriginalRecipient("rfc822", "Bob@Example.ORG"));
        draft.envelopeId = "QQ314159";
        byte[] content = report(draft.message(), failed(0, unknown())).orElseThrow().content();
        golden("report-unknown-recipient.eml", content);
        assertThat(DsnReader.read(content).orElseThrow().text()).startsWith("Your message did not reach some or all of the intended recipients.\n");
    }

    @Test
    void whatTellsOfAMessageThatMustHaveTlsMustHaveItAndReturnsTheHeaderAlone() throws IOException {
        Draft draft = new Draft().to("bob@example.org");
        draft.returned = ReturnContent.FULL;
        QueuedMessage plain = draft.message();
        Envelope said = plain.envelope();
        QueuedMessage message = new QueuedMessage(plain.id(), new Envelope(said.from(), said.parameters().with(TlsWish.REQUIRED), said.recipients()), plain.origin(), plain.accepted(), plain.facts(), plain.states());
        assertThat(report(plain, failed(0, unknown())).orElseThrow()).satisfies(report -> {
            assertThat(report.envelope().parameters().tls()).isEqualTo(TlsWish.UNSAID);
            assertThat(new String(report.content(), UTF_8)).contains("Hello,");
        });
        assertThat(report(message, failed(0, unknown())).orElseThrow()).satisfies(report -> {
            assertThat(report.envelope().parameters().tls()).isEqualTo(TlsWish.REQUIRED);
            assertThat(new String(report.content(), UTF_8)).contains("<1@client.example>").doesNotContain("Hello,");
        });
    }

    @Test
    void whoDemandedTlsHearsThatItCouldNotBeHad() throws IOException {
        QueuedMessage message = new Draft().to("bob@example.org").message();
        for (Cause cause : List.of(new Cause.Unsupported(MX, "REQUIRETLS", EnhancedStatus.of("5.7.30")), new Cause.Unreachable(MX, Stage.TLS, "does not offer STARTTLS", EnhancedStatus.of("5.7.10")))) {
            DeliveryReport report = read(message, failed(0, cause));
            assertThat(report.text().replaceAll("\\s+", " ")).contains("secure connections alone").contains("without that demand");
            assertThat(report.dsn().recipients().getFirst().status()).isEqualTo(cause.status());
        }
    }

    @Test
    void oneReportTellsAllThatHappenedAtAMoment() throws IOException {
        Set<ReportOn> all = Set.of(ReportOn.SUCCESS, ReportOn.FAILURE, ReportOn.DELAY);
        QueuedMessage message = new Draft().to("bob@example.org").to("ben@example.org").to("carol@example.net", all, null).to("dora@example.com", all, null).to("eve@example.net", all, null)
                .to("list@example.com", all, null).message();
        Happening expanded = new Happening(5, Action.EXPANDED, new Outcome.Expanded(List.of(6, 7), true), Optional.empty(), Optional.empty());
        byte[] content = report(message, failed(0, unknown()), failed(1, unknown()), delayed(2, new Cause.Unreachable(MX, Stage.CONNECT, "timed out", EnhancedStatus.of("4.4.1"))),
                delivered(3, STORE, false, true), delivered(4, MX, false, false), expanded).orElseThrow().content();
        golden("report-mixed.eml", content);
        assertThat(DsnReader.read(content).orElseThrow().dsn().recipients()).extracting(RecipientReport::action)
                .containsExactly(Action.FAILED, Action.FAILED, Action.DELAYED, Action.DELIVERED, Action.RELAYED, Action.EXPANDED);
    }

    @Test
    void aDelayIsAWarningOnly() throws IOException {
        Cause cause = new Cause.Unresolved(Domain.of("example.org"), "SERVFAIL from 127.0.0.1", EnhancedStatus.of("4.4.3"));
        byte[] content = report(new Draft().to("bob@example.org").message(), delayed(0, cause)).orElseThrow().content();
        golden("report-delay.eml", content);
        RecipientReport recipient = DsnReader.read(content).orElseThrow().dsn().recipients().getFirst();
        assertThat(recipient.willRetryUntil()).isEqualTo(NOW.plus(Duration.ofDays(5)));
        assertThat(recipient.status()).isEqualTo(EnhancedStatus.of("4.4.3"));
    }

    @Test
    void theLoopbackPolicyIsExplained() throws IOException {
        LoopEvidence evidence = new LoopEvidence("loopback", "DisableLoopbackConnections = 1", new SourceLine("/etc/isthmus.conf", 12), List.of());
        byte[] content = report(new Draft().to("dora@example.com").message(), failed(0, new Cause.Looped(evidence, EnhancedStatus.of("5.4.6")))).orElseThrow().content();
        golden("report-loopback.eml", content);
        assertThat(new String(content, UTF_8)).doesNotContain("isthmus.conf");
    }

    @Test
    void aLoopIsToldWithItsPathAndWithoutNamesOfTheInside() throws IOException {
        LoopEvidence evidence = new LoopEvidence("L4", "next-hops.secret came back", new SourceLine("/etc/isthmus.conf", 12), List.of("secret evidence"), List.of(
                LoopEvidence.Node.of("mx1.example.com"), LoopEvidence.Node.of("forward.example.org"), new LoopEvidence.Node("secret.inside", true, NOW), LoopEvidence.Node.of("mx1.example.com")));
        byte[] content = report(new Draft().to("bob@example.org").message(), failed(0, new Cause.Looped(evidence, EnhancedStatus.of("5.4.6")))).orElseThrow().content();
        golden("report-loop.eml", content);
        String text = new String(content, UTF_8);
        assertThat(text).contains("X-Loop-Path: mx1.example.com -> forward.example.org -> (a server of the site)").doesNotContain("secret", "isthmus.conf");
        RecipientReport recipient = DsnReader.read(content).orElseThrow().dsn().recipients().getFirst();
        assertThat(recipient.status()).isEqualTo(EnhancedStatus.of("5.4.6"));
        assertThat(recipient.diagnostic()).isEqualTo(TypedText.smtp("550 5.4.6 mail loop: mail for bob@example.org would come back to this server"));
    }

    @Test
    void theEndOfTimeIsFinal() throws IOException {
        Cause last = new Cause.Unreachable(MX, Stage.CONNECT, "connection refused", EnhancedStatus.of("4.4.1"));
        byte[] content = report(new Draft().to("bob@example.org").message(), failed(0, new Cause.Expired(Duration.ofDays(5), last, EnhancedStatus.of("4.4.7")))).orElseThrow().content();
        golden("report-expired.eml", content);
        assertThat(DsnReader.read(content).orElseThrow().dsn().recipients().getFirst().status()).isEqualTo(EnhancedStatus.of("5.4.7"));
    }

    @Test
    void aReportGoesFromNobodyAndIsReportedAboutToNobody() throws IOException {
        QueuedMessage message = new Draft().to("bob@example.org").message();
        Report report = report(message, failed(0, unknown())).orElseThrow();
        assertThat(report.envelope().from()).isEqualTo(ReversePath.NULL);
        assertThat(report.envelope().recipients()).containsExactly(Recipient.of(Mailbox.of("alice@example.com"), new RcptParameters(Set.of(), null)));
        assertThat(report.origin()).isEqualTo(new Origin.Report(message.id()));
        assertThat(report.facts().size()).isEqualTo(report.content().length);
        assertThat(report.facts().body()).isEqualTo(BodyType.SEVENBIT);
        assertThat(report.facts().messageId()).startsWith("<report." + message.id() + ".");
    }

    @Test
    void thereIsNeverAReportAboutAReport() throws IOException {
        Draft draft = new Draft().to("bob@example.org", Set.of(ReportOn.SUCCESS, ReportOn.FAILURE, ReportOn.DELAY), null);
        draft.from = ReversePath.NULL;
        assertThat(report(draft.message(), failed(0, unknown()))).isEmpty();
        assertThat(report(draft.message(), delivered(0, MX, false, false))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // NOTIFY | failure | delay | success
        ",                     true,  true,  false",
        "NEVER,                false, false, false",
        "FAILURE,              true,  false, false",
        "DELAY,                false, true,  false",
        "SUCCESS,              false, false, true",
        "SUCCESS FAILURE DELAY, true, true,  true",
    })
    void tellsWhatTheSenderAskedFor(@Nullable String notify, boolean failure, boolean delay, boolean success) throws IOException {
        Set<ReportOn> reportOn = notify == null ? null : notify.equals("NEVER") ? Set.of() : Set.copyOf(Arrays.stream(notify.split(" ")).map(ReportOn::valueOf).toList());
        QueuedMessage message = new Draft().to("bob@example.org", reportOn, null).message();
        assertThat(report(message, failed(0, unknown())).isPresent()).isEqualTo(failure);
        assertThat(report(message, delayed(0, unknown())).isPresent()).isEqualTo(delay);
        assertThat(report(message, delivered(0, MX, false, false)).isPresent()).isEqualTo(success);
    }

    @Test
    void whoDidNotAskIsLeftOutOfTheReportAboutOthers() throws IOException {
        QueuedMessage message = new Draft().to("bob@example.org", Set.of(), null).to("ben@example.org").message();
        DeliveryReport report = read(message, failed(0, unknown()), failed(1, unknown()));
        assertThat(report.dsn().recipients()).extracting(r -> r.finalRecipient().text()).containsExactly("ben@example.org");
        assertThat(report.text()).doesNotContain("bob@");
    }

    @Test
    void successThatThePeerReportsIsNotOurs() throws IOException {
        QueuedMessage message = new Draft().to("bob@example.org", Set.of(ReportOn.SUCCESS), null).message();
        assertThat(report(message, delivered(0, MX, true, false))).isEmpty();
    }

    @Test
    void oneAddressInPlaceOfAnotherIsNoExpansion() throws IOException {
        QueuedMessage message = new Draft().to("bob@example.org", Set.of(ReportOn.SUCCESS), null).message();
        assertThat(report(message, new Happening(0, Action.EXPANDED, new Outcome.Expanded(List.of(1), false), Optional.empty(), Optional.empty()))).isEmpty();
    }

    @Test
    void whatTheOperatorRemovedIsNotReported() throws IOException {
        assertThat(report(new Draft().to("bob@example.org").message(), new Happening(0, Action.FAILED, new Outcome.Removed("root"), Optional.empty(), Optional.empty()))).isEmpty();
    }

    @Test
    void namesRecipientsAsTheSenderDid() throws IOException {
        QueuedMessage message = new Draft().to("secret@inside.example", null, null, "bob@example.com", "robert@example.com").message();
        byte[] content = report(message, failed(0, unknown())).orElseThrow().content();
        assertThat(new String(content, UTF_8)).contains("Final-Recipient: rfc822; bob@example.com\r\n").doesNotContain("secret@", "robert@");
    }

    @Test
    void doesNotNameTheServersOfTheSite() throws IOException {
        Cause refused = new Cause.Replied(STORE, Stage.RCPT, Reply.of(550, "5.2.1", "disabled"), EnhancedStatus.of("5.2.1"));
        for (Cause cause : List.of(refused, new Cause.Unreachable(STORE, Stage.CONNECT, "10.0.0.9: refused", EnhancedStatus.of("4.4.1")), new Cause.Unsupported(STORE, "SMTPUTF8", EnhancedStatus.of("5.6.0")))) {
            byte[] content = report(new Draft().to("dora@example.com").message(), failed(0, cause)).orElseThrow().content();
            assertThat(new String(content, UTF_8)).doesNotContain("store.inside", "10.0.0.9", "mailstore", "Remote-MTA");
        }
    }

    @Test
    void namesTheServersOfOthersWithTheirReply() throws IOException {
        RecipientReport recipient = one(failed(0, unknown()));
        assertThat(recipient.remoteMta()).isEqualTo(TypedText.dns("mx.example.org"));
        assertThat(recipient.diagnostic()).isEqualTo(TypedText.smtp("550 5.1.1 No such user here"));
        assertThat(recipient.lastAttempt()).isEqualTo(NOW);
        Peer literal = new Peer("192.0.2.1", new InetSocketAddress("192.0.2.1", 25));
        assertThat(one(failed(0, new Cause.Unreachable(literal, Stage.CONNECT, "refused", EnhancedStatus.of("4.4.1")))).remoteMta()).isEqualTo(TypedText.dns("[192.0.2.1]"));
    }

    @Test
    void returnsTheWholeMessageOnlyWhenAskedToAndOnlyIfItIsSmall() throws IOException {
        Draft draft = new Draft().to("bob@example.org");
        assertThat(read(draft.message(), failed(0, unknown())).wholeMessage()).isFalse();
        draft.returned = ReturnContent.HDRS;
        assertThat(read(draft.message(), failed(0, unknown())).wholeMessage()).isFalse();
        draft.returned = ReturnContent.FULL;
        assertThat(read(draft.message(), failed(0, unknown())).wholeMessage()).isTrue();
        // RFC 3461 §4.3: RET does not apply to other reports.
        assertThat(read(draft.message(), delayed(0, unknown())).wholeMessage()).isFalse();
        byte[] large = (MESSAGE + "x".repeat(70).concat("\r\n").repeat(4000)).getBytes(UTF_8);
        Report report = new DsnReporter().report(draft.message(), List.of(failed(0, unknown())), content(large), NOW, snapshot).orElseThrow();
        assertThat(DsnReader.read(report.content()).orElseThrow().wholeMessage()).isFalse();
        assertThat(report.content().length).isLessThan(5000);
    }

    @Test
    void returnsTheFieldsOfAHugeHeaderThatFit() throws IOException {
        byte[] huge = ("Subject: x\r\n" + ("X-Long: " + "y".repeat(60) + "\r\n " + "z".repeat(60) + "\r\n").repeat(2000) + "\r\nbody").getBytes(UTF_8);
        Report report = new DsnReporter().report(new Draft().to("bob@example.org").message(), List.of(failed(0, unknown())), content(huge), NOW, snapshot).orElseThrow();
        assertThat(report.content().length).isBetween(60_000, 70_000);
        assertThat(Objects.requireNonNull(DsnReader.read(report.content()).orElseThrow().returned()).fields()).last()
                .satisfies(field -> assertThat(field.text()).isEqualTo("y".repeat(60) + " " + "z".repeat(60)));
    }

    @Test
    void aReportToAnInternationalAddressNeedsSmtpUtf8() throws IOException {
        Draft draft = new Draft().to("b\u00fcb@example.org");
        draft.from = new ReversePath.To(Mailbox.of("\u00e4lice@example.com"));
        draft.utf8 = true;
        Report report = report(draft.message(), failed(0, unknown())).orElseThrow();
        assertThat(report.envelope().parameters().smtpUtf8()).isTrue();
        assertThat(report.facts().body()).isEqualTo(BodyType.EIGHTBITMIME);
        assertThat(report.facts().utf8Headers()).isTrue();
        assertThat(new String(report.content(), UTF_8)).contains("Final-Recipient: utf-8; b\u00fcb@example.org\r\n");
    }

    @Test
    void hostileTextsStayText() throws IOException {
        Draft draft = new Draft().to("bob@example.org");
        draft.subject = "=?utf-8?b?DQoNCi0tcmVwb3J0?= evil\u0007";
        Reply reply = new Reply(550, null, List.of("a", "--report-" + QueueId.at(ACCEPTED), "Content-Type: text/html", "b".repeat(4000)));
        Report report = report(draft.message(), failed(0, new Cause.Replied(MX, Stage.DATA, reply, EnhancedStatus.of("5.0.0")))).orElseThrow();
        DeliveryReport read = DsnReader.read(report.content()).orElseThrow();
        assertThat(read.dsn().recipients()).hasSize(1);
        assertThat(new String(report.content(), UTF_8).split("\r\n")).allMatch(line -> line.length() <= 998).noneMatch(line -> line.startsWith("Content-Type: text/html"));
        assertThat(report.content().length).isLessThan(6000);
    }

    @Test
    void thousandsOfRecipientsMakeNoHugeReport() throws IOException {
        Draft draft = new Draft();
        List<Happening> happened = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            draft.to("user" + i + "@example.org");
            happened.add(failed(i, new Cause.Replied(MX, Stage.RCPT, Reply.of(550, "5.1.1", "no user" + i + " " + "word ".repeat(500)), EnhancedStatus.of("5.1.1"))));
        }
        Report report = report(draft.message(), happened.toArray(Happening[]::new)).orElseThrow();
        assertThat(report.content().length).isLessThan(1_000_000);
        DeliveryReport read = DsnReader.read(report.content()).orElseThrow();
        assertThat(read.dsn().recipients()).hasSize(2000);
        assertThat(read.text()).contains("There are 1900 more recipients");
    }

    /// One cause of every kind.
    enum Kind {
        REPLIED, UNRESOLVED, UNREACHABLE, UNSUPPORTED, LOOPED, DECIDED, LOCAL, EXPIRED, NEVER_TRIED;

        Cause cause() {
            EnhancedStatus status = EnhancedStatus.of("4.0.0");
            return switch (this) {
                case REPLIED -> new Cause.Replied(MX, Stage.END_OF_DATA, Reply.of(451, "later"), status);
                case UNRESOLVED -> new Cause.Unresolved(Domain.of("example.org"), "secret", status);
                case UNREACHABLE -> new Cause.Unreachable(MX, Stage.TLS, "secret", status);
                case UNSUPPORTED -> new Cause.Unsupported(MX, "SMTPUTF8", EnhancedStatus.of("5.6.7"));
                case LOOPED -> new Cause.Looped(new LoopEvidence("L2", "secret", new SourceLine("secret", 1), List.of("secret")), EnhancedStatus.of("5.4.6"));
                case DECIDED -> new Cause.Decided("secret", new SourceLine("secret", 1), EnhancedStatus.of("5.1.1"));
                case LOCAL -> new Cause.Local("secret", status);
                case EXPIRED -> new Cause.Expired(Duration.ofHours(30), REPLIED.cause(), EnhancedStatus.of("4.4.7"));
                case NEVER_TRIED -> new Cause.Expired(Duration.ofHours(30), null, EnhancedStatus.of("4.4.7"));
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCauseHasWordsAndTellsNoSecret(Kind kind) throws IOException {
        for (Happening happening : List.of(failed(0, kind.cause()), delayed(0, kind.cause()))) {
            Report report = report(new Draft().to("bob@example.org").message(), happening).orElseThrow();
            DeliveryReport read = DsnReader.read(report.content()).orElseThrow();
            assertThat(new String(report.content(), UTF_8)).doesNotContain("secret");
            assertThat(read.text()).contains("  bob@example.org\n    ");
            RecipientReport recipient = read.dsn().recipients().getFirst();
            assertThat(recipient.diagnostic()).isNotNull();
            assertThat(recipient.status().kind().digit()).isEqualTo(happening.action() == Action.FAILED ? 5 : 4);
        }
    }
}
