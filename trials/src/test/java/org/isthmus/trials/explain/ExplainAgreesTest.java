// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.explain;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Loaded;
import org.isthmus.config.Snapshot;
import org.isthmus.explain.Explainer;
import org.isthmus.explain.Explanation;
import org.isthmus.explain.Question;
import org.isthmus.main.Connector;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.schedule.Forecast.Prospect;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Facts;
import org.isthmus.tracking.Trace;
import org.isthmus.tracking.TraceQuery;
import org.isthmus.tracking.TraceSearch;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Step;
import org.isthmus.trials.explain.GeneratedSite.Envelope;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.Chance;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What explain says is what the server does: generated configurations and envelopes go through both, and what the tracking log has of the one is compared with the other,
/// step by step. Left out are only the order of servers of equal preference, which is chance, and the age of DNS answers.
class ExplainAgreesTest {
    private static final int WORLDS = 60;
    private static final int ENVELOPES = 12;
    private static final Path FILE = Path.of("/conf/isthmus.conf");
    private static final Path DATA = Path.of("/data");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Map<String, Integer> seen = new TreeMap<>();
    private int compared;

    @Test
    void generatedEnvelopesGoTheWayThatWasExplained() {
        int worlds = 0;
        for (long seed = 0; worlds < WORLDS; seed++) {
            worlds += compare(seed) ? 1 : 0;
            assertThat(seed).as("most generated configurations are good ones").isLessThan(WORLDS * 4);
        }
        assertThat(compared).isGreaterThanOrEqualTo(500);
        assertThat(seen).as("%s", seen).containsKeys("refused", "goes", "held", "waits", "fails", "becomes", "suspended", "tls");
    }

    /// @return false if the configuration of this seed is none that a server would start with
    private boolean compare(long seed) {
        World world = new World(seed);
        Chance chance = world.chance("explain");
        GeneratedSite site = GeneratedSite.random(chance);
        world.zone().add(site.zone());
        SimulatedHost host = world.host("connector", GeneratedSite.ADDRESS, "10.0.0.5");
        Map<String, SimulatedHost> clients = new HashMap<>();
        for (String address : List.of(GeneratedSite.STRANGER, GeneratedSite.TRUSTED)) {
            clients.put(address, world.host("client " + address, address));
        }
        Loaded loaded = load(host.disk(), site);
        if (loaded.settings().isEmpty()) {
            return false;
        }
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < ENVELOPES; i++) {
            envelopes.add(Envelope.random(chance));
        }
        List<Sink> sinks = sinks(world);
        world.run(() -> {
            for (Sink sink : sinks) {
                sink.start();
            }
            Platform platform = host.platform();
            LiveConfig config = new LiveConfig(new Snapshot(1, loaded.orThrow()));
            Connector connector = within(world, host, () -> Connector.start(platform, config, 1));
            for (Envelope envelope : envelopes) {
                String context = "seed " + seed + ", " + envelope + "\n" + site.configuration();
                Explanation explained = within(world, host, () -> explain(platform, config.current(), connector, envelope));
                String answer = within(world, clients.get(envelope.client()), () -> send(clients.get(envelope.client()).platform(), connector.addresses().get(envelope.listener()), envelope));
                world.time().sleep(Duration.ofMinutes(3));
                within(world, host, () -> {
                    connector.syncTracking();
                    check(context, explained, answer, platform.disk(), connector);
                    return true;
                });
                compared++;
            }
            within(world, host, () -> {
                connector.stop(Duration.ofMinutes(1));
                return true;
            });
        });
        return true;
    }

    /// Somebody takes everything at every address, so that no destination is silent and waits for its next turn.
    private static List<Sink> sinks(World world) {
        List<Sink> sinks = new ArrayList<>();
        for (String address : List.of("10.0.0.9", "10.0.0.10", "198.51.100.9", "198.51.100.10", "198.51.100.11", "198.51.100.12", "198.51.100.13", "198.51.100.20")) {
            Platform platform = world.host(address, address).platform();
            for (int port : new int[] {24, 25, 587}) {
                sinks.add(new Sink(platform, new InetSocketAddress(InetAddress.ofLiteral(address), port), port == 24, "sink.example", Sink.ALL, Behaviour.COMPLIANT));
            }
        }
        return sinks;
    }

    private static Loaded load(Disk disk, GeneratedSite site) {
        try {
            disk.createFolders(FILE.getParent());
            write(disk, FILE, site.configuration());
            for (Map.Entry<String, String> file : site.files().entrySet()) {
                write(disk, FILE.resolveSibling(file.getKey()), file.getValue());
            }
            return ConfigLoader.load(FILE, name -> null, disk);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(Disk disk, Path path, String text) throws IOException {
        try (Disk.File file = disk.create(path)) {
            file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
            file.force(true);
        }
    }

    private interface Task<T> {
        T run() throws Exception;
    }

    private record Done<T>(T result, Throwable failure) {}

    /// Runs on a host.
    private static <T> T within(World world, SimulatedHost host, Task<T> task) throws Exception {
        Channel<Done<T>> done = world.threads().channel(1);
        host.start("task", () -> {
            try {
                done.offer(new Done<>(task.run(), null));
            } catch (Exception | AssertionError e) {
                done.offer(new Done<>(null, e));
            }
        });
        Done<T> end = done.receive();
        if (end.failure() instanceof AssertionError wrong) {
            throw wrong;
        }
        if (end.failure() != null) {
            throw new AssertionError(end.failure());
        }
        return end.result();
    }

    private static Explanation explain(Platform platform, Snapshot snapshot, Connector connector, Envelope envelope) throws IOException {
        OptionalLong size = envelope.size() == 0 ? OptionalLong.empty() : OptionalLong.of(envelope.size());
        return new Explainer(platform, snapshot, connector.addresses())
                .explain(new Question(envelope.to(), envelope.from(), InetAddress.ofLiteral(envelope.client()), envelope.listener(), size));
    }

    /// The real thing: a client on another host.
    /// @return the first reply that was a refusal, or the one to the end of data
    private static String send(Platform platform, InetSocketAddress server, Envelope envelope) throws IOException {
        try (Connection connection = platform.network().connect(null, server, LIMIT)) {
            String size = envelope.size() == 0 ? "" : " SIZE=" + envelope.size();
            String line = "x".repeat(78) + "\r\n";
            String content = "Subject: explain\r\n\r\n" + line.repeat(envelope.size() / line.length()) + ".\r\n";
            String reply = hear(connection);
            for (String say : List.of("EHLO [" + envelope.client() + "]\r\n", "MAIL FROM:<" + envelope.from() + ">" + size + "\r\n", "RCPT TO:<" + envelope.to() + ">\r\n", "DATA\r\n", content)) {
                byte[] octets = say.getBytes(US_ASCII);
                connection.write(octets, 0, octets.length, LIMIT);
                reply = hear(connection);
                if (reply.charAt(0) > '3') {
                    return reply;
                }
            }
            return reply;
        }
    }

    private static String hear(Connection connection) throws IOException {
        StringBuilder heard = new StringBuilder();
        byte[] bytes = new byte[2000];
        while (true) {
            int count = connection.read(bytes, 0, bytes.length, LIMIT);
            if (count < 0) {
                throw new IOException("the server has closed: " + heard);
            }
            heard.append(new String(bytes, 0, count, US_ASCII));
            int last = heard.lastIndexOf("\r\n", Math.max(0, heard.length() - 3));
            String line = heard.substring(last < 0 ? 0 : last + 2);
            if (heard.toString().endsWith("\r\n") && line.length() > 3 && line.charAt(3) == ' ') {
                return line.strip();
            }
        }
    }

    private void check(String context, Explanation explained, String answer, Disk disk, Connector connector) throws IOException {
        boolean positive = answer.charAt(0) == '2';
        assertThat(explained.accepted()).as("%s\nthe server said %s, explain %s", context, answer, explained.reply()).isEqualTo(positive);
        if (positive) {
            accepted(context, explained, answer, disk, connector);
        } else {
            refused(context, explained, answer, disk);
        }
    }

    private void refused(String context, Explanation explained, String answer, Disk disk) throws IOException {
        count("refused");
        int trace = answer.lastIndexOf(" (trace ");
        String bare = trace < 0 ? answer : answer.substring(0, trace);
        assertThat(explained.reply().text()).as(context).isEqualTo(bare);
        if (trace >= 0) {
            String id = answer.substring(trace + 8, answer.length() - 1);
            List<Trace> traces = find(disk, id);
            assertThat(traces).as("%s\n%s", context, id).hasSize(1);
            assertThat(steps(encoded(explained.steps()))).as(context).isEqualTo(steps(traces.getFirst().events().getFirst()));
        }
    }

    private void accepted(String context, Explanation explained, String answer, Disk disk, Connector connector) throws IOException {
        QueueId id = java.util.Arrays.stream(answer.split("[^0-9A-Z]+")).map(QueueId::parse).flatMap(Optional::stream).findFirst().orElseThrow();
        List<JsonNode> events = find(disk, id.toString()).getFirst().events();
        assertThat(steps(encoded(explained.steps()))).as(context).isEqualTo(steps(events.getFirst().path("recipients").get(0)));
        Map<Integer, JsonNode> routed = first(events, "routed");
        Map<Integer, JsonNode> settled = first(events, "settled");
        Map<Integer, JsonNode> held = first(events, "held");
        for (Prospect prospect : explained.prospects()) {
            int n = prospect.number();
            String about = context + "\nrecipient " + n + " " + prospect.recipient().address() + ": " + prospect.outcome() + "\n" + events;
            if (prospect.fate() instanceof Fate.Goes goes && goes.suspended() != null) {
                // Nothing is recorded of a recipient that waits at a suspended destination; the queue knows that it was not tried.
                count("suspended");
                assertThat(routed).as(about).doesNotContainKey(n);
                assertThat(connector.queue().show(id).orElseThrow().states().get(n)).as(about)
                        .isInstanceOfSatisfying(RecipientState.Waiting.class, waiting -> assertThat(waiting.attempts()).isZero());
                continue;
            }
            assertThat(routed).as(about).containsKey(n);
            assertThat(unordered(prospect.outcome())).as(about).isEqualTo(unordered(routed.get(n).path("outcome").asString()));
            assertThat(routed.get(n).path("to").asString()).as(about).isEqualTo(prospect.recipient().address().text());
            assertThat(steps(encoded(prospect.steps().stream().filter(step -> !isTls(step)).toList()))).as(about).isEqualTo(steps(routed.get(n)));
            shielded(about, prospect, events);
            fate(about, prospect, settled.get(n), held.get(n));
        }
        int real = (int) routed.keySet().stream().filter(n -> explained.prospects().stream().noneMatch(p -> p.number() == n)).count();
        assertThat(real).as("%s\nrecipients that explain did not foresee: %s", context, events).isZero();
    }

    private static boolean isTls(Step step) {
        return step.stage().equals("tls");
    }

    /// What decided about the TLS of each server that was tried is what explain said of it.
    private void shielded(String about, Prospect prospect, List<JsonNode> events) {
        List<Step> said = prospect.steps().stream().filter(ExplainAgreesTest::isTls).toList();
        for (JsonNode event : events) {
            boolean concerns = event.path("recipients").values().stream().anyMatch(one -> one.path("n").asInt(-1) == prospect.number());
            if (!event.path("event").asString().equals("attempted") || !concerns) {
                continue;
            }
            for (JsonNode tried : event.path("tried").values()) {
                for (JsonNode step : tried.path("steps").values()) {
                    count("tls");
                    String outcome = tried.path("peer").path("name").asString() + ": " + step.path("outcome").asString();
                    List<String> evidence = step.path("evidence").values().stream().map(one -> one.asString("")).toList();
                    assertThat(said).as(about).anySatisfy(one -> {
                        assertThat(one.rule()).isEqualTo(step.path("rule").asString());
                        assertThat(one.outcome()).isEqualTo(outcome);
                        assertThat(one.evidence()).isEqualTo(evidence);
                    });
                }
            }
        }
    }

    private void fate(String about, Prospect prospect, JsonNode settled, JsonNode held) {
        switch (prospect.fate()) {
            case Fate.Goes goes -> count("goes");
            case Fate.Held keeps -> {
                count("held");
                assertThat(held).as(about).isNotNull();
                assertThat(held.path("why").asString()).as(about).isEqualTo(keeps.why());
            }
            case Fate.Waits waits -> {
                count("waits");
                cause(about, settled, "deferred", new Outcome.Deferred(waits.cause()));
            }
            case Fate.Fails fails -> {
                count("fails");
                cause(about, settled, "failed", new Outcome.Failed(fails.cause()));
            }
            case Fate.Becomes becomes -> {
                count("becomes");
                assertThat(settled).as(about).isNotNull();
                assertThat(settled.path("into").values().stream().map(JsonNode::asInt).toList()).as(about).isEqualTo(becomes.numbers());
            }
        }
    }

    private static void cause(String about, JsonNode settled, String outcome, Outcome explained) {
        assertThat(settled).as(about).isNotNull();
        assertThat(settled.path("outcome").asString()).as(about).isEqualTo(outcome);
        Event event = new Event.Settled(java.time.Instant.EPOCH, new QueueId(0), 0, Mailbox.of("a@b.example"), explained, 0, null);
        JsonNode cause = Facts.decode(Facts.encode(event)).orElseThrow().path("cause");
        for (String field : List.of("kind", "status", "problem", "why", "finding", "rule", "domain")) {
            assertThat(cause.path(field)).as("%s\n%s of the cause", about, field).isEqualTo(settled.path("cause").path(field));
        }
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    private static List<Trace> find(Disk disk, String text) throws IOException {
        return new TraceSearch(DATA, disk).find(TraceQuery.of(text), null, null, 10).traces().stream().filter(trace -> trace.id().equals(text)).toList();
    }

    private static Map<Integer, JsonNode> first(List<JsonNode> events, String kind) {
        Map<Integer, JsonNode> first = new LinkedHashMap<>();
        events.stream().filter(event -> event.path("event").asString().equals(kind)).forEach(event -> first.putIfAbsent(event.path("n").asInt(), event));
        return first;
    }

    private static JsonNode encoded(List<org.isthmus.transit.Step> steps) {
        return Facts.decode(Facts.encode(new Event.Routed(java.time.Instant.EPOCH, new QueueId(0), 0, Mailbox.of("a@b.example"), "", steps))).orElseThrow();
    }

    /// Stage, rule and place of each step; outcomes without what is chance in them.
    private static List<String> steps(JsonNode holder) {
        List<String> steps = new ArrayList<>();
        for (JsonNode step : holder.path("steps").values()) {
            steps.add(step.path("stage").asString() + " | " + step.path("rule").asString() + " | " + step.path("at").asString() + " | " + unordered(step.path("outcome").asString()));
        }
        return steps;
    }

    private static TreeSet<String> unordered(String text) {
        return new TreeSet<>(List.of(text.split("[ ,]+")));
    }
}
