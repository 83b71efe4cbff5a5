// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ByteSize;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Threads;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// A courier on a make-believe network, with one server at {@link #ADDRESS}. A test changes what it is about and delivers.
final class Bench {
    static final InetSocketAddress ADDRESS = at("192.0.2.1");
    static final String TEXT = "Subject: test\r\n\r\nHello\r\n";

    final FakeNetwork network = new FakeNetwork();
    final FakeServer server = new FakeServer();
    final List<Runnable> started = new ArrayList<>();
    final SmtpCourier courier = new SmtpCourier(network, network, new KeepingThreads(), new NoChance());

    ReversePath from = new ReversePath.To(Mailbox.of("sender@example.net"));
    MailParameters parameters = MailParameters.NONE;
    List<Recipient> recipients = List.of(Recipient.of(Mailbox.of("b@example.org"), RcptParameters.NONE));
    byte[] content = TEXT.getBytes(StandardCharsets.UTF_8);
    @Nullable Content otherContent;
    BodyType body = BodyType.SEVENBIT;
    boolean utf8Headers;
    Way.Protocol protocol = Way.Protocol.SMTP;
    boolean inside;
    boolean reuse = true;
    @Nullable InetAddress source;
    @Nullable Domain ehloName;
    List<Way> ways = List.of();
    Recognition recognition = Recognition.NONE;
    Stamp stamp = Stamp.NONE;
    Origin origin = new Origin.Report(null);
    Settings.Timeouts timeouts = new Settings.Timeouts(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(2), Duration.ofMinutes(3), Duration.ofMinutes(10));
    Map<String, Settings.Hop> hops = Map.of();

    Bench() {
        network.servers.put(ADDRESS, server);
    }

    static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 25);
    }

    FakeServer serverAt(String address) {
        FakeServer other = new FakeServer();
        network.servers.put(at(address), other);
        return other;
    }

    Bench lmtp() {
        protocol = Way.Protocol.LMTP;
        inside = true;
        return this;
    }

    Bench to(int count) {
        recipients = IntStream.range(0, count).mapToObj(i -> Recipient.of(Mailbox.of("u" + i + "@example.org"), RcptParameters.NONE)).toList();
        return this;
    }

    Bench to(String... addresses) {
        recipients = Stream.of(addresses).map(a -> Recipient.of(Mailbox.of(a), RcptParameters.NONE)).toList();
        return this;
    }

    /// One way with one exchange for each address.
    Bench exchanges(String... addresses) {
        ways = List.of(way("hop", addresses));
        return this;
    }

    Way way(String hop, String... addresses) {
        List<Exchange> exchanges = Stream.of(addresses).map(a -> new Exchange("mx-" + a, List.of(at(a)))).toList();
        return new Way(new NextHop.Named(hop), protocol, exchanges, inside);
    }

    DeliveryAttempt deliver() throws InterruptedException {
        return courier.deliver(request(), snapshot());
    }

    /// For tests with one recipient.
    Outcome outcome() throws InterruptedException {
        return deliver().outcomes().get(0);
    }

    DeliveryRequest request() {
        ContentFacts facts = new ContentFacts(content.length, body, utf8Headers, headerSize(), null, null, 0, Priority.NORMAL, 0);
        QueuedMessage message = new QueuedMessage(
                QueueId.at(network.now()),
                new Envelope(from, parameters, recipients),
                origin,
                network.now(),
                facts,
                Collections.nCopies(recipients.size(), RecipientState.Waiting.from(network.now())));
        List<Way> way = ways.isEmpty()
                ? List.of(new Way(new NextHop.Named("hop"), protocol, List.of(new Exchange("mx.example.org", List.of(ADDRESS))), inside))
                : ways;
        List<Integer> all = IntStream.range(0, recipients.size()).boxed().toList();
        return new DeliveryRequest(message, all, way, otherContent == null ? bytes(content) : otherContent, recognition, stamp);
    }

    private int headerSize() {
        int empty = new String(content, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        return empty < 0 ? 0 : empty + 2;
    }

    static Content bytes(byte[] content) {
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

    private Snapshot snapshot() {
        Duration day = Duration.ofDays(1);
        return new Snapshot(1, new Settings(
                new Settings.Connector(Domain.of("mx1.example.com"), Path.of("/nowhere"), Mailbox.of("postmaster@example.com"), null),
                new Settings.Identity(List.of(), List.of(), 25),
                List.of(),
                List.of(),
                List.of(),
                hops,
                List.of(),
                new Settings.Loop(new Settings.LoopbackSetting(Settings.Loopback.TURN_AROUND, "loopback", null), 100),
                new Settings.Queue(List.of(day), day, List.of(), Map.of()),
                new Settings.Delivery(10, 10, List.of(), reuse, source, ehloName, timeouts),
                new Settings.Limits(ByteSize.mebibytes(50), 100, 100, 100, 20, day, ByteSize.mebibytes(1), 1000),
                new Settings.Dns(List.of()),
                new Settings.Tracking(day, ByteSize.mebibytes(1)),
                new Settings.Log("info", "text", null)));
    }

    static Settings.Hop hop(String name, String source) {
        return new Settings.Hop(name, Way.Protocol.SMTP, "host", 25, Optional.empty(), InetAddress.ofLiteral(source), Optional.empty(), new SourceLine("test", 1));
    }

    static MailParameters announced(BodyType body, boolean utf8) {
        return new MailParameters(OptionalLong.empty(), body, utf8, null, null);
    }

    /// Keeps what was to be started, for the test to run.
    private final class KeepingThreads implements Threads {
        @Override
        public Actor start(String name, Runnable body) {
            started.add(body);
            return new Actor() {
                @Override
                public void interrupt() {}

                @Override
                public void join() {}
            };
        }

        @Override
        public Actor startOnOwnThread(String name, Runnable body) {
            return start(name, body);
        }

        @Override
        public <T> Channel<T> channel(int capacity) {
            throw new UnsupportedOperationException("no channel is needed here");
        }
    }

    private static final class NoChance implements Entropy {
        @Override
        public void fill(byte[] into) {}

        @Override
        public long below(long bound) {
            return 0;
        }
    }
}
