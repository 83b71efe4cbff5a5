// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The ledger on trial: nothing wrong is nothing found, and each wrong is found and called by its name.
class KillLedgerTest {
    private static final Instant START = Instant.parse("2026-11-24T08:00:00Z");
    private static final Load.Entry LETTER = new Load.Entry("hash", List.of("user0@one.example", "ghost1@two.example"));

    private final List<MailSink.Delivery> deliveries = new ArrayList<>(List.of(delivery("m1", "user0@one.example", 0, 10)));
    private final List<MailSink.Report> reports = new ArrayList<>(List.of(new MailSink.Report("m1", List.of("ghost1@two.example"))));

    private static MailSink.Delivery delivery(String id, String recipient, int life, int second) {
        return new MailSink.Delivery(id, "hash", recipient, life, START.plusSeconds(second));
    }

    /// The first life ended after 12 seconds.
    private List<String> findings() {
        return new KillLedger(Map.of("m1", LETTER), Map.of("m1", LETTER), deliveries, reports, List.of(START.plusSeconds(12)), Duration.ofSeconds(5)).findings();
    }

    @Test
    void nothingIsFoundWhereAllWasDeliveredOrReported() {
        assertThat(findings()).isEmpty();
    }

    @Test
    void aLostMessageIsFound() {
        deliveries.clear();
        assertThat(findings()).singleElement().asString().startsWith("LOST:").contains("m1", "user0@one.example");
    }

    @Test
    void aFailureThatNobodyWasToldOfIsFound() {
        reports.clear();
        assertThat(findings()).singleElement().asString().startsWith("failed and never reported").contains("ghost1@two.example");
    }

    @Test
    void aDuplicateThatAKillForcedIsNone() {
        deliveries.add(delivery("m1", "user0@one.example", 1, 20));
        assertThat(findings()).isEmpty();
    }

    @Test
    void aDuplicateByOneProcessIsFound() {
        deliveries.add(delivery("m1", "user0@one.example", 0, 11));
        assertThat(findings()).singleElement().asString().startsWith("delivered again by the same process");
    }

    @Test
    void aDuplicateOfWhatWasWrittenDownIsFound() {
        deliveries.set(0, delivery("m1", "user0@one.example", 0, 2));
        deliveries.add(delivery("m1", "user0@one.example", 1, 20));
        assertThat(findings()).singleElement().asString().startsWith("delivered again though the first was long written down");
    }

    @Test
    void whatWasNotSentOrWasChangedOrIsSomebodyElsesIsFound() {
        deliveries.add(delivery("m2", "user0@one.example", 0, 10));
        deliveries.add(new MailSink.Delivery("m1", "other", "user0@one.example", 1, START.plusSeconds(13)));
        deliveries.add(delivery("m1", "user7@one.example", 0, 10));
        assertThat(findings()).anyMatch(found -> found.startsWith("delivered and never sent"))
                .anyMatch(found -> found.startsWith("changed on its way")).anyMatch(found -> found.startsWith("somebody else's"));
    }

    @Test
    void aReportWithoutReasonIsFound() {
        reports.add(new MailSink.Report("m1", List.of("user0@one.example")));
        assertThat(findings()).singleElement().asString().startsWith("reported as failed without reason");
    }
}
