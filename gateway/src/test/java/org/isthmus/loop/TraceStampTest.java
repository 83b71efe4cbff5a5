// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken.Flag;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;

class TraceStampTest {
    private static final Instant NOW = Instant.parse("2026-06-20T10:00:00Z");
    private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);
    private static final Origin SUBMITTED = new Origin.Received(new Client("site", SOMEWHERE, SOMEWHERE, null, null, "S"), "ESMTP");
    private static final NextHop.Exchangers MX = new NextHop.Exchangers(Domain.of("example.org"));
    private static final Random RANDOM = new Random(1);

    private final Time time = new Time() {
        @Override
        public Instant now() {
            return NOW;
        }

        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) {}
    };
    private final SiteKeys keys = SiteKeys.ephemeral(new Entropy() {
        @Override
        public void fill(byte[] into) {
            RANDOM.nextBytes(into);
        }

        @Override
        public long below(long bound) {
            return RANDOM.nextLong(bound);
        }
    }, time);
    private final LiveConfig config = new LiveConfig(new Snapshot(1, ConfigLoader.parse("connector.hostname = mx1.example.com").orThrow()));
    private final TraceStamp stamp = new TraceStamp(config, keys, time);

    private static QueuedMessage message(Origin origin, Passage passage) {
        QueueId id = QueueId.at(NOW);
        ContentFacts facts = new ContentFacts(100, BodyType.SEVENBIT, false, 10, null, null, 0, Priority.NORMAL, 0);
        List<Recipient> recipients = List.of(Recipient.of(Mailbox.of("bob@example.org"), RcptParameters.NONE));
        return new QueuedMessage(id, new Envelope(ReversePath.NULL, MailParameters.NONE, recipients), origin, NOW, facts, passage.namedAfter(id),
                Collections.nCopies(1, RecipientState.Waiting.from(NOW)));
    }

    private static Way way(NextHop hop, Way.Protocol protocol, boolean inside, boolean homeward) {
        return new Way(hop, protocol, List.of(new Exchange("mx", List.of(SOMEWHERE))), inside, homeward);
    }

    private static List<Mailbox> people(int count) {
        return IntStream.range(0, count).mapToObj(i -> Mailbox.of("u" + i + "@example.org")).toList();
    }

    private TraceCheck.Ours ours(String token) {
        return (TraceCheck.Ours) keys.check(SealedToken.parse(token).orElseThrow(), TraceKey.Use.TRANSFER);
    }

    @Test
    void aTokenSaysWhoseCopyWentWhereAndHowOften() {
        QueuedMessage message = message(SUBMITTED, new Passage(77, 2, 1, false, Passage.FIRST.prints(), Passage.FIRST.automation(), List.of(), List.of(), List.of()));
        Stamp.Trace trace = stamp.trace(message, way(MX, Way.Protocol.SMTP, false, true), 2).orElseThrow();
        String text = trace.token(people(2));
        assertThat(text).hasSize(trace.length(2));
        TraceCheck.Ours ours = ours(text);
        assertThat(ours.token().uid()).isEqualTo(77);
        assertThat(ours.token().pass()).isEqualTo(2);
        assertThat(ours.token().lineage()).isEqualTo(1);
        assertThat(ours.token().moment()).isEqualTo(NOW);
        assertThat(ours.token().flags()).isEqualTo(Set.of(Flag.OUTWARD, Flag.LOOPBACK));
        assertThat(ours.token().route()).isEqualTo(ours.key().route("mx"));
        assertThat(people(3).stream().map(one -> ours.token().names(one, ours.key()))).containsExactly(true, true, false);
        assertThat(trace.field()).isEqualTo("X-Trace-Site");
        assertThat(trace.isOurs(text)).isTrue();
        assertThat(trace.isOurs(text.substring(1))).isFalse();
        assertThat(trace.isOurs(text.substring(0, text.length() - 2) + "AA")).isFalse();
    }

    @Test
    void moreThanSixRecipientsAreLeftToTheLedger() {
        QueuedMessage message = message(SUBMITTED, Passage.FIRST);
        for (int count = 1; count <= 20; count++) {
            Stamp.Trace trace = stamp.trace(message, way(MX, Way.Protocol.SMTP, false, false), count).orElseThrow();
            for (int accepted = 1; accepted <= count; accepted++) {
                String text = trace.token(people(accepted));
                assertThat(text).hasSize(trace.length(accepted)).hasSizeLessThanOrEqualTo(100);
                assertThat(trace.length(accepted)).isLessThanOrEqualTo(trace.length(count));
                assertThat(ours(text).token().flags().contains(Flag.ASK_LEDGER)).isEqualTo(count > 6);
                assertThat(ours(text).token().recipients()).hasSize(count > 6 ? 0 : accepted);
            }
        }
    }

    @Test
    void mailInsideIsSignedButNotFinalDelivery() {
        QueuedMessage message = message(SUBMITTED, Passage.FIRST);
        Way exchange = way(new NextHop.Named("exchange"), Way.Protocol.SMTP, true, false);
        TraceCheck.Ours ours = ours(stamp.trace(message, exchange, 1).orElseThrow().token(people(1)));
        assertThat(ours.token().flags()).isEmpty();
        assertThat(ours.token().route()).isEqualTo(ours.key().route("hop exchange"));
        assertThat(stamp.trace(message, way(new NextHop.Named("store"), Way.Protocol.LMTP, true, false), 1)).isEmpty();
    }

    @Test
    void onlyAMessageOfOursGetsAnEnvelopeId() {
        Way mx = way(MX, Way.Protocol.SMTP, false, false);
        assertThat(stamp.trace(message(SUBMITTED, Passage.FIRST), mx, 1).orElseThrow().envelopeId()).isNull();
        QueuedMessage report = message(new Origin.Report(null), Passage.FIRST.ofGeneration(1));
        String id = stamp.trace(report, mx, 1).orElseThrow().envelopeId();
        assertThat(id).isNotNull();
        assertThat(ours(id).token().flags()).contains(Flag.GENERATED);
        assertThat(ours(id).token().uid()).isEqualTo(report.passage().uid());
        assertThat(ours(id).token().lineage()).isEqualTo(1);
    }

    @Test
    void itCanBeSwitchedOffAndItsFieldRenamedWhileMailFlows() {
        QueuedMessage message = message(SUBMITTED, Passage.FIRST);
        Way mx = way(MX, Way.Protocol.SMTP, false, false);
        config.replace(new Snapshot(2, ConfigLoader.parse("connector.hostname = mx1.example.com\nloop.trace-header = X-Our-Way").orThrow()));
        assertThat(stamp.trace(message, mx, 1).orElseThrow().field()).isEqualTo("X-Our-Way");
        config.replace(new Snapshot(3, ConfigLoader.parse("connector.hostname = mx1.example.com\nloop.trace = off").orThrow()));
        assertThat(stamp.trace(message, mx, 1)).isEmpty();
    }
}
