// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.loop.Departure;
import org.isthmus.loop.Homecoming;
import org.isthmus.loop.Ledger;
import org.isthmus.loop.Returns;
import org.isthmus.loop.Sighting;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.TraceStamp;
import org.isthmus.message.HeaderMarks;
import org.isthmus.message.HeaderScanner;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.isthmus.trace.TraceToken.Flag;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Prints;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Way;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Every row of docs/reference/returns.md, and what a stranger could try with each.
final class ReturnTableTest {
    private static final Settings SETTINGS = ConfigLoader.parse("connector { hostname = mx1.site.example, data = \"/data\" }").orThrow();
    private static final Mailbox BOB = Mailbox.of("bob@far.example");
    private static final Mailbox CLEO = Mailbox.of("cleo@near.example");
    private static final NextHop MX = new NextHop.Exchangers(Domain.of("far.example"));
    private static final NextHop STORE = new NextHop.Named("store");
    private static final long UID = 0x1234_5678L;
    private static final String HEADER = "From: <anna@site.example>\r\nTo: <bob@far.example>\r\nDate: today\r\nSubject: hello\r\nMessage-ID: <1@site.example>\r\n";
    private static final String HOME = "10.1.1.1";
    private static final String ELSEWHERE = "198.51.100.7";

    /// Everything that judges, in a world where it is some day.
    private static final class Court {
        final World world;
        final SiteKeys keys;
        final Ledger ledger;
        final List<Sighting> seen = new ArrayList<>();
        final Returns returns;
        NextHop hop = MX;
        boolean inside;

        Court(World world, SimulatedHost host) {
            this.world = world;
            keys = SiteKeys.ephemeral(host.platform().entropy(), host.platform().time());
            ledger = Ledger.open(host.disk(), host.platform().time(), host.platform().threads(), host.platform().entropy(), java.nio.file.Path.of("/data"), () -> 1 << 20);
            returns = new Returns(keys, ledger, seen::add, host.platform().time());
        }

        Instant now() {
            return world.time().now();
        }

        /// A token as the stamp of the server makes it.
        String token(int pass, NextHop way, Set<Flag> flags, Mailbox... recipients) {
            return token(now(), pass, 0, way, flags, recipients);
        }

        String token(Instant when, int pass, int lineage, NextHop way, Set<Flag> flags, Mailbox... recipients) {
            TraceKey key = keys.current();
            List<Long> prints = new ArrayList<>();
            for (Mailbox recipient : recipients) {
                prints.add(key.recipient(UID, recipient));
            }
            TraceToken token = new TraceToken(0, TraceToken.minuteOf(when), UID, pass, lineage, flags, key.route(TraceStamp.routeClass(way)), prints);
            return key.seal(token, TraceKey.Use.TRANSFER).text();
        }

        String out(int pass, Mailbox... recipients) {
            return token(pass, MX, EnumSet.of(Flag.OUTWARD), recipients);
        }

        /// What the ledger has of a copy.
        void left(long uid, int pass, Mailbox recipient, String header, String body, String broughtFrom) {
            HeaderMarks read = read(header, body);
            Prints prints = prints(read);
            ledger.record(new Departure(now(), uid, pass, !inside, ledger.print(recipient), new QueueId(5), prints, ledger.network(InetAddress.ofLiteral(broughtFrom)), 1,
                    TraceStamp.routeClass(hop), "mx.far.example[198.51.100.7]:25", ""));
        }

        void left(int pass, Mailbox recipient) {
            left(UID, pass, recipient, HEADER, "text\r\n", HOME);
        }

        HeaderMarks read(String header, String body) {
            HeaderMarks marks = returns.gatherer(SETTINGS);
            HeaderScanner scanner = new HeaderScanner(1_000_000, 10_000, marks);
            byte[] octets = (header + "\r\n" + body).getBytes(ISO_8859_1);
            scanner.feed(octets, 0, octets.length);
            scanner.finish();
            return marks;
        }

        private Prints prints(HeaderMarks read) {
            Returns.Arrival arrival = new Returns.Arrival(new QueueId(1), client(HOME, null), List.of(), null);
            Homecoming home = returns.judge(arrival, read, this::way);
            returns.complete(home, new Returns.Arrival(new QueueId(1), client(HOME, null), List.of(), null), read, this::way);
            return home.passage().prints();
        }

        private Routing way(Recipient recipient, boolean returned) {
            return new Routing(RecipientClass.REMOTE, new Route.Deliver(List.of(way())), List.of());
        }

        Way way() {
            return new Way(hop, Way.Protocol.SMTP, List.of(new Exchange("mx.far.example", List.of(socket(ELSEWHERE)))), inside);
        }

        Homecoming arrive(String header, Mailbox... recipients) {
            return arrive(header, "text\r\n", ELSEWHERE, null, null, recipients);
        }

        Homecoming arrive(String header, String body, String from, @Nullable String user, @Nullable String envelopeId, Mailbox... recipients) {
            HeaderMarks read = read(header, body);
            List<Recipient> all = java.util.Arrays.stream(recipients).map(one -> Recipient.of(one, RcptParameters.NONE)).toList();
            Returns.Arrival arrival = new Returns.Arrival(new QueueId(9), client(from, user), all, envelopeId);
            Homecoming home = returns.judge(arrival, read, this::way);
            if (!home.isLost(recipients.length)) {
                returns.complete(home, arrival, read, this::way);
            }
            return home;
        }

        /// It leaves later, when what it stands for is known.
        Optional<LoopEvidence> depart(Passage passage, String from, Recipient recipient) {
            Envelope envelope = new Envelope(ReversePath.NULL, MailParameters.NONE, List.of(recipient));
            ContentFacts facts = new ContentFacts(1, org.isthmus.smtp.BodyType.SEVENBIT, false, 1, null, null, 0, Priority.NORMAL, 0);
            QueuedMessage message = new QueuedMessage(new QueueId(9), envelope, new Origin.Received(client(from, null), "ESMTP"), now(), facts, passage.uid() == 0 ? passage.named(77) : passage,
                    List.of(RecipientState.Waiting.from(now())));
            return returns.departing(message, 0, recipient, way());
        }
    }

    private static Client client(String address, @Nullable String user) {
        return new Client("inside", socket("10.0.0.5"), socket(address), null, user, "s");
    }

    private static InetSocketAddress socket(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 25);
    }

    private static void judge(Consumer<Court> trial) {
        World world = new World(3);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Court court = new Court(world, host);
            trial.accept(court);
            court.ledger.close();
        });
    }

    private static String traced(String token) {
        return "X-Trace-Site: " + token + "\r\n" + HEADER;
    }

    private static boolean loops(Homecoming home) {
        return home.loop().isPresent();
    }

    // Row 1.

    @Test
    void aForgedTokenChangesNothingAndIsCounted() {
        judge(court -> {
            court.left(0, BOB);
            String good = court.out(0, BOB);
            for (int at = 10; at < good.length() - 1; at++) {
                char other = good.charAt(at) == 'A' ? 'B' : 'A';
                Homecoming home = court.arrive(traced(good.substring(0, at) + other + good.substring(at + 1)), BOB);
                assertThat(loops(home)).isFalse();
                assertThat(home.passage().uid()).isZero();
                assertThat(home.passage().pass()).isZero();
                assertThat(home.passage().tokens()).isEmpty();
            }
            assertThat(court.returns.counts().traceForged()).isEqualTo(good.length() - 11);
            assertThat(court.seen).noneMatch(one -> one.certainty() == Sighting.Certainty.PROVED);
        });
    }

    @Test
    void aTokenOfAnotherSiteOrOneTooOldChangesNothing() {
        judge(court -> {
            court.left(0, BOB);
            TraceKey foreign = TraceKey.derive(court.keys.current().id(), new byte[16], new byte[32]);
            TraceToken content = new TraceToken(0, TraceToken.minuteOf(court.now()), UID, 0, 0, EnumSet.of(Flag.OUTWARD), foreign.route("mx"), List.of(foreign.recipient(UID, BOB)));
            assertThat(court.arrive(traced(foreign.seal(content, TraceKey.Use.TRANSFER).text()), BOB).passage().pass()).isZero();
            String old = court.token(court.now().minus(Duration.ofDays(46)), 0, 0, MX, EnumSet.of(Flag.OUTWARD), BOB);
            assertThat(loops(court.arrive(traced(old), BOB))).isFalse();
            assertThat(court.returns.counts().traceForged()).isZero();
        });
    }

    @Test
    void tenForgeriesInFrontDoNotHideATrueToken() {
        judge(court -> {
            court.left(0, BOB);
            String foreign = TraceKey.derive(1, new byte[16], new byte[32])
                    .seal(new TraceToken(0, 0, 1, 0, 0, Set.of(), 0, List.of()), TraceKey.Use.TRANSFER).text();
            assertThat(loops(court.arrive(("X-Trace-Site: " + foreign + "\r\n").repeat(50) + traced(court.out(0, BOB)), BOB))).isTrue();
        });
    }

    // Row 2.

    @Test
    void whatLeftTheSiteAndComesHomeIsDelivered() {
        judge(court -> {
            court.left(0, BOB);
            court.hop = STORE;
            court.inside = true;
            Homecoming home = court.arrive(traced(court.token(0, MX, EnumSet.of(Flag.OUTWARD, Flag.LOOPBACK), BOB)), BOB);
            assertThat(loops(home)).isFalse();
            assertThat(home.passage().finding(0)).hasValueSatisfying(finding -> assertThat(finding.evidence().finding()).contains("came home"));
            assertThat(court.returns.counts().loopbackReturned()).isEqualTo(1);
            assertThat(home.steps(0)).anySatisfy(step -> assertThat(step.rule()).contains("row 2"));
        });
    }

    // Row 3.

    @Test
    void whatWouldLeaveTheSameWayAgainIsALoop() {
        judge(court -> {
            court.left(0, BOB);
            Homecoming home = court.arrive(traced(court.out(0, BOB)), BOB);
            assertThat(home.isLost(1)).isTrue();
            assertThat(home.passage().uid()).isEqualTo(UID);
            assertThat(home.passage().pass()).isEqualTo(1);
            assertThat(court.seen).singleElement().satisfies(one -> {
                assertThat(one.certainty()).isEqualTo(Sighting.Certainty.PROVED);
                assertThat(one.uid()).isEqualTo(UID);
                assertThat(one.hop()).isEqualTo(MX);
                assertThat(one.evidence().layer()).isEqualTo("L4");
                assertThat(one.evidence().finding()).contains("bob@far.example", "mx to mx.far.example", ELSEWHERE);
            });
        });
    }

    @Test
    void aTokenInReceivedOrInTheEnvelopeProvesAsMuch() {
        judge(court -> {
            court.left(0, BOB);
            String received = "Received: from a by mx1.site.example with ESMTP id 0ABCDEFGHJKMN." + court.out(0, BOB) + "\r\n\tfor <bob@far.example>; date\r\n" + HEADER;
            assertThat(loops(court.arrive(received, BOB))).isTrue();
            assertThat(loops(court.arrive(HEADER, "text\r\n", ELSEWHERE, null, court.out(0, BOB), BOB))).isTrue();
        });
    }

    @Test
    void theMessageIdMayBeNewIfFromAndDateAreNot() {
        judge(court -> {
            court.left(0, BOB);
            assertThat(loops(court.arrive(traced(court.out(0, BOB)).replace("<1@site.example>", "<2@gate.example>"), BOB))).isTrue();
            assertThat(loops(court.arrive(traced(court.out(0, BOB)).replace("Date: today", "Date: tomorrow"), BOB))).isTrue();
        });
    }

    @Test
    void aTokenTransplantedToOtherMailStopsNothing() {
        judge(court -> {
            court.left(0, BOB);
            String other = "From: <someone@else.example>\r\nDate: another\r\nSubject: x\r\nMessage-ID: <9@else.example>\r\n";
            assertThat(loops(court.arrive("X-Trace-Site: " + court.out(0, BOB) + "\r\n" + other, BOB))).isFalse();
            assertThat(court.seen).isEmpty();
        });
    }

    @Test
    void withoutTheLedgersEntryItGoesOnAndIsKnownNextTime() {
        judge(court -> {
            Homecoming first = court.arrive(traced(court.out(0, BOB)), BOB);
            assertThat(loops(first)).isFalse();
            assertThat(first.passage().uid()).isEqualTo(UID);
            assertThat(first.passage().pass()).isEqualTo(1);
            court.left(1, BOB);
            assertThat(loops(court.arrive(traced(court.out(1, BOB)), BOB))).isTrue();
        });
    }

    @Test
    void withMoreRecipientsThanATokenNamesTheLedgerSaysWhoseCopyItWas() {
        judge(court -> {
            court.left(0, BOB);
            String asks = court.token(0, MX, EnumSet.of(Flag.OUTWARD, Flag.ASK_LEDGER));
            assertThat(loops(court.arrive(traced(asks), BOB))).isTrue();
            assertThat(loops(court.arrive(traced(asks), CLEO))).isFalse();
        });
    }

    @Test
    void anOldProofRefusesButOpensNoBreaker() {
        judge(court -> {
            court.left(0, BOB);
            String token = court.out(0, BOB);
            try {
                court.world.time().sleep(Duration.ofHours(2));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(loops(court.arrive(traced(token), BOB))).isTrue();
            assertThat(court.seen).singleElement().satisfies(one -> assertThat(one.certainty()).isEqualTo(Sighting.Certainty.SUSPECTED));
        });
    }

    /// A server inside that gives back what it got.
    @Test
    void l20APingPongWithAServerInsideIsALoopToo() {
        judge(court -> {
            court.hop = STORE;
            court.inside = true;
            court.left(0, BOB);
            assertThat(loops(court.arrive(traced(court.token(0, STORE, Set.of(), BOB)), BOB))).isTrue();
        });
    }

    // Retries.

    @Test
    void aClientThatLostOur250AndSendsAgainIsNoLoop() {
        judge(court -> {
            // The message came with the token of pass 0, and left on pass 1; the client has it as it was.
            court.left(1, CLEO);
            for (int retry = 0; retry < 20; retry++) {
                assertThat(loops(court.arrive(traced(court.out(0, BOB)), CLEO))).isFalse();
            }
            // Without any token: the network that brought it first tries again, for hours (L32).
            court.left(0, BOB);
            for (int retry = 0; retry < 20; retry++) {
                assertThat(loops(court.arrive(HEADER, "text\r\n", "10.1.1.99", null, null, BOB))).isFalse();
                court.left(1000 + retry, 0, BOB, HEADER, "text\r\n", "10.1.1.99");
            }
            assertThat(court.seen).isEmpty();
        });
    }

    // Row 4.

    @Test
    void afterAChangeOfTheWayItMayTryThreeTimes() {
        judge(court -> {
            String token = court.token(0, STORE, EnumSet.of(Flag.OUTWARD), BOB);
            court.left(0, BOB);
            assertThat(loops(court.arrive(traced(token), BOB))).isFalse();
            court.left(1, BOB);
            assertThat(loops(court.arrive(traced(court.token(1, STORE, EnumSet.of(Flag.OUTWARD), BOB)), BOB))).isFalse();
            court.left(2, BOB);
            assertThat(loops(court.arrive(traced(court.token(2, STORE, EnumSet.of(Flag.OUTWARD), BOB)), BOB))).isTrue();
        });
    }

    // Row 5.

    /// Q166654: a list with members on both sides. The second pass of the message goes to somebody else.
    @Test
    void l18TheSameMessageToDifferentRecipientsIsNotALoop() {
        judge(court -> {
            court.left(0, BOB);
            Homecoming home = court.arrive("List-Id: <l.far.example>\r\n" + traced(court.out(0, BOB)), CLEO);
            assertThat(loops(home)).isFalse();
            assertThat(home.passage().uid()).isEqualTo(UID);
            assertThat(home.passage().automation().list()).isTrue();
            assertThat(home.steps(0)).anySatisfy(step -> assertThat(step.rule()).contains("row 5"));
        });
    }

    /// Both were sent a copy at once, and a list brings the second one another: that copy left on the same pass, but the token is that of the other transaction.
    @Test
    void aListThatNamesSomebodyWhoHasACopyAlreadyIsNotALoop() {
        judge(court -> {
            court.left(0, BOB);
            court.left(0, CLEO);
            assertThat(loops(court.arrive(traced(court.out(0, BOB)), CLEO))).isFalse();
        });
    }

    @Test
    void theFourthPassThatTheLedgerHasIsALoop() {
        judge(court -> {
            // Two addresses that forward to each other, so that the newest token never names the one that it comes back for.
            for (int pass = 0; pass < 3; pass++) {
                assertThat(loops(court.arrive(traced(court.out(pass, CLEO)), BOB))).isFalse();
                court.left(pass, BOB);
            }
            assertThat(loops(court.arrive(traced(court.out(2, CLEO)), BOB))).isTrue();
        });
    }

    /// Q232586: trace records counted for each recipient.
    @Test
    void l26PassesAreCountedAndNotRecipientsOrCopies() {
        judge(court -> {
            for (int copy = 0; copy < 50; copy++) {
                court.left(0, BOB);
                court.left(0, Mailbox.of("r" + copy + "@far.example"));
            }
            assertThat(loops(court.arrive(traced(court.out(0, CLEO)), BOB))).isFalse();
        });
    }

    // Row 6.

    private static final String RESENT = "Resent-From: <anna@site.example>\r\nResent-Date: now\r\nResent-To: <bob@far.example>\r\n";

    @Test
    void aUserWhoResendsSendsAnew() {
        judge(court -> {
            court.left(0, BOB);
            String header = RESENT + traced(court.out(0, BOB));
            Homecoming home = court.arrive(header, "text\r\n", "10.1.1.2", "anna", null, BOB);
            assertThat(loops(home)).isFalse();
            assertThat(home.passage().uid()).isZero();
            assertThat(home.passage().pass()).isZero();
            assertThat(home.steps(0)).anySatisfy(step -> assertThat(step.outcome()).isEqualTo("a new message"));
        });
    }

    @Test
    void aResentBlockUnderTheTokenIsHistory() {
        judge(court -> {
            court.left(0, BOB);
            assertThat(loops(court.arrive("X-Trace-Site: " + court.out(0, BOB) + "\r\n" + RESENT + HEADER, "text\r\n", "10.1.1.2", "anna", null, BOB))).isTrue();
        });
    }

    @Test
    void somebodyWhoDidNotAuthenticateMayResendThreeTimes() {
        judge(court -> {
            for (int pass = 0; pass < 3; pass++) {
                court.left(pass, BOB);
                assertThat(loops(court.arrive(RESENT + traced(court.out(pass, BOB)), BOB))).isEqualTo(pass == 2);
            }
        });
    }

    // Row 7.

    @Test
    void theGenerationOfAMessageOfOursIsKept() {
        judge(court -> {
            String token = court.token(court.now(), 0, 2, MX, EnumSet.of(Flag.OUTWARD, Flag.GENERATED), BOB);
            assertThat(court.arrive(traced(token), CLEO).passage().generation()).isEqualTo(2);
        });
    }

    // Mixed recipients.

    @Test
    void onlyWhenAllRecipientsLoopIsTheMessageLost() {
        judge(court -> {
            court.left(0, BOB);
            Homecoming home = court.arrive(traced(court.out(0, BOB)), CLEO, BOB);
            assertThat(home.isLost(2)).isFalse();
            assertThat(home.passage().finding(0)).isEmpty();
            assertThat(home.passage().finding(1)).hasValueSatisfying(finding -> assertThat(finding.loops()).isTrue());
            court.left(0, CLEO);
            assertThat(court.arrive(traced(court.out(0, BOB, CLEO)), CLEO, BOB).isLost(2)).isTrue();
        });
    }

    // Not a weapon.

    /// Whatever is replayed and combined: nobody loops whom the token does not name.
    @Test
    void aTokenIsNeverHeldAgainstARecipientThatItDoesNotName() {
        judge(court -> {
            Random random = new Random(8);
            List<Mailbox> people = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                people.add(Mailbox.of("p" + i + "@far.example"));
            }
            for (int i = 0; i < 12; i++) {
                court.left(0, people.get(i));
            }
            for (int round = 0; round < 300; round++) {
                List<Mailbox> named = people.stream().filter(one -> random.nextInt(4) == 0).limit(6).toList();
                List<Mailbox> others = people.stream().filter(one -> !named.contains(one)).toList();
                StringBuilder header = new StringBuilder();
                for (int copies = random.nextInt(12) + 1; copies > 0; copies--) {
                    header.append("X-Trace-Site: ").append(court.out(0, named.toArray(Mailbox[]::new))).append("\r\n");
                }
                assertThat(loops(court.arrive(header + HEADER, others.toArray(Mailbox[]::new)))).isFalse();
            }
        });
    }

    // Layer 5.

    @Test
    void withoutATokenOnePassIsHarmlessAndTheFifthIsALoop() {
        judge(court -> {
            court.left(1, 0, BOB, HEADER, "text\r\n", HOME);
            for (int pass = 1; pass < 5; pass++) {
                Homecoming home = court.arrive(HEADER, BOB);
                assertThat(loops(home)).as("pass " + pass).isFalse();
                assertThat(home.steps(0)).isNotEmpty();
                court.left(1 + pass, 0, BOB, HEADER, "text\r\n", ELSEWHERE);
            }
            assertThat(loops(court.arrive(HEADER, BOB))).isTrue();
            assertThat(court.seen).hasSize(5).allMatch(one -> one.certainty() == Sighting.Certainty.SUSPECTED && one.evidence().layer().equals("L5"));
        });
    }

    @Test
    void aSharedMessageIdAloneIsNoLikeness() {
        judge(court -> {
            for (int device = 0; device < 20; device++) {
                String header = "From: <scan@site.example>\r\nDate: at " + device + "\r\nSubject: scan\r\nMessage-ID: <scan@device>\r\n";
                String from = "10.2." + device + ".1";
                assertThat(loops(court.arrive(header, "the same body\r\n", from, null, null, BOB))).isFalse();
                court.left(100 + device, 0, BOB, header, "the same body\r\n", from);
            }
            assertThat(court.seen).isEmpty();
        });
    }

    @Test
    void fivePassesAreALoopOnlyWithinADay() {
        judge(court -> {
            for (int day = 0; day < 8; day++) {
                court.left(1 + day, 0, BOB, HEADER, "text\r\n", "10.9." + day + ".1");
                try {
                    court.world.time().sleep(Duration.ofHours(12));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(loops(court.arrive(HEADER, BOB))).isFalse();
            }
        });
    }

    // What stands for others is judged when it leaves.

    @Test
    void anAliasThatLeadsBackIsJudgedWhenItLeaves() {
        judge(court -> {
            court.left(0, BOB);
            Homecoming home = court.arrive(traced(court.out(0, BOB)), Mailbox.of("fan@site.example"));
            assertThat(loops(home)).isFalse();
            Recipient behind = new Recipient(BOB, RcptParameters.NONE, List.of(Mailbox.of("fan@site.example")));
            assertThat(court.depart(home.passage(), ELSEWHERE, behind)).isPresent();
            assertThat(court.depart(home.passage(), ELSEWHERE, new Recipient(CLEO, RcptParameters.NONE, List.of(Mailbox.of("fan@site.example"))))).isEmpty();
            assertThat(court.depart(Passage.first(home.passage().prints(), home.passage().automation()), HOME, Recipient.of(BOB, RcptParameters.NONE))).isEmpty();
        });
    }

    @Test
    void itsOwnAttemptsAreNoEarlierPasses() {
        judge(court -> {
            Homecoming home = court.arrive(traced(court.out(0, BOB)), CLEO);
            Recipient cleo = new Recipient(CLEO, RcptParameters.NONE, List.of(Mailbox.of("fan@site.example")));
            for (int attempt = 0; attempt < 10; attempt++) {
                assertThat(court.depart(home.passage(), ELSEWHERE, cleo)).isEmpty();
                court.left(UID, 1, CLEO, HEADER, "text\r\n", ELSEWHERE);
            }
        });
    }

    // Layer 7.

    @Test
    void moreThanTenReceivedLinesOfOursAreSuspicious() {
        judge(court -> {
            String own = "Received: from a by mx1.site.example with ESMTP id " + QueueId.at(court.now().minusSeconds(60)) + "; date\r\n";
            court.arrive(own.repeat(10) + HEADER, BOB);
            assertThat(court.seen).isEmpty();
            assertThat(loops(court.arrive(own.repeat(11) + HEADER, BOB))).isFalse();
            assertThat(court.seen).singleElement().satisfies(one -> assertThat(one.evidence().layer()).isEqualTo("L7"));
        });
    }

    @Test
    void receivedLinesWithQueueIdsThatWeNeverIssuedAreIgnored() {
        judge(court -> {
            String made = "Received: from a by mx1.site.example with ESMTP id MADEUP; date\r\n";
            String future = "Received: from a by mx1.site.example with ESMTP id " + QueueId.at(court.now().plus(Duration.ofDays(1))) + "; date\r\n";
            HeaderMarks read = court.read(made.repeat(8) + future.repeat(8) + HEADER, "text\r\n");
            assertThat(read.own()).isEqualTo(16);
            assertThat(court.returns.issued(read)).isZero();
            court.arrive(made.repeat(8) + future.repeat(8) + HEADER, BOB);
            assertThat(court.seen).isEmpty();
        });
    }
}
