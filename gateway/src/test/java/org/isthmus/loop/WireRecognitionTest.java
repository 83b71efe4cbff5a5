// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.SampleSite;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.smtp.Capabilities;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Recognition.Meeting;
import org.isthmus.transit.Recognition.Sight;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;

class WireRecognitionTest {
    private final Clock clock = new Clock();
    private final LearnedAddresses learned = new LearnedAddresses(clock);
    private final XsiteKey key = XsiteKey.ephemeral(clock);
    private final SampleSite site = new SampleSite().listener("internet", "203.0.113.7:25").hop("provider", "smtp://198.51.100.9:2525");
    private final List<Sighting> seen = new ArrayList<>();

    private WireRecognition recognition() {
        return new WireRecognition(new LiveConfig(site.snapshot()), snapshot -> SiteIdentity.of(snapshot.settings(), Map.of(), List.of()), learned, key, clock, clock, seen::add);
    }

    private static Meeting meeting(NextHop hop, String name, boolean offers) {
        Exchange exchange = new Exchange("mx.far.example", List.of(SampleSite.socket("198.51.100.9:2525")), 10);
        Reply hello = new Reply(250, null, offers ? List.of(name + " hello", "XSITE") : List.of(name + " hello", "PIPELINING"));
        return new Meeting(new Way(hop, Way.Protocol.SMTP, List.of(exchange), false), exchange, new Peer(exchange.name(), exchange.addresses().getFirst()), Reply.of(220, name + " ESMTP"), hello,
                Capabilities.parse(hello), null);
    }

    private static final NextHop MX = new NextHop.Exchangers(Domain.of("far.example"));

    private Optional<LoopEvidence> answer(Meeting meeting, String listener) {
        Sight.Question question = (Sight.Question) recognition().look(meeting);
        Xsite.Proof proof = Xsite.prove(key, question.command().substring("XSITE ".length()), listener);
        return question.answer().judge(Reply.of(250, "2.0.0", "XSITE " + proof.listener() + " " + proof.mac()));
    }

    @Test
    void theProofNamesTheListenerTheRecordThatLedThereAndWhatToDeclare() {
        LoopEvidence evidence = answer(meeting(MX, "gate.example", true), "internet").orElseThrow();
        assertThat(evidence.layer()).isEqualTo("L3");
        assertThat(evidence.finding()).isEqualTo("mx.far.example[198.51.100.9]:2525 is listener internet (isthmus.conf:10), proved by XSITE");
        assertThat(evidence.evidence()).containsExactly("MX record: far.example MX 10 mx.far.example", "greeting: 220 gate.example ESMTP",
                "identity.addresses does not hold 198.51.100.9:2525; with it, this is known without a connection");
        assertThat(learned.match(SampleSite.socket("198.51.100.9:2525"), MX)).isPresent();
    }

    @Test
    void theProofOfANextHopNamesItsLine() {
        LoopEvidence evidence = answer(meeting(new NextHop.Named("provider"), "gate.example", true), "internet").orElseThrow();
        assertThat(evidence.at()).hasToString("isthmus.conf:11");
        assertThat(evidence.evidence()).contains("setting: next-hops.provider (198.51.100.9 port 2525) at isthmus.conf:11");
    }

    @Test
    void aListenerOfAnotherNodeIsOfOurSiteToo() {
        assertThat(answer(meeting(MX, "gate.example", true), "elsewhere").orElseThrow().finding()).contains(" of our site, proved by XSITE");
    }

    @Test
    void aStrangerIsAskedOnceInAQuarterOfAnHour() {
        Meeting meeting = meeting(MX, "far.example", true);
        assertThat(((Sight.Question) recognition().look(meeting)).answer().judge(Reply.of(500, "5.5.2", "what?"))).isEmpty();
        assertThat(recognition().look(meeting)).isInstanceOf(Sight.Stranger.class);
        clock.now = LearnedAddresses.KEPT;
        assertThat(recognition().look(meeting)).isInstanceOf(Sight.Question.class);
    }

    @Test
    void whoProvedItIsAskedAgainEachTime() {
        Meeting meeting = meeting(MX, "far.example", true);
        answer(meeting, "internet");
        assertThat(recognition().look(meeting)).isInstanceOf(Sight.Question.class);
    }

    @Test
    void whoCouldNotBearTheQuestionIsNotAskedForAWhile() {
        Meeting meeting = meeting(MX, "far.example", true);
        assertThat(((Sight.Question) recognition().look(meeting)).answer().judge(null)).isEmpty();
        assertThat(recognition().look(meeting)).isInstanceOf(Sight.Stranger.class);
    }

    @Test
    void noTwoQuestionsAreAlike() {
        Meeting meeting = meeting(MX, "far.example", true);
        assertThat(((Sight.Question) recognition().look(meeting)).command()).isNotEqualTo(((Sight.Question) recognition().look(meeting)).command());
    }

    @Test
    void whoDoesNotOfferItIsNotAskedEvenWithOurName() {
        assertThat(recognition().look(meeting(MX, "mx1.example.com", false))).isInstanceOf(Sight.Stranger.class);
        assertThat(learned.isNewNamesake(SampleSite.socket("198.51.100.9:2525"))).as("it was noticed").isFalse();
        assertThat(seen).as("without mail on the way there is nobody to tell").isEmpty();
    }

    private static final class Clock implements Time, Entropy {
        private Duration now = Duration.ZERO;
        private byte next;

        @Override
        public Instant now() {
            return Instant.EPOCH.plus(now);
        }

        @Override
        public Duration elapsed() {
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public void fill(byte[] into) {
            java.util.Arrays.fill(into, next++);
        }

        @Override
        public long below(long bound) {
            return 0;
        }
    }
}
