// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Listener;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Forwarder;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;

/// A simulated world with one connector, the very class that {@code main} starts: it listens at 10.0.0.5:25, serves {@code example.com} and delivers it to a store inside.
/// The client 10.0.0.21 may send to anywhere. A scenario adds what it is about: names, servers, mapped addresses, proxies.
final class LoopWorld {
    static final InetSocketAddress DOOR = at("10.0.0.5:25");
    /// An address of the Internet at which nobody is, for mappings.
    static final String OUTSIDE = "198.51.100.9";
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    final World world;
    final SimulatedHost connectorHost;
    final Sink store;
    final Ledger ledger = new Ledger();
    private final SimulatedHost inside;
    private Connector connector;
    private int letters;

    /// What a scenario does.
    interface Body {
        void play(LoopWorld world) throws Exception;
    }

    private LoopWorld(World world) {
        this.world = world;
        connectorHost = world.host("connector", "10.0.0.5");
        inside = world.host("client", "10.0.0.21");
        store = sink("store", "10.0.0.9:24", true);
    }

    /// Runs a scenario.
    /// @param more configuration; what it says of next hops and domains comes beside those of the site
    static void run(String more, Body body) {
        run(more, Map.of(), body);
    }

    /// @param files on the connector's disk, by their paths
    static void run(String more, Map<String, String> files, Body body) {
        World world = new World(7);
        LoopWorld loops = new LoopWorld(world);
        world.run(() -> {
            loops.store.start();
            loops.host().start("operator", () -> files.forEach(loops::write)).join();
            loops.host().start("main", () -> loops.start(more)).join();
            body.play(loops);
        });
    }

    private void write(String path, String text) {
        Disk disk = connectorHost.platform().disk();
        try {
            disk.createFolders(Path.of(path).getParent());
            try (Disk.File file = disk.create(Path.of(path))) {
                file.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), 0);
                file.force(true);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// A server at an address that sends on what it is given, when it is told to.
    /// @param change what it does to the content
    Forwarder forwarder(String address, String to, UnaryOperator<byte[]> change) throws IOException {
        Sink sink = started("forwarder " + address, address);
        return new Forwarder(sink, host(sink.address().getAddress().getHostAddress()).platform(), world.chance("forwarder " + address), DOOR, to, change);
    }

    private SimulatedHost host() {
        return connectorHost;
    }

    private void start(String more) {
        try {
            connector = start(connectorHost, """
                    connector { hostname = "mx1.example.com", data = "/data", postmaster = "postmaster@example.com" }
                    listeners { internet { address = "0.0.0.0:25" } }
                    trusted-networks = ["10.0.0.0/8"]
                    queue { retry = [1m, 5m], lifetime = 1h }
                    %s
                    """.formatted(beside(beside(more, "domains", "\"example.com\" { recipients = any, deliver-to = store }"), "next-hops", "store { url = \"lmtp://10.0.0.9:24\" }")));
        } catch (Exception e) {
            throw new AssertionError("the connector does not start", e);
        }
    }

    private static String beside(String more, String object, String entry) {
        String opening = object + " {";
        return more.contains(opening) ? more.replace(opening, opening + " " + entry + ", ") : more + "\n" + opening + " " + entry + " }";
    }

    /// Another connector, on a host of its own.
    static Connector start(SimulatedHost host, String configuration) throws Exception {
        return Connector.start(host.platform(), new LiveConfig(new Snapshot(1, ConfigLoader.parse(configuration).orThrow())), 1);
    }

    Connector connector() {
        return Objects.requireNonNull(connector);
    }

    /// The machine at an address.
    SimulatedHost host(String address) {
        InetAddress at = InetAddress.ofLiteral(address);
        return world.hosts().stream().filter(host -> host.addresses().contains(at)).findFirst().orElseGet(() -> world.host("host " + address, address));
    }

    /// Sends one letter from any machine.
    Ledger.Entry offerFrom(String client, Letter letter) throws InterruptedException {
        int before = ledger.entries().size();
        offerFrom(client, List.of(letter));
        return ledger.entries().get(before);
    }

    /// Sends letters from any machine, in one session.
    void offerFrom(String client, List<Letter> letters) throws InterruptedException {
        SimulatedHost machine = host(client);
        machine.start("send", () -> {
            try {
                new Client(machine.platform(), world.chance("client " + letters.getFirst().id()), ledger, "client.example").send(DOOR, Client.Manner.PLAIN, letters);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).join();
    }

    /// A server that takes everything.
    Sink sink(String name, String address, boolean lmtp) {
        InetSocketAddress at = at(address);
        SimulatedHost machine = world.hosts().stream().filter(host -> host.addresses().contains(at.getAddress())).findFirst()
                .orElseGet(() -> world.host(name, at.getAddress().getHostAddress()));
        return new Sink(machine.platform(), at, lmtp, name, Sink.ALL, Behaviour.COMPLIANT);
    }

    /// The same, listening.
    Sink started(String name, String address) throws IOException {
        Sink sink = sink(name, address, false);
        sink.start();
        return sink;
    }

    /// Sends one letter from inside and waits until the queue is at rest.
    /// @return what the client was told
    Ledger.Entry send(String to) throws Exception {
        Ledger.Entry entry = offer(to);
        settle();
        return entry;
    }

    /// Sends one letter from inside.
    Ledger.Entry offer(String to) throws InterruptedException {
        return offer(Letter.random(world.chance("letter " + letters), "L" + letters++, "anna@example.com", List.of(to), 3));
    }

    /// The same from somebody else.
    Ledger.Entry offerAs(String from, String to) throws InterruptedException {
        return offer(Letter.random(world.chance("letter " + letters), "L" + letters++, from, List.of(to), 3));
    }

    /// The same letter with header fields before its own.
    /// @param fields whole lines, with CRLF
    Ledger.Entry offer(String fields, String to) throws InterruptedException {
        return offer(fields, "anna@example.com", to);
    }

    Ledger.Entry offer(String fields, String from, String to) throws InterruptedException {
        Letter letter = Letter.random(world.chance("letter " + letters), "L" + letters++, from, List.of(to), 3);
        return offer(new Letter(letter.id(), letter.from(), letter.to(), (fields + new String(letter.content(), ISO_8859_1)).getBytes(ISO_8859_1)));
    }

    private Ledger.Entry offer(Letter letter) throws InterruptedException {
        int before = ledger.entries().size();
        inside.start("send", () -> {
            try {
                new Client(inside.platform(), world.chance("client " + letter.id()), ledger, "client.example").send(DOOR, Client.Manner.PLAIN, List.of(letter));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).join();
        return ledger.entries().get(before);
    }

    /// Gives the connector time for what takes no retry.
    void settle() throws InterruptedException {
        world.time().sleep(Duration.ofSeconds(20));
    }

    /// Messages that the connector has accepted from clients: each pass of a letter counts.
    long accepted() {
        return connector().counters().accepted();
    }

    /// What the store was given, as text, but for letters that tell the postmaster of loops.
    List<String> stored() {
        return store.deliveries().stream().filter(delivery -> !Letter.isAlert(delivery.content())).map(delivery -> new String(delivery.content(), ISO_8859_1)).toList();
    }

    /// A proxy of TCP, on a host of its own.
    /// @param lines changes what the server says, line by line; an empty answer leaves the line out
    void proxy(String address, InetSocketAddress target, Function<String, String> lines) throws IOException {
        proxy(address, target, lines, line -> line);
    }

    /// @param commands changes what the client says
    void proxy(String address, InetSocketAddress target, Function<String, String> lines, Function<String, String> commands) throws IOException {
        InetSocketAddress at = at(address);
        SimulatedHost machine = world.host("proxy " + address, at.getAddress().getHostAddress());
        Listener listener = machine.platform().network().listen(at);
        machine.start("proxy", () -> {
            try {
                while (true) {
                    Connection client = listener.accept();
                    Connection server = machine.platform().network().connect(null, target, PATIENCE);
                    machine.start("forth", () -> pump(client, server, commands));
                    machine.start("back", () -> pump(server, client, lines));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void pump(Connection from, Connection to, Function<String, String> change) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[1000];
        try (from; to) {
            for (int got = from.read(buffer, 0, buffer.length, PATIENCE); got > 0; got = from.read(buffer, 0, buffer.length, PATIENCE)) {
                text.append(new String(buffer, 0, got, ISO_8859_1));
                for (int end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
                    String said = text.substring(0, end);
                    text.delete(0, end + 2);
                    String line = change.apply(said);
                    if (said.isEmpty() || !line.isEmpty()) {
                        byte[] octets = (line + "\r\n").getBytes(ISO_8859_1);
                        to.write(octets, 0, octets.length, PATIENCE);
                    }
                }
            }
        } catch (IOException e) {
            // One side is gone, and so is the other.
        }
    }

    static InetSocketAddress at(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

}
