// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.transit.Automation;
import org.isthmus.transit.QueueId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairRateTest {
    private static final Instant MORNING = Instant.parse("2026-11-24T08:00:00Z");
    private static final Automation REPLIED = new Automation("auto-replied", null, false, null);
    private static final Automation GENERATED = new Automation("auto-generated", null, false, null);
    private static final Automation REPORT = new Automation("auto-replied", null, false, "delivery-status");
    private static final String INSIDE = "10.0.0.9";
    private static final String OUTSIDE = "198.51.100.7";
    private static final String STRANGER = "203.0.113.66";
    private static final String A = "anna@site.example";
    private static final String B = "bert@remote.example";

    private @TempDir Path data;
    private final Disk disk = LivePlatform.open(List::of).platform().disk();
    private final List<Alert> raised = new ArrayList<>();
    private final List<Sighting> seen = new ArrayList<>();
    private final Alerts alerts = new Alerts() {
        @Override
        public void raise(Alert alert) {
            raised.add(alert);
        }

        @Override
        public void note(Alert note) {
            throw new AssertionError("an alert is raised");
        }
    };
    private Instant now = MORNING;
    private long number;
    private PairRate pairs;

    @BeforeEach
    void begin() {
        pairs = open("");
    }

    private static Settings settings(String loop) {
        return ConfigLoader.parse("connector.hostname = \"mx1.example.com\"\nloop { " + loop + " }").orThrow();
    }

    private PairRate open(String loop) {
        return new PairRate(() -> settings(loop).loop(), alerts, seen::add, new PairFile(disk, data));
    }

    private PairLetter letter(String from, String to, String client, Automation automation, String subject, long size) {
        return new PairLetter(new QueueId(++number), 0, now, Mailbox.of(from), Mailbox.of(to), automation, subject, size, InetAddress.ofLiteral(client), client.equals(INSIDE));
    }

    private Optional<String> send(String from, String to, String client, Automation automation, String subject, long size) {
        now = now.plusSeconds(3);
        return pairs.judge(letter(from, to, client, automation, subject, size), true);
    }

    /// A loop of two machines until one of its messages is held.
    private int rounds(Automation one, Automation other, String subject, Duration pause) {
        for (int count = 1; count <= 200; count++) {
            now = now.plus(pause);
            boolean there = count % 2 == 1;
            if ((there ? send(A, B, INSIDE, one, subject, 2000) : send(B, A, OUTSIDE, other, "Re: " + subject, 2100)).isPresent()) {
                return count;
            }
        }
        return 0;
    }

    @Test
    void twoVacationRespondersAreHeldAfterTenAnswersToAnswers() {
        assertThat(rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO)).isBetween(12, 14);
        assertThat(raised).hasSize(1);
        assertThat(raised.getFirst().subject()).isEqualTo("Mail is held: machines at anna@site.example and bert@remote.example answer each other");
        assertThat(raised.getFirst().text()).contains("isthmus queue release --held --reason", "11 answers to answers", "198.51.100.0/24");
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst().certainty()).isEqualTo(Sighting.Certainty.SUSPECTED);
    }

    @Test
    void aSlowLoopIsHeldByTheCountOfADay() {
        assertThat(rounds(REPLIED, REPLIED, "Out of office", Duration.ofMinutes(5))).isBetween(42, 45);
    }

    @Test
    void aLoopThatIsSlowerThanThatGoesOn() {
        assertThat(rounds(REPLIED, REPLIED, "Out of office", Duration.ofHours(1))).isZero();
    }

    @Test
    void machinesThatHideWhatTheyAreAreHeldByWhatTheyRepeat() {
        assertThat(rounds(Automation.NONE, Automation.NONE, "Your ticket", Duration.ZERO)).isBetween(12, 16);
        assertThat(raised).hasSize(1);
    }

    @Test
    void aTicketSystemAndAResponderAreHeldThoughTheSubjectGrows() {
        String subject = "Problem";
        int count = 0;
        Optional<String> held = Optional.empty();
        while (held.isEmpty() && count < 100) {
            boolean there = ++count % 2 == 1;
            subject = there ? "[Ticket#" + count + "] " + subject : "Automatic reply: " + subject;
            held = there ? send(A, B, INSIDE, GENERATED, subject, 2000 + count) : send(B, A, OUTSIDE, REPLIED, subject, 1500 + count);
        }
        assertThat(count).isBetween(12, 16);
    }

    @Test
    void whatComesFromOutsideIsHeldAndNothingThatPeopleInsideWrite() {
        rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO);
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Out of office", 2100)).isPresent();
        assertThat(send(A, B, INSIDE, REPLIED, "Out of office", 2000)).isEmpty();
        assertThat(send(A, B, INSIDE, Automation.NONE, "Lunch?", 4711)).isEmpty();
        assertThat(send(B, A, OUTSIDE, Automation.NONE, "Lunch!", 4001)).isEmpty();
        assertThat(send(B, "carla@site.example", OUTSIDE, REPLIED, "Re: Out of office", 2100)).isEmpty();
        assertThat(pairs.holds()).hasSize(1);
    }

    @Test
    void ofTwoInsideBothAreHeld() {
        Optional<String> held = Optional.empty();
        for (int count = 0; count < 20; count++) {
            held = count % 2 == 0 ? send(A, B, INSIDE, REPLIED, "x y z", 900) : send(B, A, INSIDE, REPLIED, "Re: x y z", 900);
        }
        assertThat(held).isPresent();
        assertThat(pairs.holds()).hasSize(2);
        assertThat(send(A, B, INSIDE, REPLIED, "x y z", 900)).isPresent();
        assertThat(send(B, A, INSIDE, REPLIED, "Re: x y z", 900)).isPresent();
    }

    // ---- what never counts

    @Test
    void oneWayMailNeverCounts() {
        for (int i = 0; i < 2000; i++) {
            assertThat(send(A, B, INSIDE, GENERATED, "ALARM: disk full", 900)).isEmpty();
        }
    }

    @Test
    void aMonitoringStormIsNotHeldThoughEachAlarmIsAcknowledged() {
        for (int i = 0; i < 2000; i++) {
            assertThat(send(A, B, INSIDE, GENERATED, "ALARM: disk full", 900)).isEmpty();
            assertThat(send(B, A, OUTSIDE, REPLIED, "Re: ALARM: disk full", 1100)).isEmpty();
        }
        assertThat(raised).isEmpty();
    }

    @Test
    void ordersThatAreAcknowledgedAreNotHeld() {
        for (int i = 0; i < 500; i++) {
            now = now.plusSeconds(30);
            assertThat(send(A, B, INSIDE, Automation.NONE, "Order " + i, 5000)).isEmpty();
            assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Order " + i, 3000)).isEmpty();
        }
    }

    @Test
    void ordersInThreeStepsAreNotHeldThoughAllOfThemAreMachines() {
        for (int i = 0; i < 500; i++) {
            now = now.plusSeconds(20);
            assertThat(send(A, B, INSIDE, GENERATED, "Order " + i, 5000)).isEmpty();
            assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Order " + i, 3000)).isEmpty();
            assertThat(send(A, B, INSIDE, REPLIED, "Re: Re: Order " + i, 2000)).isEmpty();
        }
    }

    @Test
    void peopleWhoWriteFastAreNotHeld() {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            now = now.plusSeconds(20);
            long size = 2500 + random.nextInt(3000);
            assertThat(i % 2 == 0 ? send(A, B, INSIDE, Automation.NONE, "Re: Lunch", size) : send(B, A, OUTSIDE, Automation.NONE, "Re: Lunch", size)).isEmpty();
        }
    }

    @Test
    void apersonAndATicketSystemAreNotHeld() {
        Random random = new Random(6);
        for (int i = 0; i < 100; i++) {
            assertThat(send(B, A, OUTSIDE, Automation.NONE, "Re: [Ticket#5] Printer", 2000 + random.nextInt(9000))).isEmpty();
            assertThat(send(A, B, INSIDE, REPLIED, "[Ticket#5] Printer", 1800)).isEmpty();
        }
    }

    @Test
    void listsAndNewslettersAreNotHeld() {
        Automation list = new Automation(null, "list", true, null);
        for (int i = 0; i < 200; i++) {
            assertThat(send("l@remote.example", A, OUTSIDE, list, "[l] News " + i, 9000)).isEmpty();
            assertThat(send(A, "l@remote.example", INSIDE, Automation.NONE, "News " + i, 7000 + i * 40L)).isEmpty();
        }
    }

    @Test
    void mailToOneselfIsNoPair() {
        for (int i = 0; i < 50; i++) {
            assertThat(send(A, A, INSIDE, REPLIED, "Re: note", 900)).isEmpty();
        }
    }

    // ---- not a weapon

    @Test
    void aStrangerCannotHaveTwoPeoplesMailHeld() {
        for (int i = 0; i < 100; i++) {
            send(A, B, STRANGER, REPLIED, "Re: Re: Lunch", 2000);
            send(B, A, STRANGER, REPLIED, "Re: Lunch", 2000);
        }
        assertThat(pairs.holds()).isNotEmpty().allMatch(hold -> hold.network().equals("203.0.113.0/24"));
        assertThat(send(A, B, INSIDE, Automation.NONE, "Re: Lunch", 2000)).isEmpty();
        assertThat(send(B, A, OUTSIDE, Automation.NONE, "Re: Lunch", 2000)).isEmpty();
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Lunch", 2000)).isEmpty();
        assertThat(send(A, B, INSIDE, REPLIED, "Re: Lunch", 2000)).isEmpty();
    }

    @Test
    void aStrangerWhoMakesAResponderAnswerGetsOnlyHisOwnMailHeld() {
        for (int i = 0; i < 100; i++) {
            send(B, A, STRANGER, REPLIED, "Re: Re: Hello", 2000);
            assertThat(send(A, B, INSIDE, REPLIED, "Automatic reply: Re: Re: Hello", 900)).isEmpty();
        }
        assertThat(pairs.holds()).hasSize(1).allMatch(hold -> hold.network().equals("203.0.113.0/24") && hold.from().equals(B));
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Re: Hello", 2000)).isEmpty();
    }

    @Test
    void aStrangerCannotPushALoopOutOfMemory() {
        int held = 0;
        for (int count = 1; count <= 60 && held == 0; count++) {
            for (int i = 0; i < 1000; i++) {
                send("x" + count + "-" + i + "@forged.example", A, STRANGER, REPLIED, "Re: z", 700);
            }
            now = now.minusSeconds(3000);
            boolean there = count % 2 == 1;
            held = (there ? send(A, B, INSIDE, REPLIED, "away", 900) : send(B, A, OUTSIDE, REPLIED, "away too", 900)).isPresent() ? count : 0;
        }
        assertThat(held).isBetween(12, 14);
    }

    // ---- people

    @Test
    void whatIsReleasedIsCountedAnew() {
        rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO);
        String why = pairs.holds().getFirst().why();
        assertThat(pairs.release(hold -> hold.why().equals(why))).isEqualTo(1);
        assertThat(pairs.holds()).isEmpty();
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Out of office", 2100)).isEmpty();
        assertThat(rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO)).isGreaterThan(10);
    }

    @Test
    void aMessageCountsOnceHoweverOftenItIsLookedAt() {
        for (int count = 0; count < 8; count++) {
            now = now.plusSeconds(3);
            PairLetter letter = count % 2 == 0 ? letter(A, B, INSIDE, REPLIED, "away", 900) : letter(B, A, OUTSIDE, REPLIED, "away too", 900);
            for (int again = 0; again < 10; again++) {
                assertThat(pairs.judge(letter, true)).isEmpty();
            }
        }
    }

    @Test
    void whatIsHeldStaysKnownOverARestart() {
        pairs = open("");
        rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO);
        List<PairHold> before = pairs.holds();
        assertThat(before).hasSize(1);
        pairs = open("");
        assertThat(pairs.holds()).hasSize(1).first().matches(hold -> hold.why().equals(before.getFirst().why()) && hold.network().equals("198.51.100.0/24"));
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Out of office", 2100)).isPresent();
        assertThat(raised).hasSize(1);
        pairs.release(hold -> true);
        assertThat(open("").holds()).isEmpty();
    }

    @Test
    void aDamagedMemoryIsLeftOutLineByLine() throws Exception {
        pairs = open("");
        rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO);
        Path file = data.resolve("pair-holds");
        Files.writeString(file, "nonsense\n" + Files.readString(file) + "2026\t2026\ta\tb\tc\td\te\tf\n\u0000");
        assertThat(open("").holds()).hasSize(1);
    }

    @Test
    void aHoldThatNothingComesForLapses() {
        rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO);
        now = now.plus(Duration.ofHours(25));
        assertThat(send(B, A, OUTSIDE, REPLIED, "Re: Out of office", 2100)).isEmpty();
        assertThat(pairs.holds()).isEmpty();
    }

    @Test
    void theLimitsAreTheOperators() {
        pairs = open("pair-rate { most = 3 }");
        assertThat(rounds(REPLIED, REPLIED, "Out of office", Duration.ZERO)).isBetween(5, 7);
        pairs.release(hold -> true);
        pairs = open("pair-rate { enabled = false }");
        assertThat(rounds(REPLIED, REPLIED, "Out of the office", Duration.ZERO)).isZero();
    }

    @Test
    void ourOwnReportsAreCountedAsOurs() {
        int held = 0;
        for (int count = 1; count <= 40 && held == 0; count++) {
            now = now.plusSeconds(1);
            PairLetter report = new PairLetter(new QueueId(++number), 0, now, Mailbox.of("postmaster@site.example"), Mailbox.of(B), REPORT, "Undeliverable: x", 3000, null, true);
            assertThat(pairs.judge(report, true)).isEmpty();
            held = send(B, "postmaster@site.example", OUTSIDE, REPLIED, "Away", 900).isPresent() ? count : 0;
        }
        assertThat(held).isBetween(6, 8);
    }
}
