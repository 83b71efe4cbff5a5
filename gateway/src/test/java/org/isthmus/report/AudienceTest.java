// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReportOn;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whom reports go to, and when there are none. Layer 6 of loop control.
class AudienceTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-24T08:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Peer STORE = new Peer("store.inside.example", new InetSocketAddress("10.0.0.9", 24));
    private static final String PERSON = "From: Alice <alice@remote.example>\r\nTo: bob@example.com\r\nSubject: Lunch\r\nMessage-ID: <1@remote.example>\r\n";

    private final List<Unsaid.Withheld> withheld = new ArrayList<>();
    private final Letters letters = new Letters();
    private final DsnReporter reporter = new DsnReporter(letters, withheld::add);
    private final Snapshot snapshot = new SampleSite()
            .hop("mailstore", "lmtp://store.inside.example:24")
            .domain("example.com", SiteDomain.Kind.AUTHORITATIVE, d -> d.deliverTo("mailstore"))
            .domain("brand.example", SiteDomain.Kind.AUTHORITATIVE, d -> d.deliverTo("mailstore"))
            .domain("client.example", SiteDomain.Kind.RELAY, d -> d.deliverTo("mailstore"))
            .snapshot();

    /// Signs with a word that says its generation, and believes what looks like it.
    private static final class Letters implements Lineage {
        static final String PAD = "-0123456789012345678901234567890123456789012345678";

        @Override
        public String sign(long uid, int generation, Mailbox to, Instant now) {
            return generation + PAD;
        }

        @Override
        public OptionalInt ofMessageId(String id) {
            int dot = id.lastIndexOf('.', id.indexOf('@'));
            return id.indexOf('@') < 0 || dot < 0 ? OptionalInt.empty() : ofToken(id.substring(dot + 1, id.indexOf('@')));
        }

        @Override
        public OptionalInt ofToken(String text) {
            return text.endsWith(PAD) && text.length() == PAD.length() + 1 ? OptionalInt.of(text.charAt(0) - '0') : OptionalInt.empty();
        }
    }

    private static String ours(int generation) {
        return "<report.X." + generation + Letters.PAD + "@mx1.example.com>";
    }

    private record Octets(byte[] octets) implements Content {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }

    /// A message that could not be delivered.
    private final class Case {
        private String header = PERSON;
        private String body = "Hello\r\n";
        private ReversePath from = new ReversePath.To(Mailbox.of("alice@remote.example"));
        private Mailbox to = Mailbox.of("bob@example.com");
        private Origin origin = new Origin.Received(
                new Client("internet", new InetSocketAddress("192.0.2.5", 25), new InetSocketAddress("192.0.2.6", 5000), new Hello(true, "client.example"), null, "s1"), "ESMTP");
        private RcptParameters parameters = RcptParameters.NONE;
        private Passage passage = Passage.FIRST;
        private @org.jspecify.annotations.Nullable String envelopeId;

        Case header(String more) {
            header = header + more + "\r\n";
            return this;
        }

        Case body(String text) {
            body = text;
            return this;
        }

        Case from(String sender) {
            from = sender.isEmpty() ? ReversePath.NULL : new ReversePath.To(Mailbox.of(sender));
            return this;
        }

        Case to(String recipient) {
            to = Mailbox.of(recipient);
            return this;
        }

        Case asking(ReportOn... events) {
            parameters = new RcptParameters(Set.of(events), null);
            return this;
        }

        QueuedMessage message() {
            ContentFacts facts = new ContentFacts(header.length() + 2 + body.length(), BodyType.SEVENBIT, false, header.length(), "<1@remote.example>", "Lunch", 1, Priority.NORMAL, 0);
            QueueId id = QueueId.at(ACCEPTED);
            return new QueuedMessage(id, new Envelope(from, new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, envelopeId), List.of(Recipient.of(to, parameters))),
                    origin, ACCEPTED, facts, passage.namedAfter(id), List.of(RecipientState.Waiting.from(ACCEPTED)));
        }

        Optional<Report> reported(Action action, Outcome outcome, Instant now) throws IOException {
            return reporter.report(message(), List.of(new Happening(0, action, outcome, Optional.empty(), Optional.of(now))), new Octets((header + "\r\n" + body).getBytes(UTF_8)), now, snapshot);
        }

        Optional<Report> failed() throws IOException {
            return failed(NOW);
        }

        Optional<Report> failed(Instant now) throws IOException {
            return reported(Action.FAILED, new Outcome.Failed(new Cause.Decided("no such user", null, EnhancedStatus.of("5.1.1"))), now);
        }

        Optional<Report> delivered() throws IOException {
            return reported(Action.DELIVERED, new Outcome.Delivered(STORE, Reply.of(250, "2.0.0", "ok"), false, true), NOW);
        }
    }

    private Case person() {
        return new Case();
    }

    private static String sentTo(Report report) {
        return report.envelope().recipients().getFirst().address().text();
    }

    private static Header header(Report report) {
        return HeaderReader.read(report.content(), 0, report.content().length);
    }

    private void assertDigest() {
        assertThat(withheld).hasSize(1);
        assertThat(withheld.getFirst().digest()).isTrue();
    }

    // ---- never

    @Test
    void aPersonIsToldOnceAndByASignedLetter() throws IOException {
        Report report = person().failed().orElseThrow();
        assertThat(sentTo(report)).isEqualTo("alice@remote.example");
        assertThat(report.envelope().from()).isEqualTo(ReversePath.NULL);
        assertThat(report.passage().generation()).isEqualTo(1);
        assertThat(report.passage().uid()).isNotZero();
        assertThat(header(report).text("Auto-Submitted")).isEqualTo("auto-replied");
        assertThat(letters.ofMessageId(header(report).text("Message-ID"))).hasValue(1);
        assertThat(withheld).isEmpty();
    }

    @Test
    void theSameReportMadeTwiceIsTheSame() throws IOException {
        assertThat(person().failed().orElseThrow().content()).isEqualTo(person().failed().orElseThrow().content());
    }

    /// L10: receipt or report meets a full mailbox, and is reported about, endlessly.
    @Test
    void l10NothingIsEverSentToTheNullReversePath() throws IOException {
        assertThat(person().from("").asking(ReportOn.FAILURE, ReportOn.SUCCESS).failed()).isEmpty();
        assertDigest();
        assertThat(person().from("").asking(ReportOn.SUCCESS).delivered()).isEmpty();
        assertThat(withheld).hasSize(1);
    }

    /// L11, L13: reports answered by machines, and sent to lists in spite of what their mail said.
    @ParameterizedTest
    @ValueSource(strings = {
        "Auto-Submitted: auto-generated", "Auto-Submitted: auto-replied", "auto-submitted: Auto-Notified; owner=\"a@b\"", "Auto-Submitted: (really) auto-replied (vacation)",
        "Precedence: bulk", "Precedence: junk", "precedence: List", "List-Id: <l.remote.example>", "List-Unsubscribe: <mailto:x@remote.example>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x", "Content-Type: MULTIPART/Report; boundary=x", "Content-Type: message/disposition-notification"
    })
    void l11L13WhatAMachineWroteIsToldToThePostmasterInTheDigest(String trait) throws IOException {
        assertThat(person().header(trait).failed()).isEmpty();
        assertDigest();
    }

    /// L17: a value of "no" was taken for a yes, because the field was there.
    @ParameterizedTest
    @ValueSource(strings = {
        "Auto-Submitted: no", "Auto-Submitted: NO (a person)", "Precedence: normal", "Precedence: first-class", "Content-Type: multipart/mixed; boundary=report", "X-List-Note: hello",
        "Content-Type: text/plain; name=\"multipart/report\"", "List-Id:"
    })
    void l17ValuesCountAndNotThePresenceOfFields(String field) throws IOException {
        assertThat(person().header(field).failed()).isPresent();
        assertThat(withheld).isEmpty();
    }

    /// L14: a report reached a list server, which took it for a command.
    @ParameterizedTest
    @ValueSource(strings = {"mailer-daemon@remote.example", "MAILER-DAEMON@remote.example", "l-request@remote.example"})
    void l14AddressesThatReadNoReportsGetNone(String sender) throws IOException {
        assertThat(person().from(sender).asking(ReportOn.FAILURE).failed()).isEmpty();
        assertDigest();
    }

    @Test
    void ofTheOwnerOfAListItIsAskedWhetherItsMailIsAListS() throws IOException {
        assertThat(person().from("owner-l@remote.example").failed().map(AudienceTest::sentTo)).contains("owner-l@remote.example");
        assertThat(withheld).isEmpty();
    }

    /// RFC 5321 §3.9.2: there it is made for failures.
    @Test
    void aListHearsOfFailuresAtTheAddressThatItHasForThem() throws IOException {
        Case mailman = person().from("l-bounces@remote.example").header("List-Id: <l.remote.example>").header("Precedence: list");
        assertThat(mailman.failed().map(AudienceTest::sentTo)).contains("l-bounces@remote.example");
        assertThat(person().from("l-bounces+bob=example.com@remote.example").header("Precedence: bulk").failed()).isPresent();
        assertThat(withheld).isEmpty();
        assertThat(person().from("l-bounces@remote.example").header("List-Id: <l.remote.example>").asking(ReportOn.SUCCESS).delivered()).isEmpty();
        assertThat(withheld).hasSize(1);
        assertThat(withheld.getFirst().digest()).isFalse();
    }

    @Test
    void aMachineThatAsksForFailuresHearsOfThem() throws IOException {
        assertThat(person().header("Auto-Submitted: auto-generated").asking(ReportOn.FAILURE).failed()).isPresent();
        assertThat(person().header("Content-Type: multipart/report; boundary=x").asking(ReportOn.FAILURE).failed()).isEmpty();
    }

    /// L12: receipts were answered with receipts.
    @Test
    void l12NoReceiptIsGivenForWhatAMachineWrote() throws IOException {
        assertThat(person().asking(ReportOn.SUCCESS).delivered()).isPresent();
        assertThat(person().header("Auto-Submitted: auto-replied").asking(ReportOn.SUCCESS).delivered()).isEmpty();
        assertThat(withheld).hasSize(1);
        assertThat(withheld.getFirst().digest()).isFalse();
    }

    // ---- the ladder

    private Case ownReport(String to, int generation) {
        Case report = person().from("").to(to).asking();
        report.header = "From: Mail Delivery System <postmaster@example.com>\r\nTo: <" + to + ">\r\nMessage-ID: " + ours(generation)
                + "\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n";
        report.origin = new Origin.Report(QueueId.at(ACCEPTED));
        report.passage = Passage.FIRST.ofGeneration(generation);
        return report;
    }

    @Test
    void aReportThatFailsIsToldToThePostmasterOnce() throws IOException {
        Report notice = ownReport("alice@remote.example", 1).failed().orElseThrow();
        assertThat(sentTo(notice)).isEqualTo(snapshot.settings().connector().postmaster().text());
        assertThat(notice.envelope().from()).isEqualTo(ReversePath.NULL);
        assertThat(notice.passage().generation()).isEqualTo(2);
        assertThat(notice.origin()).isEqualTo(new Origin.Report(QueueId.at(ACCEPTED)));
        assertThat(new String(notice.content(), UTF_8)).contains("A report that this mail system had to send could not be delivered").doesNotContain(HumanPart.FAILED);
        assertThat(letters.ofMessageId(header(notice).text("Message-ID"))).hasValue(2);
    }

    @Test
    void aNoticeThatFailsIsThrownAwayWithAWordInTheLog() throws IOException {
        String postmaster = snapshot.settings().connector().postmaster().text();
        assertThat(ownReport(postmaster, 2).failed()).isEmpty();
        assertThat(ownReport(postmaster, 1).failed()).isEmpty();
        assertThat(ownReport("postmaster@brand.example", 1).failed()).isEmpty();
        assertThat(ownReport("alice@remote.example", 2).failed()).isEmpty();
        assertThat(withheld).hasSize(4).noneMatch(Unsaid.Withheld::digest);
    }

    @Test
    void successAndDelayOfAReportAreNobodysBusiness() throws IOException {
        assertThat(ownReport("alice@remote.example", 1).delivered()).isEmpty();
        assertThat(withheld).isEmpty();
    }

    @Test
    void thePostmasterIsNotFloodedByReportsThatFail() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(ownReport("alice@remote.example", 1).failed(NOW.plusSeconds(i))).isPresent();
        }
        assertThat(ownReport("alice@remote.example", 1).failed(NOW.plusSeconds(6))).isEmpty();
        assertDigest();
        assertThat(ownReport("alice@remote.example", 1).failed(NOW.plus(Duration.ofMinutes(61)))).isPresent();
    }

    // ---- generations

    @Test
    void whatCameBackAsOurOwnReportIsOfItsGeneration() throws IOException {
        Case returned = person();
        returned.header = "From: Mail Delivery System <postmaster@example.com>\r\nMessage-ID: " + ours(1) + "\r\n";
        assertThat(returned.failed().orElseThrow().passage().generation()).isEqualTo(2);
        returned.header = returned.header.replace(ours(1), ours(2));
        assertThat(returned.failed()).isEmpty();
        assertDigest();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "X-Trace-Site: %t", "Received: from a by mx1.example.com (Isthmus) with ESMTP id 0ABCDEF012345.%t;\r\n\tTue, 24 Nov 2026 08:00:00 +0000", "In-Reply-To: %m", "References: <a@b>\r\n %m\r\n <c@d>"
    })
    void theParentIsFoundWhereverOurSignatureStands(String field) throws IOException {
        Case answer = person().to("carol@example.com");
        assertThat(answer.header(signed(field, 1)).failed().orElseThrow().passage().generation()).isEqualTo(2);
        assertThat(person().to("carol@example.com").header(signed(field, 2)).failed()).isEmpty();
        assertDigest();
    }

    private static String signed(String field, int generation) {
        return field.replace("%t", generation + Letters.PAD).replace("%m", ours(generation));
    }

    @Test
    void theParentIsFoundInTheEnvelopeId() throws IOException {
        Case answer = person();
        answer.envelopeId = 2 + Letters.PAD;
        assertThat(answer.failed()).isEmpty();
        assertDigest();
    }

    /// L09: a relay had turned the null reverse-path into an address, so that reports could be reported about.
    @ParameterizedTest
    @ValueSource(strings = {
        "--x\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: <>\r\nMessage-ID: %m\r\nSubject: y\r\n\r\nhello\r\n--x--\r\n",
        "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nReceived: from x\r\n by y\r\nX-Trace-Site: %t\r\n\r\n--x--\r\n",
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\nOriginal-Envelope-Id: %t\r\n\r\nFinal-Recipient: rfc822;a@b\r\n--x--\r\n"
    })
    void l09TheParentIsFoundInWhatAReportReturns(String parts) throws IOException {
        Case report = person().from("unknown@remote.example").header("Content-Type: multipart/mixed; boundary=x").body(signed(parts, 2));
        assertThat(report.failed()).isEmpty();
        assertDigest();
        assertThat(person().header("Content-Type: multipart/mixed; boundary=x").body(signed(parts, 1)).failed().orElseThrow().passage().generation()).isEqualTo(2);
    }

    /// A machine that hides what it is answers the author of our report, and its answer cannot be delivered.
    @Test
    void anAnswerToTheAuthorOfOurReportEndsTheRow() throws IOException {
        String postmaster = snapshot.settings().connector().postmaster().text();
        assertThat(person().to(postmaster).header("In-Reply-To: " + ours(1)).failed()).isEmpty();
        assertDigest();
        assertThat(person().to(postmaster).failed()).isPresent();
    }

    /// People talk about a report, and their mail fails again.
    @Test
    void peopleWhoQuoteAReportAreTold() throws IOException {
        assertThat(person().to("carol@example.com").header("References: " + ours(1)).failed()).isPresent();
    }

    @Test
    void aForgedSignatureHasNoGeneration() throws IOException {
        assertThat(person().header("In-Reply-To: <report.X.9-forged@mx1.example.com>").header("X-Trace-Site: AQIDBAUG").failed().orElseThrow().passage().generation()).isEqualTo(1);
    }

    // ---- who writes

    /// L24: reports left under the name of another domain's postmaster.
    @Test
    void l24AReportComesFromThePostmasterOfTheDomainThatTheMailWasFor() throws IOException {
        assertThat(header(person().to("bob@brand.example").failed().orElseThrow()).text("From")).contains("<postmaster@brand.example>");
        String standard = "<" + snapshot.settings().connector().postmaster().text() + ">";
        assertThat(header(person().to("bob@elsewhere.example").failed().orElseThrow()).text("From")).contains(standard);
        assertThat(header(person().to("bob@client.example").failed().orElseThrow()).text("From")).contains(standard);
    }
}
