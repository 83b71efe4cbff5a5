// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.junit.jupiter.api.Test;

class SiteLineageTest {
    private static final Mailbox ALICE = Mailbox.of("alice@remote.example");

    private final HandTime time = new HandTime();
    private final SiteKeys keys = SiteKeys.ephemeral(entropy(1), time);
    private final SiteLineage lineage = new SiteLineage(keys);

    private static final class HandTime implements Time {
        Instant now = Instant.parse("2026-11-24T08:00:00Z");

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) {
            throw new AssertionError("nobody waits here");
        }
    }

    private static Entropy entropy(long seed) {
        Random random = new Random(seed);
        return new Entropy() {
            @Override
            public void fill(byte[] into) {
                random.nextBytes(into);
            }

            @Override
            public long below(long bound) {
                return random.nextLong(bound);
            }
        };
    }

    private String id(int generation) {
        return "<report.0ABC." + lineage.sign(77, generation, ALICE, time.now) + "@mx1.example.com>";
    }

    @Test
    void aMessageIdOfOursTellsItsGeneration() {
        assertThat(lineage.ofMessageId(id(2))).hasValue(2);
        assertThat(lineage.ofMessageId(" " + id(1) + " ")).hasValue(1);
        assertThat(lineage.ofMessageId(id(1).substring(1, id(1).length() - 1))).hasValue(1);
    }

    @Test
    void theSignatureNamesTheReaderAndThatWeWroteIt() {
        SealedToken sealed = SealedToken.parse(lineage.sign(77, 1, ALICE, time.now)).orElseThrow();
        TraceToken token = ((TraceCheck.Ours) keys.check(sealed, TraceKey.Use.MESSAGE_ID)).token();
        assertThat(token.uid()).isEqualTo(77);
        assertThat(token.flags()).containsExactly(TraceToken.Flag.GENERATED);
        assertThat(token.names(ALICE, keys.current())).isTrue();
    }

    @Test
    void otherMessageIdsSayNothing() {
        for (String id : new String[] {"", "<>", "@", "<a@b>", "<report.0ABC.@x>", "<report.0ABC@x>", "no id", id(1).replace("@", ""), id(1).replace(".0ABC.", ".0ABC.x")}) {
            assertThat(lineage.ofMessageId(id)).as(id).isEmpty();
        }
    }

    @Test
    void aForgedSignatureSaysNothing() {
        String id = id(1);
        int last = id.indexOf('@') - 20;
        String forged = id.substring(0, last) + (id.charAt(last) == 'A' ? 'B' : 'A') + id.substring(last + 1);
        assertThat(lineage.ofMessageId(forged)).isEmpty();
        SiteLineage stranger = new SiteLineage(SiteKeys.ephemeral(entropy(2), time));
        assertThat(stranger.ofMessageId(id)).isEmpty();
    }

    @Test
    void anOutdatedSignatureSaysNothing() {
        String id = id(1);
        time.now = time.now.plus(SiteKeys.VALIDITY).plus(Duration.ofMinutes(2));
        assertThat(lineage.ofMessageId(id)).isEmpty();
    }

    @Test
    void aSignatureCountsOnlyWhereItWasMadeFor() {
        String token = lineage.sign(77, 1, ALICE, time.now);
        assertThat(lineage.ofToken(token)).isEmpty();
        TraceToken passing = new TraceToken(0, TraceToken.minuteOf(time.now), 77, 1, 2, java.util.Set.of(), 0, java.util.List.of());
        String sealed = keys.current().seal(passing, TraceKey.Use.TRANSFER).text();
        assertThat(lineage.ofToken(sealed)).hasValue(2);
        assertThat(lineage.ofMessageId("<x." + sealed + "@mx1.example.com>")).isEmpty();
    }
}
