// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.InetAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Client;
import org.isthmus.smtp.Hello;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ByteSize;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.SmtpCourier;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.Timing;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.tls.ClientTls;
import org.isthmus.trials.world.SimulatedDisk;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Runs the dialogues in {@code src/test/dialogues/deliver} against the courier: in memory, over the simulated network and over real sockets.
class DeliverDialogueTest {
    private static final Path FOLDER = Path.of("src/test/dialogues/deliver");

    private static List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> all = files.filter(file -> file.toString().endsWith(".smtp")).sorted().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(25);
            return all;
        }
    }

    /// What is done with a dialogue.
    private interface Play {
        void run(DeliverDialogue dialogue) throws Exception;
    }

    private static Stream<DynamicTest> each(Predicate<DeliverDialogue> which, Play play) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : all()) {
            DeliverDialogue dialogue = DeliverDialogue.read(file);
            if (which.test(dialogue)) {
                tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> play.run(dialogue)));
            }
        }
        assertThat(tests).hasSizeGreaterThan(all().size() * 3 / 4);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> inMemory() throws IOException {
        return each(dialogue -> !dialogue.secures(), dialogue -> run(dialogue, new ScriptedServer(dialogue.connections())));
    }

    /// Who waits for a server that says nothing waits for a minute, and a test waits for no time.
    @TestFactory
    Stream<DynamicTest> overASocket() throws IOException {
        LivePlatform live = LivePlatform.open();
        return each(dialogue -> !dialogue.hangs(), dialogue -> {
            List<InetSocketAddress> at = Collections.nCopies(servers(dialogue), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (WireServer server = new WireServer(dialogue.connections(), live.platform(), live.platform(), at, Duration.ofSeconds(20))) {
                run(dialogue, server);
            }
        }).onClose(live::close);
    }

    @TestFactory
    Stream<DynamicTest> overASimulatedNetwork() throws IOException {
        return each(dialogue -> true, dialogue -> {
            for (long seed = 1; seed <= 20; seed++) {
                simulate(dialogue, new World(seed));
            }
        });
    }

    private static void simulate(DeliverDialogue dialogue, World world) {
        List<InetSocketAddress> at = IntStream.rangeClosed(1, servers(dialogue)).mapToObj(ScriptedServer::address).toList();
        SimulatedHost client = world.host("mx", "192.0.2.99");
        SimulatedHost servers = world.host("servers", at.stream().map(address -> address.getAddress().getHostAddress()).toArray(String[]::new));
        // Packets fall apart and come late, but they come.
        world.network().faults(NetworkFaults.CALM);
        world.run(() -> {
            try (WireServer server = new WireServer(dialogue.connections(), client.platform(), servers.platform(), at, Duration.ofHours(1))) {
                run(dialogue, server);
            }
        });
    }

    private static int servers(DeliverDialogue dialogue) {
        return Integer.parseInt(dialogue.given().get("servers", "1"));
    }

    private static void run(DeliverDialogue dialogue, Opposite server) throws IOException, InterruptedException {
        SmtpCourier courier = dialogue.given().has("tls")
                ? new SmtpCourier(server.network(), server.time(), server.threads(), server.entropy(), new ClientTls(new SimulatedDisk(0), server.time()))
                : new SmtpCourier(server.network(), server.time(), server.threads(), server.entropy());
        DeliveryRequest request = request(dialogue.given());
        Snapshot snapshot = snapshot(dialogue.given());
        DeliveryAttempt attempt = courier.deliver(request, snapshot);
        for (int i = 1; i < dialogue.deliveries(); i++) {
            server.resume();
            attempt = courier.deliver(request, snapshot);
        }
        courier.closeIdle();
        server.checkOver();
        check(dialogue, request, attempt);
    }

    private static void check(DeliverDialogue dialogue, DeliveryRequest request, DeliveryAttempt attempt) {
        for (int number : request.recipients()) {
            Mailbox address = request.message().envelope().recipients().get(number).address();
            assertThat(words(attempt.outcomes().get(number))).as("outcome of " + address).isEqualTo(dialogue.outcomes().get(address.text()));
            if (attempt.outcomes().get(number) instanceof Outcome.Delivered delivered) {
                assertThat(dialogue.remarks()).doesNotContain(delivered.reportsOn() ? "reports here" : "reports there");
            }
        }
        assertThat(dialogue.outcomes()).hasSize(request.recipients().size());
        assertThat(attempt.ambiguous()).isEqualTo(dialogue.remarks().contains("ambiguous"));
    }

    private static String words(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> "delivered";
            case Outcome.Deferred deferred -> "deferred " + status(deferred.cause());
            case Outcome.Failed failed -> "failed " + status(failed.cause());
            case Outcome.Expanded expanded -> "expanded";
            case Outcome.Removed removed -> "removed";
            case null -> "none";
        };
    }

    private static String status(Cause cause) {
        return cause.status().toString();
    }

    private static DeliveryRequest request(DeliverDialogue.Given given) {
        byte[] content = DeliverDialogue.octets(given.get("content", "Subject: one\\r\\n\\r\\nbody\\r\\n"));
        List<Recipient> recipients = new ArrayList<>();
        for (String address : given.get("to", "b@example.org").split(" ")) {
            recipients.add(Recipient.of(Mailbox.of(address), new RcptParameters(reportOn(given), null)));
        }
        QueuedMessage message = new QueuedMessage(
                new QueueId(1),
                new Envelope(from(given.get("from", "a@example.net")), parameters(given), recipients),
                origin(given),
                given.has("by") ? java.time.Instant.parse("2026-11-25T00:00:00Z") : java.time.Instant.EPOCH,
                new ContentFacts(content.length, body(given), given.has("utf8-headers"), headerSize(content), null, null, 0, Priority.NORMAL, 0),
                Collections.nCopies(recipients.size(), RecipientState.Waiting.from(java.time.Instant.EPOCH)));
        List<Integer> numbers = IntStream.range(0, recipients.size()).boxed().toList();
        return new DeliveryRequest(message, numbers, List.of(way(given)), content(content), recognition(given), stamp(given));
    }

    private static int headerSize(byte[] content) {
        int empty = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        return empty < 0 ? 0 : empty + 2;
    }

    /// One token for everybody, and no older one is known.
    private static Stamp stamp(DeliverDialogue.Given given) {
        String token = given.values().get("trace");
        return token == null ? Stamp.NONE : (message, way, recipients) -> Optional.of(new Stamp.Trace() {
            @Override
            public String field() {
                return "X-Trace-Site";
            }

            @Override
            public int length(int recipients) {
                return token.length();
            }

            @Override
            public String token(List<Mailbox> recipients) {
                return token;
            }

            @Override
            public @Nullable String envelopeId() {
                return given.values().get("own-envid");
            }

            @Override
            public boolean isOurs(String text) {
                return text.startsWith("OURS");
            }
        });
    }

    private static EnumSet<ReportOn> reportOn(DeliverDialogue.Given given) {
        if (!given.has("notify")) {
            return null;
        }
        EnumSet<ReportOn> set = EnumSet.noneOf(ReportOn.class);
        for (String word : given.get("notify", "").split(",")) {
            if (!word.equals("NEVER")) {
                set.add(ReportOn.valueOf(word));
            }
        }
        return set;
    }

    private static ReversePath from(String text) {
        return text.equals("<>") ? ReversePath.NULL : new ReversePath.To(Mailbox.of(text));
    }

    private static BodyType body(DeliverDialogue.Given given) {
        return Stream.of(BodyType.values()).filter(type -> type.keyword().equals(given.get("body", "7BIT"))).findFirst().orElseThrow();
    }

    private static MailParameters parameters(DeliverDialogue.Given given) {
        ReturnContent returnContent = given.has("ret") ? ReturnContent.valueOf(given.get("ret", "")) : null;
        return new MailParameters(OptionalLong.empty(), body(given), given.has("utf8"), returnContent, given.values().get("envid"), timing(given));
    }

    /// `given by 120;R`, `given mt-priority 3`.
    private static Timing timing(DeliverDialogue.Given given) {
        String[] by = given.get("by", "0;N").split(";");
        DeliverBy deliverBy = given.has("by") ? new DeliverBy(Long.parseLong(by[0]), by[1].startsWith("R"), by[1].endsWith("T")) : null;
        return new Timing(deliverBy, given.has("mt-priority") ? Integer.valueOf(given.get("mt-priority", "")) : null, null);
    }

    private static Way way(DeliverDialogue.Given given) {
        boolean lmtp = given.get("protocol", "smtp").equals("lmtp");
        List<Exchange> exchanges = IntStream.rangeClosed(1, Integer.parseInt(given.get("servers", "1")))
                .mapToObj(i -> new Exchange("mx" + i + ".example.org", List.of(ScriptedServer.address(i)))).toList();
        return new Way(new NextHop.Named("hop"), lmtp ? Way.Protocol.LMTP : Way.Protocol.SMTP, exchanges, lmtp || given.has("inside"));
    }

    private static Recognition recognition(DeliverDialogue.Given given) {
        String mark = given.values().get("ourselves");
        return mark == null ? Recognition.NONE
                : meeting -> meeting.hello().lines().contains(mark) ? new Recognition.Sight.Ourselves(new LoopEvidence("L3", "it is us", null, List.of())) : new Recognition.Sight.Stranger();
    }

    private static Content content(byte[] content) {
        return new Content() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content);
            }
        };
    }

    /// `given xforward HELO`: a next hop that is told of the client, who said that. `given tls MODE`: one with that much TLS.
    private static Map<String, Settings.Hop> hops(DeliverDialogue.Given given) {
        if (!given.has("xforward") && !given.has("tls")) {
            return Map.of();
        }
        String tls = given.get("tls", "off");
        boolean implicit = tls.equals("implicit");
        Optional<Settings.TlsMode> mode = given.has("tls") ? Optional.of(Settings.TlsMode.valueOf(implicit ? "REQUIRED" : tls.toUpperCase(Locale.ROOT))) : Optional.empty();
        return Map.of("hop", new Settings.Hop("hop", Way.Protocol.SMTP, "hop", 25, Optional.empty(), null, Optional.empty(), null, given.has("xforward"), false, List.of(),
                Settings.Hop.ETRN_EVERY, mode, List.of(), null, implicit, new SourceLine("test", 1)));
    }

    private static Origin origin(DeliverDialogue.Given given) {
        if (!given.has("xforward")) {
            return new Origin.Report(null);
        }
        InetSocketAddress door = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);
        InetSocketAddress client = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::9"), 40000);
        return new Origin.Received(new Client("internet", door, client, new Hello(true, given.get("xforward", "")), null, "S"), "ESMTP");
    }

    private static Snapshot snapshot(DeliverDialogue.Given given) {
        Duration day = Duration.ofDays(1);
        Duration minute = Duration.ofMinutes(1);
        Settings.Timeouts timeouts = new Settings.Timeouts(minute, minute, minute, minute, minute, minute);
        return new Snapshot(1, new Settings(
                new Settings.Connector(Domain.of("mx.example.com"), Path.of("/nowhere"), Mailbox.of("postmaster@example.com"), null),
                new Settings.Identity(List.of(), List.of(), 25),
                List.of(),
                List.of(),
                List.of(),
                hops(given),
                List.of(),
                new Settings.Loop(new Settings.LoopbackSetting(Settings.Loopback.TURN_AROUND, "loopback", null), 100),
                new Settings.Queue(List.of(day), day, List.of(), Map.of()),
                new Settings.Delivery(10, 10, List.of(), !given.get("reuse", "yes").equals("no"), null, timeouts),
                new Settings.Limits(ByteSize.mebibytes(50), 100, 100, 100, 20, day, ByteSize.mebibytes(1), 1000),
                new Settings.Dns(List.of()),
                new Settings.Tracking(day, ByteSize.mebibytes(1)),
                new Settings.Log("info", "text", null)));
    }
}
