// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.Release;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.smtp.Timing;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Automation;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Prints;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.junit.jupiter.api.Test;

final class TransitCodecTest {
    private static final EnhancedStatus STATUS = EnhancedStatus.of("4.4.1");
    private static final Instant INSTANT = Instant.parse("2026-11-24T05:40:01.123456789Z");
    private static final Instant OLD = Instant.parse("-0044-03-15T12:00:00.000000001Z");
    private static final SourceLine AT = new SourceLine("isthmus.conf", 31);

    private interface Write<T> {
        void to(TransitWriter writer, T value);
    }

    private interface Read<T> {
        T from(TransitReader reader) throws Damaged;
    }

    private static <T> T again(T value, Write<T> write, Read<T> read) throws Damaged {
        ByteWriter out = new ByteWriter(1);
        write.to(new TransitWriter(out), value);
        ByteReader in = new ByteReader(out.toBytes());
        T back = read.from(new TransitReader(in, TransitWriter.VERSION));
        assertThat(in.remaining()).isZero();
        return back;
    }

    private static List<InetSocketAddress> sockets() throws Exception {
        return List.of(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 25),
                new InetSocketAddress(InetAddress.getByAddress("mx.example.net", new byte[] {(byte) 192, 0, 2, 7}), 65535),
                new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 0),
                InetSocketAddress.createUnresolved("nowhere.example", 587));
    }

    private static List<Peer> peers() throws Exception {
        List<Peer> peers = new ArrayList<>();
        for (InetSocketAddress socket : sockets()) {
            peers.add(new Peer("mx.example.net", socket));
        }
        return peers;
    }

    private static List<Reply> replies() {
        return List.of(Reply.of(250, "2.0.0", "taken"), Reply.of(220, "hello"), new Reply(550, EnhancedStatus.of("5.999.999"), List.of("", "two", "ünï \uD83D\uDE00 \uD800")));
    }

    private static List<Cause> causes() throws Exception {
        List<Cause> causes = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            causes.add(new Cause.Unreachable(peers().getFirst(), stage, "refused", STATUS));
        }
        for (Peer peer : peers()) {
            for (Reply reply : replies()) {
                causes.add(new Cause.Replied(peer, Stage.RCPT, reply, EnhancedStatus.of("5.1.1")));
            }
        }
        causes.add(new Cause.Unresolved(Domain.of("Bücher.example"), "NXDOMAIN", EnhancedStatus.of("5.1.2")));
        causes.add(new Cause.Unsupported(peers().getFirst(), "SMTPUTF8", EnhancedStatus.of("5.6.7")));
        causes.add(new Cause.Looped(new LoopEvidence("L2", "leads back", AT, List.of("a", "b")), EnhancedStatus.of("5.4.6")));
        causes.add(new Cause.Looped(new LoopEvidence("L0", "", null, List.of()), EnhancedStatus.of("5.4.6")));
        causes.add(new Cause.Looped(new LoopEvidence("L4", "came back", AT, List.of(), List.of(
                LoopEvidence.Node.of("mx1.example.com"), new LoopEvidence.Node("store", true, java.time.Instant.ofEpochSecond(7)))), EnhancedStatus.of("5.4.6")));
        causes.add(new Cause.Decided("unknown", AT, STATUS));
        causes.add(new Cause.Decided("unknown", null, STATUS));
        causes.add(new Cause.Local("disk full", STATUS));
        causes.add(new Cause.Expired(Duration.ofSeconds(-5, 3), null, STATUS));
        causes.add(new Cause.Expired(Duration.ofDays(5), new Cause.Expired(Duration.ZERO, new Cause.Local("x", STATUS), STATUS), STATUS));
        return causes;
    }

    private static List<Outcome> outcomes() throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        for (Cause cause : causes()) {
            outcomes.add(new Outcome.Deferred(cause));
            outcomes.add(new Outcome.Failed(cause));
        }
        outcomes.add(new Outcome.Delivered(peers().getFirst(), replies().getFirst(), true, false));
        outcomes.add(new Outcome.Delivered(peers().getLast(), replies().getLast(), false, true));
        outcomes.add(new Outcome.Expanded(List.of(1, 2, 1_000_000), true));
        outcomes.add(new Outcome.Expanded(List.of(), false));
        outcomes.add(new Outcome.Removed("operator"));
        return outcomes;
    }

    static List<RecipientState> states() throws Exception {
        List<RecipientState> states = new ArrayList<>();
        for (Cause cause : causes()) {
            states.add(new RecipientState.Waiting(INSTANT, 7, 1, cause, true, false));
        }
        states.add(RecipientState.Waiting.from(OLD));
        states.add(new RecipientState.Waiting(Instant.MAX, Integer.MAX_VALUE, Integer.MAX_VALUE, null, false, true));
        states.add(new RecipientState.Held("operator", "why", INSTANT, new RecipientState.Waiting(Instant.MIN, 0, 0, null, false, true)));
        for (Outcome outcome : outcomes()) {
            states.add(new RecipientState.Settled(outcome));
        }
        return states;
    }

    /// What came with version 2 stands behind.
    static List<Recipient> recipients() {
        List<Recipient> recipients = new ArrayList<>(recipientsOfVersionOne());
        recipients.add(new Recipient(Mailbox.of("archive@example.net"), new RcptParameters(Set.of(), null), List.of(), ReversePath.NULL));
        recipients.add(new Recipient(Mailbox.of("a@example.net"), RcptParameters.NONE, List.of(Mailbox.of("list@example.net")), new ReversePath.To(Mailbox.of("owner-list@example.net"))));
        return recipients;
    }

    static List<Recipient> recipientsOfVersionOne() {
        List<Recipient> recipients = new ArrayList<>();
        List<Mailbox> mailboxes = List.of(
                Mailbox.of("user@example.net"), Mailbox.of("\"a \\\"b\"@Example.NET"), Mailbox.of("x@[192.0.2.1]"), Mailbox.of("x@[IPv6:2001:db8::1]"),
                new Mailbox(new LocalPart("grün"), Domain.of("bücher.example")));
        List<RcptParameters> parameters = new ArrayList<>(List.of(RcptParameters.NONE, new RcptParameters(Set.of(), new OriginalRecipient("utf-8", "ü@x"))));
        for (ReportOn event : ReportOn.values()) {
            parameters.add(new RcptParameters(EnumSet.of(event), null));
        }
        parameters.add(new RcptParameters(EnumSet.allOf(ReportOn.class), new OriginalRecipient("rfc822", "")));
        for (Mailbox mailbox : mailboxes) {
            parameters.forEach(one -> recipients.add(new Recipient(mailbox, one, List.of())));
            recipients.add(new Recipient(mailbox, RcptParameters.NONE, mailboxes));
        }
        return recipients;
    }

    static List<Envelope> envelopes() {
        List<Envelope> envelopes = new ArrayList<>();
        envelopes.add(new Envelope(ReversePath.NULL, MailParameters.NONE, List.of()));
        for (BodyType body : BodyType.values()) {
            envelopes.add(new Envelope(new ReversePath.To(Mailbox.of("s@example.org")), new MailParameters(OptionalLong.of(Long.MAX_VALUE), body, true, null, "env"), recipients()));
        }
        for (ReturnContent content : ReturnContent.values()) {
            envelopes.add(new Envelope(ReversePath.NULL, new MailParameters(OptionalLong.of(0), BodyType.SEVENBIT, false, content, null), recipients()));
        }
        return envelopes;
    }

    /// Apart from the others, which the fixtures of earlier versions hold.
    private static List<Envelope> timed() {
        List<Timing> timings = List.of(new Timing(new DeliverBy(120, true, false), null, null), new Timing(new DeliverBy(-999_999_999, false, true), -9, null),
                new Timing(null, 9, new Release.After(999_999_999)), new Timing(null, null, new Release.At(INSTANT)), new Timing(new DeliverBy(0, false, false), 0, new Release.At(OLD)));
        List<Envelope> envelopes = new ArrayList<>();
        for (Timing timing : timings) {
            envelopes.add(new Envelope(ReversePath.NULL, MailParameters.NONE.with(timing), recipients()));
            envelopes.add(new Envelope(new ReversePath.To(Mailbox.of("s@example.org")), MailParameters.NONE.with(timing), recipients()));
        }
        return envelopes;
    }

    @Test
    void whatWasSaidOfTimeAndTurnComesBack() throws Exception {
        for (Envelope envelope : timed()) {
            assertThat(again(envelope, TransitWriter::envelope, TransitReader::envelope)).isEqualTo(envelope);
        }
    }

    @Test
    void whatTheSenderWantsOfTlsComesBack() throws Exception {
        for (Envelope timed : timed()) {
            for (TlsWish wish : TlsWish.values()) {
                for (Timing timing : List.of(Timing.NONE, timed.parameters().timing())) {
                    Envelope envelope = new Envelope(timed.from(), MailParameters.NONE.with(timing).with(wish), timed.recipients());
                    assertThat(again(envelope, TransitWriter::envelope, TransitReader::envelope)).isEqualTo(envelope);
                }
            }
        }
    }

    static List<Origin> origins() throws Exception {
        List<Origin> origins = new ArrayList<>();
        for (InetSocketAddress socket : sockets()) {
            origins.add(new Origin.Received(new Client("internet", socket, socket, new Hello(true, "client\u0000"), "user", "s1"), "ESMTPSA"));
        }
        origins.add(new Origin.Received(new Client("", sockets().getFirst(), sockets().getLast(), null, null, ""), ""));
        origins.add(new Origin.Report(new QueueId(-1)));
        origins.add(new Origin.Report(null));
        return origins;
    }

    static List<ContentFacts> facts() {
        List<ContentFacts> facts = new ArrayList<>();
        for (BodyType body : BodyType.values()) {
            for (Priority priority : Priority.values()) {
                facts.add(new ContentFacts(Long.MAX_VALUE, body, true, Integer.MAX_VALUE, "<id>", "subject", 25, priority, -1, 3));
            }
        }
        facts.add(new ContentFacts(0, BodyType.SEVENBIT, false, 0, null, null, 0, Priority.NORMAL, 0, 0));
        return facts;
    }

    static List<Passage> passages() {
        LoopEvidence evidence = new LoopEvidence("L4", "came back", null, List.of("token"));
        return List.of(
                new Passage(-1, 255, 3, true, new Prints(1, -2, 3, -4, -5), new Automation("auto-replied", "bulk", true, "delivery-status"), List.of("A", "B"),
                        List.of(new Passage.Finding(0, true, evidence), new Passage.Finding(7, false, evidence)),
                        List.of(new LoopEvidence.Node("mx1.example.com", false, Instant.EPOCH), new LoopEvidence.Node("store", true, null))),
                new Passage(1, 0, 0, false, Prints.NONE, Automation.NONE, List.of(), List.of(), List.of()));
    }

    @Test
    void everyPassageComesBack() throws Exception {
        for (Passage passage : passages()) {
            assertThat(again(passage, TransitWriter::passage, TransitReader::passage)).isEqualTo(passage);
        }
    }

    @Test
    void everyCauseComesBack() throws Exception {
        for (Cause cause : causes()) {
            assertThat(again(cause, TransitWriter::cause, TransitReader::cause)).isEqualTo(cause);
        }
        assertThat(causes()).extracting(Object::getClass).contains(classesOf(Cause.class));
    }

    @Test
    void everyOutcomeComesBack() throws Exception {
        for (Outcome outcome : outcomes()) {
            assertThat(again(outcome, TransitWriter::outcome, TransitReader::outcome)).isEqualTo(outcome);
        }
        assertThat(outcomes()).extracting(Object::getClass).contains(classesOf(Outcome.class));
    }

    @Test
    void everyStateComesBack() throws Exception {
        for (RecipientState state : states()) {
            assertThat(again(state, TransitWriter::state, TransitReader::state)).isEqualTo(state);
        }
        assertThat(states()).extracting(Object::getClass).contains(classesOf(RecipientState.class));
    }

    @Test
    void everyEnvelopeComesBack() throws Exception {
        for (Envelope envelope : envelopes()) {
            Envelope back = again(envelope, TransitWriter::envelope, TransitReader::envelope);
            assertThat(back).isEqualTo(envelope);
            // Domains are equal without regard to case, but are kept as they came.
            assertThat(back.toString()).isEqualTo(envelope.toString());
        }
    }

    @Test
    void everyOriginComesBack() throws Exception {
        for (Origin origin : origins()) {
            Origin back = again(origin, TransitWriter::origin, TransitReader::origin);
            assertThat(back).isEqualTo(origin);
            assertThat(back.toString()).isEqualTo(origin.toString());
        }
        assertThat(origins()).extracting(Object::getClass).contains(classesOf(Origin.class));
    }

    @Test
    void allFactsComeBack() throws Exception {
        for (ContentFacts facts : facts()) {
            assertThat(again(facts, TransitWriter::facts, TransitReader::facts)).isEqualTo(facts);
        }
    }

    private static Class<?>[] classesOf(Class<?> sealed) {
        return sealed.getPermittedSubclasses();
    }

    private static byte[] encoded() throws Exception {
        List<RecipientState> states = states();
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            recipients.add(recipients().get(i % recipients().size()));
        }
        Envelope envelope = new Envelope(ReversePath.NULL, MailParameters.NONE, recipients);
        QueuedMessage message = new QueuedMessage(new QueueId(5), envelope, origins().getFirst(), INSTANT, facts().getFirst(), states);
        Payload payload = new Payload(16);
        payload.message(message, 0, false, 0, 0);
        Block block = Block.parse(payload.head(), 0, payload.headLength());
        assertThat(Blocks.message(block)).isEqualTo(message);
        return java.util.Arrays.copyOf(payload.head(), payload.headLength());
    }

    private static Block block(byte[] bytes, int length) {
        return new Block(BlockKind.MESSAGE, false, bytes, 0, length - Block.SIZE, 0, 0);
    }

    @Test
    void whateverTheBytesAreReadingEndsInWords() throws Exception {
        byte[] good = encoded();
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                bad[Block.SIZE + random.nextInt(bad.length - Block.SIZE)] = (byte) random.nextInt(256);
            }
            try {
                Blocks.message(block(bad, bad.length));
            } catch (Damaged e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void whatIsCutShortIsDamaged() throws Exception {
        byte[] good = encoded();
        for (int length = Block.SIZE; length < good.length; length += 17) {
            Block cut = block(good, length);
            assertThatThrownBy(() -> Blocks.message(cut)).isInstanceOf(Damaged.class);
        }
    }

    @Test
    void aTextOfAnyCharactersComesBack() throws Damaged {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= 0xFFFF; c++) {
            all.append((char) c);
        }
        ByteWriter out = new ByteWriter(1);
        out.text(all.toString());
        assertThat(new ByteReader(out.toBytes()).text()).isEqualTo(all.toString());
    }

    @Test
    void numbersComeBack() throws Damaged {
        for (long number : new long[] {0, 1, 127, 128, 300, Integer.MAX_VALUE, Long.MAX_VALUE}) {
            ByteWriter out = new ByteWriter(1);
            out.number(number);
            out.signed(number);
            out.signed(-number);
            out.signed(Long.MIN_VALUE);
            ByteReader in = new ByteReader(out.toBytes());
            assertThat(in.number()).isEqualTo(number);
            assertThat(in.signed()).isEqualTo(number);
            assertThat(in.signed()).isEqualTo(-number);
            assertThat(in.signed()).isEqualTo(Long.MIN_VALUE);
        }
    }
}
