// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Loaded;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.main.Connector;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.predict.KnownForwards;
import org.isthmus.predict.Prediction;
import org.isthmus.predict.Predictor;
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

/// Plays one topology: predicts it, then starts the connector in spite of everything and sends the letter.
final class TopologyRun {
    private static final Path FOLDER = Path.of("/etc/isthmus");
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Topology topology;
    private final World world = new World(11);
    private final Map<String, SimulatedHost> hosts = new HashMap<>();
    private final Map<String, Sink> sinks = new HashMap<>();
    private final List<Onward> onwards = new ArrayList<>();
    private final Ledger ledger = new Ledger();
    private SimulatedHost connectorHost;
    private SimulatedHost client;

    /// What came of it.
    /// @param prediction with what the loader and the directory say of loops
    /// @param end in the words of the verdict
    /// @param passes how often the letter came back over the wire
    /// @param later what the running connector predicts in the end
    record Result(Prediction prediction, String end, long passes, Prediction later) {}

    private TopologyRun(Topology topology) {
        this.topology = topology;
    }

    static Result play(Topology topology) {
        return new TopologyRun(topology).play();
    }

    /// Only the prediction.
    static Prediction predict(Topology topology) {
        TopologyRun run = new TopologyRun(topology);
        run.prepare();
        Prediction[] made = new Prediction[1];
        run.world.run(() -> made[0] = run.predict(run.load("isthmus.conf", run.connectorHost)));
        return made[0];
    }

    private void prepare() {
        world.zone().add(topology.zone());
        world.budget(5_000_000, Duration.ofDays(30));
        topology.world().forEach(line -> prepare(line.split(" +")));
    }

    private Result play() {
        prepare();
        Result[] result = new Result[1];
        world.run(() -> {
            for (Sink sink : sinks.values()) {
                sink.start();
            }
            for (Onward onward : onwards) {
                onward.start();
            }
            Loaded loaded = load("isthmus.conf", connectorHost);
            Prediction prediction = predict(loaded);
            Connector connector = start(connectorHost, loaded);
            others();
            result[0] = letter(prediction, connector);
        });
        return result[0];
    }

    private void prepare(String[] words) {
        List<String> options = Arrays.asList(words).subList(Math.min(words.length, 3), words.length);
        switch (words[0]) {
            case "connector" -> connectorHost = world.host("connector", Arrays.copyOfRange(words, 1, words.length));
            case "client" -> client = world.host("client", words[1]);
            case "map" -> world.network().map(LoopWorld.at(words[1]), LoopWorld.at(words[2]));
            case "store", "sink" -> sinks.put(words[1], sink(words[1], words[2], options));
            case "onward" -> onwards.add(new Onward(words[1], sink(words[1], words[2], List.of()), host(words[1], words[2]).platform(), world.chance(words[1]), options));
            case "isthmus" -> hosts.put(words[1], world.host(words[1], words[2]));
            default -> throw new IllegalArgumentException("world: " + String.join(" ", words));
        }
    }

    private SimulatedHost host(String name, String at) {
        String address = at.substring(0, at.lastIndexOf(':'));
        return world.hosts().stream().filter(host -> host.addresses().contains(LoopWorld.at(at).getAddress())).findFirst().orElseGet(() -> world.host(name, address));
    }

    private Sink sink(String name, String at, List<String> options) {
        String called = options.stream().filter(option -> option.startsWith("name=")).map(option -> option.substring(5)).findFirst().orElse(name);
        return new Sink(host(name, at).platform(), LoopWorld.at(at), options.contains("lmtp"), called, Sink.ALL, Behaviour.COMPLIANT);
    }

    private <T> T on(SimulatedHost host, Callable<T> work) throws InterruptedException {
        List<T> result = new ArrayList<>();
        host.start("work", () -> {
            try {
                result.add(work.call());
            } catch (Exception e) {
                throw new AssertionError(topology.name(), e);
            }
        }).join();
        return result.getFirst();
    }

    private Loaded load(String file, SimulatedHost host) throws InterruptedException {
        return on(host, () -> {
            Disk disk = host.platform().disk();
            disk.createFolders(FOLDER);
            for (Map.Entry<String, String> one : topology.files().entrySet()) {
                try (Disk.File open = disk.create(FOLDER.resolve(one.getKey()))) {
                    open.write(ByteBuffer.wrap(one.getValue().getBytes(UTF_8)), 0);
                }
            }
            return ConfigLoader.load(FOLDER.resolve(file), name -> null, disk);
        });
    }

    private Prediction predict(Loaded loaded) throws InterruptedException {
        return on(connectorHost, () -> {
            Settings settings = settings(loaded);
            Platform platform = connectorHost.platform();
            FileDirectory directory = new FileDirectory(platform.disk(), platform.time());
            List<Problem> known = new ArrayList<>(loaded.problems());
            known.addAll(directory.problems(settings));
            SiteIdentity identity = SiteIdentity.of(settings, Map.of(), platform.network().localAddresses());
            return new Predictor(new Snapshot(1, settings), identity, directory, forwards()).withDns(platform.dns(), platform, LIMIT).with(known);
        });
    }

    private KnownForwards forwards() {
        return () -> topology.known().stream().map(line -> line.split(" ", 3)).map(words -> new KnownForwards.Forward(Mailbox.of(words[0]), Mailbox.of(words[1]), words[2])).toList();
    }

    private static Settings settings(Loaded loaded) {
        return loaded.settings().orElseThrow(() -> new AssertionError(loaded.problems().toString()));
    }

    private Connector start(SimulatedHost host, Loaded loaded) throws InterruptedException {
        return on(host, () -> Connector.start(host.platform(), new LiveConfig(new Snapshot(1, settings(loaded))), 1));
    }

    private void others() throws InterruptedException {
        for (Map.Entry<String, SimulatedHost> other : hosts.entrySet()) {
            start(other.getValue(), load(other.getKey(), other.getValue()));
        }
    }

    private Result letter(Prediction prediction, Connector connector) throws Exception {
        String[] words = topology.letter().split(" ");
        String from = "u1@example.com";
        int size = 0;
        for (String word : words) {
            from = word.startsWith("from=") ? word.substring(5) : from;
            size = word.startsWith("size=") ? Integer.parseInt(word.substring(5)) : size;
        }
        String text = "X-Letter: circling\r\nFrom: <" + from + ">\r\nTo: <" + words[0] + ">\r\nDate: Tue, 01 Jan 2030 00:00:00 +0000\r\nMessage-ID: <circling@letters.example>\r\nSubject: a letter\r\n\r\n"
                + ("x".repeat(68) + "\r\n").repeat(1 + size / 70);
        Letter letter = new Letter("circling", from, List.of(words[0]), text.getBytes(ISO_8859_1));
        on(client, () -> {
            new Client(client.platform(), world.chance("client"), ledger, "client.example").send(LoopWorld.DOOR, Client.Manner.PLAIN, List.of(letter));
            return true;
        });
        world.time().sleep(Duration.ofHours(3));
        Ledger.Entry entry = ledger.entries().getFirst();
        boolean promised = entry.end() == Ledger.End.PROMISED;
        long passes = connector.counters().accepted() - (promised ? 1 : 0) + onwards.stream().mapToLong(Onward::refused).sum();
        String end = promised ? end(connector) : "refused " + entry.refused().getOrDefault(words[0], entry.reply());
        Prediction later = java.util.Objects.requireNonNull(connector.foresight().latest());
        on(connectorHost, () -> {
            connector.stop(Duration.ofMinutes(1));
            return true;
        });
        return new Result(prediction, end, passes, later);
    }

    private String end(Connector connector) throws IOException {
        List<QueuedMessage> queue = connector.queue().list(Selector.ALL, 10);
        if (queue.stream().flatMap(message -> message.states().stream()).anyMatch(state -> state instanceof RecipientState.Held)) {
            return "held";
        }
        if (!queue.isEmpty()) {
            return "waits";
        }
        for (Map.Entry<String, Sink> sink : sinks.entrySet()) {
            for (Sink.Delivery delivery : sink.getValue().deliveries()) {
                String content = new String(delivery.content(), ISO_8859_1);
                if (content.contains("\r\nStatus: ")) {
                    int at = content.indexOf("\r\nStatus: ") + 10;
                    return "returned " + content.substring(at, content.indexOf("\r\n", at)).strip();
                }
                if ("circling".equals(Letter.idOf(delivery.content()))) {
                    return "delivered " + sink.getKey();
                }
            }
        }
        return onwards.stream().flatMap(onward -> onward.refusals().stream()).findFirst().map(reply -> "refused there " + reply).orElse("gone");
    }
}
