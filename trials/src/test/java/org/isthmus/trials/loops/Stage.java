// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.LoopDesk;
import org.isthmus.main.Connector;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;

/// One connector, `mx1.site.example` at 192.0.2.1 and 10.0.0.5, with a store of its site, others' servers, and clients, for a play about loops.
final class Stage {
    static final InetSocketAddress INSIDE = at("10.0.0.5", 25);
    static final InetSocketAddress INTERNET = at("192.0.2.1", 25);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    final World world;
    final SimulatedHost host;
    final Ledger ledger = new Ledger();
    final Sink store;
    private final SimulatedHost client;
    private int letters;
    private String configuration = "";
    private @Nullable Connector connector;

    /// What happens on it.
    interface Play {
        void run() throws Exception;
    }

    Stage(long seed, String zone) {
        world = new World(seed);
        world.budget(50_000_000, Duration.ofDays(60));
        world.zone().add("mx1.site.example A 192.0.2.1\nsite.example MX 10 mx1.site.example\n" + zone);
        host = world.host("connector", "192.0.2.1", "10.0.0.5");
        client = world.host("client", "10.0.0.77");
        store = sink("store.site.example", "10.0.0.9", 24, true, Behaviour.COMPLIANT);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    Sink sink(String name, String address, int port, boolean lmtp, Behaviour behaviour) {
        return new Sink(world.host(name, address).platform(), at(address, port), lmtp, name, Sink.ALL, behaviour);
    }

    /// A box that hands every connection on to another address, as NAT and TCP proxies do.
    void proxy(String name, InetSocketAddress from, InetSocketAddress to) throws IOException {
        Platform box = world.host(name, from.getAddress().getHostAddress()).platform();
        Listener listener = box.network().listen(from);
        box.threads().start(name, () -> {
            try {
                while (true) {
                    Connection one = listener.accept();
                    Connection other = box.network().connect(null, to, LIMIT);
                    box.threads().start(name + " in", () -> pump(one, other));
                    box.threads().start(name + " out", () -> pump(other, one));
                }
            } catch (IOException e) {
                throw new AssertionError(name, e);
            }
        });
    }

    private static void pump(Connection from, Connection to) {
        byte[] bytes = new byte[8192];
        try {
            for (int count = from.read(bytes, 0, bytes.length, LIMIT); count >= 0; count = from.read(bytes, 0, bytes.length, LIMIT)) {
                to.write(bytes, 0, count, LIMIT);
            }
        } catch (IOException e) {
            // One of them is gone, and so the other goes.
        } finally {
            from.close();
            to.close();
        }
    }

    /// Runs a play with the connector under a configuration; the parts that all have are added.
    void play(String more, List<Sink> sinks, Play play) {
        configuration = more;
        world.run(() -> {
            store.start();
            for (Sink sink : sinks) {
                sink.start();
            }
            start();
            play.run();
            onHost(() -> running().stop(Duration.ofMinutes(1)));
        });
    }

    private static Settings settings(String more) {
        return ConfigLoader.parse("""
                connector { hostname = mx1.site.example, data = "/data", postmaster = "postmaster@site.example" }
                listeners { internet { address = "192.0.2.1:25" }, inside { address = "10.0.0.5:25" } }
                trusted-networks = ["10.0.0.0/8"]
                next-hops.mailstore { url = "lmtp://10.0.0.9:24" }
                domains { "site.example" { kind = authoritative, recipients = any, deliver-to = mailstore } }
                queue.retry = [1m, 5m]
                """ + more + "\n").orThrow();
    }

    void start() throws Exception {
        Platform platform = host.platform();
        LiveConfig config = new LiveConfig(new Snapshot(1, settings(configuration)));
        onHost(() -> connector = Connector.start(platform, config, 1));
    }

    /// A new configuration, as a reload brings it.
    void reload(String more) throws Exception {
        configuration = more;
        onHost(() -> running().replace(settings(more)));
    }

    /// Sends all that a sink keeps back to the connector, each once, from the sink's own host.
    void sendBack(Sink sink, BreakerPlayTest.Sender sender) {
        Platform platform = world.hosts().stream().filter(one -> one.addresses().contains(sink.address().getAddress())).findFirst().orElseThrow().platform();
        platform.threads().start("send back", () -> {
            int done = 0;
            Ledger back = new Ledger();
            try {
                while (true) {
                    world.time().sleep(Duration.ofMillis(10));
                    List<Sink.Delivery> all = sink.deliveries();
                    for (; done < all.size(); done++) {
                        Sink.Delivery one = all.get(done);
                        if (one.recipients().stream().allMatch(sender.only)) {
                            String hop = "Received: from [192.0.2.1] by provider with ESMTP; Tue, 01 Jan 2030 00:00:00 +0000\r\n";
                            byte[] head = hop.getBytes(StandardCharsets.US_ASCII);
                            byte[] content = java.util.Arrays.copyOf(head, head.length + one.content().length);
                            System.arraycopy(one.content(), 0, content, head.length, one.content().length);
                            new Client(platform, world.chance("back " + done), back, "provider").send(INSIDE, Client.Manner.PLAIN,
                                    List.of(new Letter("B" + done, one.from(), one.recipients(), content)));
                            Ledger.Entry entry = back.entries().getLast();
                            if (entry.end() == Ledger.End.REFUSED) {
                                sender.refused.add(entry.refused().isEmpty() ? entry.reply() : entry.refused().values().iterator().next());
                            }
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// A new configuration for the next start.
    void nextStart(String more) {
        configuration = more;
    }

    void killAndStart() throws Exception {
        connector = null;
        host.kill();
        start();
    }

    Connector running() {
        return java.util.Objects.requireNonNull(connector, "the connector runs");
    }

    LoopDesk loops() {
        return running().loops();
    }

    void pass(Duration time) throws InterruptedException {
        world.time().sleep(time);
    }

    /// Sends as many letters of one recipient each from the inside, one after the other.
    /// @return what each was answered at last
    List<String> send(String from, List<String> recipients) throws InterruptedException {
        List<Letter> batch = new ArrayList<>();
        for (String to : recipients) {
            batch.add(Letter.random(world.chance("letter " + ++letters), "L" + letters, from, List.of(to), 5));
        }
        int before = ledger.entries().size();
        client.start("send", () -> {
            try {
                new Client(client.platform(), world.chance("client " + letters), ledger, "client.site.example").send(INSIDE, Client.Manner.PLAIN, batch);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }).join();
        return ledger.entries().subList(before, ledger.entries().size()).stream()
                .map(entry -> entry.refused().isEmpty() ? entry.reply() : entry.refused().values().iterator().next()).toList();
    }

    /// Letters that a sink has, by number, and how often.
    static Map<String, Integer> letters(Sink sink) {
        Map<String, Integer> letters = new TreeMap<>();
        sink.deliveries().forEach(delivery -> {
            String id = Letter.idOf(delivery.content());
            if (id != null) {
                letters.merge(id, 1, Integer::sum);
            }
        });
        return letters;
    }

    /// What the store has for an address, without what letters say.
    List<String> mailOf(String address) {
        return store.deliveries().stream().filter(delivery -> delivery.recipients().contains(address) && Letter.idOf(delivery.content()) == null)
                .map(delivery -> new String(delivery.content(), StandardCharsets.UTF_8).replace("=\r\n", "")).toList();
    }

    /// Letters of ours to the postmaster that tell of loops at once, and not as a digest.
    List<String> alerts() {
        return mailOf("postmaster@site.example").stream().filter(text -> text.contains("Auto-Submitted: auto-generated") && !text.contains("hourly digest")).toList();
    }

    int held() throws Exception {
        int[] count = new int[1];
        onHost(() -> {
            for (QueuedMessage message : running().queue().list(Selector.ALL, Integer.MAX_VALUE)) {
                count[0] += (int) message.states().stream().filter(state -> state instanceof RecipientState.Held held && held.by().equals("breaker")).count();
            }
        });
        return count[0];
    }

    int queued() throws Exception {
        int[] count = new int[1];
        onHost(() -> count[0] = running().queue().list(Selector.ALL, Integer.MAX_VALUE).size());
        return count[0];
    }

    /// Does something as the connector's host would.
    void onHost(Play task) throws Exception {
        Channel<Throwable> done = world.threads().channel(1);
        Throwable fine = new Throwable("fine");
        host.start("task", () -> {
            try {
                task.run();
                done.offer(fine);
            } catch (Exception | AssertionError e) {
                done.offer(e);
            }
        });
        Throwable end = done.receive();
        if (end instanceof AssertionError wrong) {
            throw wrong;
        }
        if (end != fine) {
            throw new AssertionError(end);
        }
    }

    void nothingIsLeft() throws Exception {
        assertThat(queued()).isZero();
        assertThat(loops().breaker().circuits()).isEmpty();
    }

    static Set<String> domains(LoopDesk loops) {
        return loops.loops().stream().map(loop -> loop.domain()).collect(java.util.stream.Collectors.toSet());
    }
}
