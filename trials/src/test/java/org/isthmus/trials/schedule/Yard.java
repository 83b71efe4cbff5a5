// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.isthmus.address.Domain;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.schedule.QueueControl;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Moment;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Line;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;

/// A connector between its site's store, a shared LMTP store, and two partners, with a clock that a test moves.
final class Yard {
    static final InetSocketAddress DOOR = at("10.0.0.5");
    static final String SENDER = "anna@site.example";
    private static final String CONFIGURATION = """
            connector { hostname = "gate.site.example", data = "/data", postmaster = "postmaster@site.example" }
            listeners { inside { address = "10.0.0.5:25", max-hold = 7d } }
            trusted-networks = ["10.0.0.0/8"]
            domains {
              "site.example" { recipients = any, deliver-to = store, aliases = "file:/etc/isthmus/aliases" }
              "team.example" { recipients = any, deliver-to = team }
            }
            next-hops {
              store { url = "smtp://10.0.0.90:25" }, team { url = "lmtp://10.0.0.91:25" }
              left { url = "smtp://198.51.100.1:25" }, right { url = "smtp://198.51.100.2:25" }
            }
            """;
    static final String ROUTES = """
            routes = [{ to = "left.example", via = left }, { to = "right.example", via = right }]
            queue { retry = [1m, 10m, 1h], lifetime = 1d, delay-notice = [4h] }
            """;

    /// Without DSN, so that our reports are ours to write.
    private static final Set<String> EXTENSIONS = Set.of("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES");

    final World world = new World(5);
    final Sink store = sink("store.site.example", "10.0.0.90", false);
    final Sink team = sink("team.site.example", "10.0.0.91", true);
    final Sink left = sink("mx.left.example", "198.51.100.1", false);
    final Sink right = sink("mx.right.example", "198.51.100.2", false);
    final Ledger ledger = new Ledger();
    private final SimulatedHost host = world.host("gate", "192.0.2.25", "10.0.0.5");
    private final SimulatedHost client = world.host("client", "10.0.0.21");
    private final List<Duration> leftAttempts = new ArrayList<>();
    private Behaviour leftBehaves = Behaviour.COMPLIANT;
    private LiveConfig config = new LiveConfig(new Snapshot(1, settings(ROUTES)));
    private @Nullable Connector connector;
    private int letters;

    /// What a test does in it.
    interface Day {
        void live(Yard yard) throws Exception;
    }

    static void run(Day day) {
        run("", day);
    }

    /// @param aliases of the site
    static void run(String aliases, Day day) {
        Yard yard = new Yard();
        yard.world.run(() -> {
            for (Sink sink : List.of(yard.store, yard.team, yard.right, yard.left)) {
                sink.start();
            }
            yard.left.behave(yard::left);
            yard.write(aliases);
            yard.start();
            day.live(yard);
        });
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 25);
    }

    private Sink sink(String name, String address, boolean lmtp) {
        return new Sink(world.host(name, address).platform(), at(address), lmtp, name, EXTENSIONS, Behaviour.COMPLIANT);
    }

    private static Settings settings(String more) {
        return ConfigLoader.parse(CONFIGURATION + more).orThrow();
    }

    private void write(String aliases) throws IOException {
        Path file = Path.of("/etc/isthmus/aliases");
        host.disk().createFolders(file.getParent());
        try (Disk.File open = host.disk().create(file)) {
            open.write(ByteBuffer.wrap(aliases.getBytes(StandardCharsets.UTF_8)), 0);
        }
        host.disk().forceAll();
    }

    // The left partner.

    private Behaviour.Act left(Moment moment) {
        if (moment.stage() == Behaviour.Stage.GREETING) {
            leftAttempts.add(moment.now());
        }
        return leftBehaves.act(moment);
    }

    void leftBehaves(Behaviour behaviour) {
        leftBehaves = behaviour;
    }

    void leftRefuses(String recipient) {
        leftBehaves(Behaviour.refusing(recipient::equals));
    }

    /// When the left partner was called.
    List<Duration> leftAttempts() {
        return List.copyOf(leftAttempts);
    }

    /// Nobody answers at the left partner's address any more, or again.
    void leftReachable(boolean reachable) {
        SimulatedHost machine = world.hosts().stream().filter(one -> one.name().equals("mx.left.example")).findFirst().orElseThrow();
        if (reachable) {
            machine.boot();
            try {
                left.start();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        } else {
            machine.crash();
        }
    }

    // The connector.

    private void start() throws InterruptedException {
        host.start("main", () -> {
            try {
                connector = Connector.start(host.platform(), config, 1);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }).join();
    }

    Connector connector() {
        return Objects.requireNonNull(connector);
    }

    QueueControl queue() {
        return connector().queue();
    }

    /// The configuration of the file and what is given, from now on.
    void reload(String more) {
        connector().replace(settings(more));
    }

    /// A kill, or a power cut, and a start with the configuration of the file.
    void restart(boolean power) throws InterruptedException {
        if (power) {
            host.crash();
            host.boot();
        } else {
            host.kill();
        }
        config = new LiveConfig(new Snapshot(1, settings(ROUTES)));
        start();
    }

    // Mail.

    /// Sends a letter from the site; it is accepted when this returns.
    String send(String... to) throws InterruptedException {
        Letter letter = Letter.random(world.chance("letter " + ++letters), "L" + letters, SENDER, List.of(to), 5);
        client.start("client", () -> {
            try {
                new Client(client.platform(), world.chance("client " + letter.id()), ledger, "client.site.example").send(DOOR, Client.Manner.PLAIN, List.of(letter));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }).join();
        if (ledger.entries(Ledger.End.PROMISED).stream().noneMatch(entry -> entry.letter().id().equals(letter.id()) && entry.recipients().size() == to.length)) {
            throw new AssertionError("not accepted: " + ledger.entries().getLast());
        }
        return letter.id();
    }

    /// A short message whose envelope is written by the test, from a client of the site.
    void say(String mail, String... recipients) throws InterruptedException {
        client.start("client", () -> {
            try (Connection connection = client.platform().network().connect(null, DOOR, Duration.ofSeconds(30))) {
                Line line = new Line(connection, client.platform().time());
                List<String> all = new ArrayList<>(List.of("EHLO client.site.example", mail));
                all.addAll(List.of(recipients));
                all.addAll(List.of("DATA", "Subject: hello\r\n\r\nhello\r\n.", "QUIT"));
                String said = reply(line);
                for (String one : all) {
                    line.write(one + "\r\n", Duration.ofMinutes(1));
                    said = reply(line);
                    if (!said.startsWith("2") && !said.startsWith("354")) {
                        throw new AssertionError(one + " was answered " + said);
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).join();
    }

    /// A command to which the answer must be positive, from a client of the site.
    void ask(String command) throws InterruptedException {
        client.start("client", () -> {
            try (Connection connection = client.platform().network().connect(null, DOOR, Duration.ofSeconds(30))) {
                Line line = new Line(connection, client.platform().time());
                String said = reply(line);
                for (String one : List.of("EHLO client.site.example", command, "QUIT")) {
                    line.write(one + "\r\n", Duration.ofMinutes(1));
                    said = reply(line);
                    if (!said.startsWith("2")) {
                        throw new AssertionError(one + " was answered " + said);
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).join();
    }

    private static String reply(Line line) throws IOException {
        String reply = line.read(Duration.ofMinutes(1));
        while (reply.length() > 3 && reply.charAt(3) == '-') {
            reply = line.read(Duration.ofMinutes(1));
        }
        return reply;
    }

    void pass(Duration duration) throws InterruptedException {
        world.time().sleep(duration);
    }

    Duration now() {
        return world.time().elapsed();
    }

    /// What the connector's clock says.
    Instant clock() {
        return host.platform().time().now();
    }

    void jumpClock(Duration by) {
        host.jumpClock(by);
    }

    /// Lets time pass until something holds, a second at a time.
    /// @return how long it took
    Duration until(String what, Duration most, BooleanSupplier holds) throws InterruptedException {
        Duration begun = now();
        while (!holds.getAsBoolean()) {
            if (now().minus(begun).compareTo(most) > 0) {
                throw new AssertionError("not within " + most + ": " + what);
            }
            pass(Duration.ofSeconds(1));
        }
        return now().minus(begun);
    }

    static List<String> letters(Sink sink) {
        return sink.deliveries().stream().map(delivery -> Letter.idOf(delivery.content())).filter(Objects::nonNull).toList();
    }

    static boolean has(Sink sink, String letter) {
        return letters(sink).contains(letter);
    }

    /// Reports that the site's store was given, as text.
    List<String> reports() {
        return store.deliveries().stream().filter(delivery -> delivery.from().isEmpty())
                .map(delivery -> new String(delivery.content(), StandardCharsets.ISO_8859_1)).toList();
    }

    List<String> reports(String action) {
        return reports().stream().filter(report -> report.contains("Action: " + action)).toList();
    }

    /// What is in the queue, reports too.
    List<QueuedMessage> queued() {
        try {
            return queue().list(Selector.ALL, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// The states of a letter's recipients.
    List<RecipientState> states(String letter) {
        return queued().stream().filter(message -> ("<" + letter + "@letters.example>").equals(message.facts().messageId())).findFirst().orElseThrow().states();
    }

    RecipientState.Waiting waiting(String letter) {
        return (RecipientState.Waiting) states(letter).getFirst();
    }

    static Selector to(String domain) {
        return new Selector(Set.of(), Set.of(), Set.of(Domain.of(domain)), null, null, null, false);
    }
}
