// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.platform.Disk;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;

/// A connector, {@code mx1.site.example} at 192.0.2.1 and 10.0.0.5, that sends what is not for its site to the Internet; a store; and servers out there that send back what they get.
/// {@code fan@site.example} is an alias of {@code bob@far.example}.
final class ReturnWorld {
    static final InetSocketAddress INTERNET = at("192.0.2.1:25");
    static final InetSocketAddress INSIDE = at("10.0.0.5:25");
    private static final Duration LOOK = Duration.ofSeconds(2);

    final World world;
    final SimulatedHost host;
    final Sink store;
    final Ledger ledger = new Ledger();
    private final List<Machine> machines = new ArrayList<>();
    private @Nullable Connector connector;
    private String more;
    private int letters;

    interface Body {
        void play(ReturnWorld world) throws Exception;
    }

    private ReturnWorld(World world, String more) {
        this.world = world;
        this.more = more;
        world.budget(20_000_000, Duration.ofDays(90));
        world.zone().add("mx1.site.example A 192.0.2.1\nsite.example MX 10 mx1.site.example");
        host = world.host("connector", "192.0.2.1", "10.0.0.5");
        store = new Sink(world.host("store", "10.0.0.9").platform(), at("10.0.0.9:24"), true, "store", Sink.ALL, Behaviour.COMPLIANT);
    }

    /// @param more configuration beside that of the site
    static void run(String more, Body body) {
        World world = new World(5);
        ReturnWorld returns = new ReturnWorld(world, more);
        world.run(() -> {
            try (Disk.File file = returns.host.disk().create(Path.of("/aliases"))) {
                file.write(ByteBuffer.wrap("fan@site.example: bob@far.example\n".getBytes(ISO_8859_1)), 0);
            }
            returns.store.start();
            returns.start();
            body.play(returns);
        });
    }

    static InetSocketAddress at(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    private static LiveConfig configuration(String more) {
        return new LiveConfig(new Snapshot(1, ConfigLoader.parse("""
                connector { hostname = mx1.site.example, data = "/data", postmaster = "postmaster@site.example" }
                listeners { internet { address = "192.0.2.1:25" }, inside { address = "10.0.0.5:25" } }
                trusted-networks = ["10.0.0.0/8"]
                next-hops.mailstore { url = "lmtp://10.0.0.9:24" }
                domains."site.example" { kind = authoritative, recipients = any, deliver-to = mailstore, aliases = "file:/aliases" }
                queue.retry = [1m, 5m]
                """ + more + "\n").orThrow()));
    }

    void start() throws InterruptedException {
        LiveConfig config = configuration(more);
        connector = started(host, config);
    }

    /// Another connector, on a host of its own.
    Connector start(SimulatedHost other, String configuration) throws InterruptedException {
        return started(other, new LiveConfig(new Snapshot(1, ConfigLoader.parse(configuration).orThrow())));
    }

    private static Connector started(SimulatedHost host, LiveConfig config) throws InterruptedException {
        Connector[] made = new Connector[1];
        host.start("main", () -> {
            try {
                made[0] = Connector.start(host.platform(), config, 1);
            } catch (Exception e) {
                throw new AssertionError("the connector does not start", e);
            }
        }).join();
        return Objects.requireNonNull(made[0]);
    }

    /// It dies and comes back.
    void killAndStart() throws InterruptedException {
        host.kill();
        start();
    }

    void reload(String other) throws InterruptedException {
        more = other;
        host.start("reload", () -> connector().replace(configuration(other).current().settings())).join();
    }

    Connector connector() {
        return Objects.requireNonNull(connector);
    }

    /// What a machine does with what it gets: the recipient and the content that it sends on; none to keep it.
    interface Forwarding {
        @Nullable Letter forward(Letter got, String recipient);
    }

    /// A server elsewhere. It makes a report of what it cannot hand on.
    final class Machine {
        final Sink sink;
        final List<String> refusals = new ArrayList<>();
        private final SimulatedHost at;
        private final InetSocketAddress to;
        private final Forwarding forwarding;
        private final Ledger sent = new Ledger();
        private int done;

        private Machine(String name, InetSocketAddress address, InetSocketAddress to, Forwarding forwarding) throws IOException {
            this.at = world.host(name, address.getAddress().getHostAddress());
            this.to = to;
            this.forwarding = forwarding;
            this.sink = new Sink(at.platform(), address, false, name, Sink.ALL, Behaviour.COMPLIANT);
            sink.start();
            at.start("forwarder", this::work);
        }

        private void work() {
            try {
                while (true) {
                    at.platform().time().sleep(LOOK);
                    while (done < sink.deliveries().size()) {
                        Sink.Delivery one = sink.deliveries().get(done++);
                        for (String recipient : one.recipients()) {
                            Letter on = forwarding.forward(new Letter("x", one.from(), List.of(recipient), one.content()), recipient);
                            if (on != null) {
                                hand(on);
                            }
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void hand(Letter letter) throws InterruptedException {
            int before = sent.entries().size();
            new Client(at.platform(), world.chance("forward " + letter.id() + done), sent, "forwarder.example").send(to, Client.Manner.PLAIN, List.of(letter));
            Ledger.Entry entry = sent.entries().get(before);
            if (entry.end() == Ledger.End.REFUSED) {
                refusals.add(entry.refused().isEmpty() ? entry.reply() : entry.refused().values().iterator().next());
            }
        }
    }

    Machine machine(String name, String address, InetSocketAddress to, Forwarding forwarding) throws IOException {
        Machine machine = new Machine(name, at(address), to, forwarding);
        machines.add(machine);
        return machine;
    }

    /// Puts a Received line on top, as every relay does.
    static byte[] relayed(byte[] content) {
        return ("Received: from somewhere by forwarder.example with ESMTP id F1; Tue, 01 Jan 2030 00:00:00 +0000\r\n" + new String(content, ISO_8859_1)).getBytes(ISO_8859_1);
    }

    /// Takes all trace off: Received lines and private fields.
    static byte[] stripped(byte[] content) {
        String text = new String(content, ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        StringBuilder kept = new StringBuilder();
        boolean keep = true;
        for (String line : text.substring(0, end).split("\r\n")) {
            keep = line.startsWith(" ") || line.startsWith("\t") ? keep : !line.regionMatches(true, 0, "Received:", 0, 9) && !line.startsWith("X-Trace");
            if (keep) {
                kept.append(line).append("\r\n");
            }
        }
        return kept.append(text.substring(end + 2)).toString().getBytes(ISO_8859_1);
    }

    /// A letter as a person writes it.
    Letter letter(String from, List<String> to) {
        return Letter.random(world.chance("letter " + letters), "L" + letters++, from, to, 4);
    }

    /// The same with other content.
    static Letter with(Letter letter, UnaryOperator<String> change) {
        return new Letter(letter.id(), letter.from(), letter.to(), change.apply(new String(letter.content(), ISO_8859_1)).getBytes(ISO_8859_1));
    }

    /// Hands a letter over from inside.
    Ledger.Entry send(Letter letter) throws InterruptedException {
        return send(letter, "10.0.0.77", INSIDE, Client.Manner.PLAIN);
    }

    Ledger.Entry send(Letter letter, String client, InetSocketAddress door, Client.Manner manner) throws InterruptedException {
        InetAddress address = InetAddress.ofLiteral(client);
        SimulatedHost from = world.hosts().stream().filter(one -> one.addresses().contains(address)).findFirst().orElseGet(() -> world.host("client " + client, client));
        int before = ledger.entries().size();
        from.start("send", () -> {
            try {
                new Client(from.platform(), world.chance("client " + before), ledger, "client.example").send(door, manner, List.of(letter));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).join();
        return ledger.entries().get(before);
    }

    void pass(Duration time) throws InterruptedException {
        world.time().sleep(time);
    }

    /// What the store has got for an address.
    List<String> mailOf(String address) {
        return store.deliveries().stream().filter(one -> one.recipients().contains(address)).map(one -> new String(one.content(), ISO_8859_1)).toList();
    }

    /// All that the tracking has, as `isthmus trace` would find it.
    String tracked() throws Exception {
        host.start("sync", () -> {
            try {
                connector().syncTracking();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).join();
        StringBuilder text = new StringBuilder();
        Path folder = Path.of("/data/tracking");
        for (String name : host.disk().list(folder)) {
            try (Disk.File file = host.disk().open(folder.resolve(name))) {
                ByteBuffer octets = ByteBuffer.allocate((int) file.size());
                file.read(octets, 0);
                text.append(new String(octets.array(), ISO_8859_1));
            }
        }
        return text.toString();
    }
}
