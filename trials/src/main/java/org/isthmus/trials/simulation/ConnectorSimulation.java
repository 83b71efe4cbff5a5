// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.isthmus.platform.Channel;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.simulation.Subject.Waiting;
import org.isthmus.trials.world.Chance;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.trials.world.RunFailed;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.jspecify.annotations.Nullable;

/// One run of a whole connector: a random site, random traffic in and out, random trouble for some hours, then quiet until all is delivered, and the {@link Findings}.
///
/// The program is restarted by a service manager whenever it dies. At the end it is killed and started once more, and must know the same queue as before.
public final class ConnectorSimulation {
    private static final Duration BUSY = Duration.ofHours(6);
    private static final Duration LONGEST = Duration.ofDays(20);
    /// Longer than any message's lifetime: what has not moved for so long is held.
    private static final Duration STILL = Duration.ofDays(6);
    private static final Duration RESTART = Duration.ofSeconds(5);

    private final long seed;
    private final Subject subject;
    private final World world;
    private final Chance chance;
    private final Site site;
    private final SimulatedHost host;
    private final Ledger ledger = new Ledger();
    private final List<Sink> sinks = new ArrayList<>();
    private final List<Sink> traps = new ArrayList<>();
    private final Map<String, SimulatedHost> clients = new HashMap<>();
    private final Accidents accidents = new Accidents();
    private final Tally tally = new Tally();
    /// Wakes the service manager.
    private final Channel<String> changes;
    private Subject.@Nullable Program program;
    private boolean down;
    private boolean meddled;
    private int clientsBusy;

    private ConnectorSimulation(long seed, Subject subject) {
        this.seed = seed;
        this.subject = subject;
        this.world = new World(seed);
        world.budget(5_000_000, Duration.ofDays(60));
        this.changes = world.threads().channel(1);
        this.chance = world.chance("simulation");
        this.site = Site.random(world.chance("site"));
        world.zone().add(site.zone());
        this.host = world.host("connector", Site.INTERNET.getAddress().getHostAddress(), Site.INSIDE.getAddress().getHostAddress());
        host.diskLatency(Duration.ofMillis(chance.oneOf(0, 1, 20)));
        site.stores().forEach(store -> sinks.add(sink(store.name(), store.address(), store.lmtp())));
        site.remotes().forEach(remote -> remote.exchangers().stream().filter(exchanger -> !exchanger.dead()).forEach(exchanger -> sinks.add(sink(exchanger.name(), exchanger.address(), false))));
        site.nullMx().forEach(none -> traps.add(sink(none.domain(), none.trap(), false)));
        Site.INSIDE_CLIENTS.forEach(address -> clients.put(address, world.host("client " + address, address)));
        Site.OUTSIDE_CLIENTS.forEach(address -> clients.put(address, world.host("client " + address, address)));
    }

    /// Runs a seed; a problem is an {@link AssertionError} that tells how to run it again.
    public static Tally run(long seed, Subject subject) {
        return new ConnectorSimulation(seed, subject).run();
    }

    /// Runs many seeds, on all processors.
    /// @throws AssertionError of the first seed in order that failed, with the numbers of all that did
    public static Tally run(LongStream seeds, Supplier<Subject> subjects) {
        Tally tally = new Tally();
        Map<Long, AssertionError> failures = new ConcurrentSkipListMap<>();
        seeds.parallel().forEach(seed -> {
            try {
                tally.add(run(seed, subjects.get()));
            } catch (AssertionError e) {
                failures.put(seed, e);
            }
        });
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.size() + " seeds failed: " + failures.keySet() + "; the first:\n" + failures.values().iterator().next().getMessage());
        }
        return tally;
    }

    /// The line that runs a seed again.
    public static String replay(long seed) {
        return "mvn -q -pl trials -am test -Dtest=ConnectorSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dseed=" + seed;
    }

    private Tally run() {
        List<String> problems = new ArrayList<>();
        try {
            world.run(() -> problems.addAll(play()));
        } catch (RunFailed e) {
            throw new AssertionError("seed " + seed + " failed; again by: " + replay(seed) + "\n" + e.getMessage(), e);
        }
        if (!problems.isEmpty()) {
            throw new AssertionError("seed " + seed + " broke a promise; again by: " + replay(seed) + "\n" + String.join("\n", problems) + "\nlast events:\n" + String.join("\n", world.history().tail(40)));
        }
        tally.add("runs", 1);
        tally.add("steps", world.steps());
        tally.add("virtual hours", world.time().elapsed().toHours());
        return tally;
    }

    private List<String> play() throws Exception {
        for (Sink sink : sinks) {
            sink.start();
        }
        for (Sink trap : traps) {
            trap.start();
        }
        world.threads().start("service manager", this::manage);
        List<Traffic.Session> sessions = new Traffic(site, world.chance("traffic")).sessions(BUSY);
        clientsBusy = sessions.size();
        for (Traffic.Session session : sessions) {
            world.threads().start("traffic", () -> quietly(() -> send(session)));
        }
        for (Trouble trouble : Trouble.random(site, world.chance("trouble"), BUSY)) {
            Duration until = trouble.at().minus(world.time().elapsed());
            world.time().sleep(until);
            make(trouble);
        }
        world.time().sleep(BUSY.minus(world.time().elapsed()));
        calm();
        Set<Waiting> waiting = drain();
        List<String> problems = new ArrayList<>(new Findings(site, ledger, sinks, traps, waiting, accidents, subject.reportsOnce(), tally).problems());
        problems.addAll(recovery(waiting));
        return problems;
    }

    // The program.

    private void manage() {
        quietly(() -> {
            while (true) {
                if (program == null && !down) {
                    host.start("main", this::start).join();
                    if (program == null && !down) {
                        // What a start that failed began must not go on.
                        host.kill();
                    }
                }
                if (program != null || down) {
                    changes.receive();
                } else {
                    world.time().sleep(RESTART);
                }
            }
        });
    }

    private void start() {
        try {
            program = subject.start(host.platform(), site);
            tally.add("starts", 1);
        } catch (Exception e) {
            tally.add("failed starts", 1);
        }
    }

    private void die(boolean power) {
        accidents.died(world.time().elapsed());
        program = null;
        down = true;
        if (power) {
            tally.add("crashes", 1);
            host.crash();
        } else {
            tally.add("kills", 1);
            host.kill();
        }
    }

    /// A stop in good order takes its time, while the trouble goes on.
    private void stop(Duration lasts) {
        Subject.Program stopping = program;
        if (stopping == null) {
            return;
        }
        tally.add("stops", 1);
        world.threads().start("stop", () -> quietly(() -> {
            host.start("stop", () -> quietly(stopping::stop)).join();
            if (program != stopping) {
                return;
            }
            accidents.stopped(world.time().elapsed());
            program = null;
            down = true;
            host.kill();
            world.time().sleep(lasts);
            rise(false);
        }));
    }

    private void meddle(Subject.@Nullable Meddling how) {
        Subject.Program now = program;
        meddled = true;
        if (now != null && how != null) {
            tally.add("meddlings", 1);
            host.start("operator", () -> {
                try {
                    now.meddle(how);
                } catch (IOException e) {
                    tally.add("failed meddlings", 1);
                }
            });
        }
    }

    private void rise(boolean power) {
        if (power) {
            host.boot();
        }
        down = false;
        changes.offer("up");
    }

    // Traffic.

    private void send(Traffic.Session session) throws InterruptedException {
        world.time().sleep(session.at());
        SimulatedHost client = clients.get(session.client());
        if (client == null) {
            throw new IllegalStateException("no client " + session.client());
        }
        client.start("session", () -> quietly(() -> new Client(client.platform(), world.chance("client " + session.at()), ledger, "client.example").send(session.server(), session.manner(), session.letters()))).join();
        clientsBusy--;
    }

    private Sink sink(String name, InetSocketAddress address, boolean lmtp) {
        SimulatedHost machine = world.host(name, address.getAddress().getHostAddress());
        Chance moods = world.chance("sink " + name);
        return new Sink(machine.platform(), address, lmtp, name, moods.coin() ? Sink.ALL : Set.of("8BITMIME", "ENHANCEDSTATUSCODES"), mood(moods).or(Behaviour.refusing(to -> Site.user(to).equals(Site.GHOST))));
    }

    /// How a server behaves while the run is busy.
    private static Behaviour mood(Chance moods) {
        Duration start = Duration.ofMinutes(moods.below(300));
        Duration end = start.plus(Duration.ofMinutes(moods.below(120)));
        Act act = moods.oneOf(new Act.Say("451 4.3.0 not now"), new Act.Say("421 4.3.2 going down"), new Act.Hang(Duration.ofHours(3)), new Act.Close(), new Act.KeepAndClose(), new Act.Delay(Duration.ofMinutes(3)));
        double often = moods.oneOf(0.05, 0.3, 1.0);
        return switch (moods.below(4)) {
            case 0 -> Behaviour.COMPLIANT;
            case 1 -> Behaviour.between(start, end, Behaviour.at(moods.oneOf(Stage.values()), act));
            case 2 -> Behaviour.between(Duration.ZERO, BUSY, Behaviour.sometimes(moods.fork("often"), often, moods.oneOf(Stage.values()), act));
            default -> Behaviour.greylisting(Duration.ofMinutes(10));
        };
    }

    // Trouble.

    private void make(Trouble trouble) {
        tally.add("troubles", 1);
        switch (trouble) {
            case Trouble.Network network -> {
                accidents.networkTrouble(network.at(), network.at().plus(network.lasts()));
                lasting(network.lasts(), () -> world.network().faults(NetworkFaults.stormy(network.each())), () -> world.network().faults(NetworkFaults.CALM));
            }
            case Trouble.Dns dns -> lasting(dns.lasts(), () -> world.zone().trouble(dns.name(), dns.kind()), () -> world.zone().calm(dns.name()));
            case Trouble.Disk disk -> {
                accidents.diskTrouble(disk.at(), disk.at().plus(disk.lasts()));
                lasting(disk.lasts(), () -> host.disk().failOften(disk.operation(), disk.probability()), () -> host.disk().failOften(disk.operation(), 0));
            }
            case Trouble.Full full -> {
                accidents.diskTrouble(full.at(), full.at().plus(full.lasts()));
                lasting(full.lasts(), () -> host.disk().capacity(0), () -> host.disk().capacity(Long.MAX_VALUE));
            }
            case Trouble.Kill kill -> lasting(kill.down(), () -> die(false), () -> rise(false));
            case Trouble.Crash crash -> lasting(crash.down(), () -> die(true), () -> rise(true));
            case Trouble.Stop stop -> stop(stop.down());
            case Trouble.Operator operator -> lasting(operator.lasts(), () -> meddle(operator.how()), () -> meddle(operator.back()));
            case Trouble.Clock clock -> host.jumpClock(clock.by());
        }
    }

    private void lasting(Duration lasts, Runnable begin, Runnable end) {
        begin.run();
        world.threads().start("end of trouble", () -> quietly(() -> {
            world.time().sleep(lasts);
            end.run();
        }));
    }

    /// Waits until the last trouble has gone by itself.
    private void calm() throws InterruptedException {
        world.time().sleep(Duration.ofHours(1));
        if (down) {
            throw new IllegalStateException("the host is still down");
        }
        world.network().faults(NetworkFaults.CALM);
        if (meddled) {
            meddle(Subject.Meddling.RESTORE);
            meddle(Subject.Meddling.RESUME);
            meddle(Subject.Meddling.RELEASE);
        }
    }

    /// Waits until nothing waits any more, or until nothing has moved for longer than a lifetime, or until no delivery could still be under way.
    private Set<Waiting> drain() throws InterruptedException, IOException {
        Set<Waiting> waiting = Set.of();
        Duration moved = world.time().elapsed();
        while (world.time().elapsed().compareTo(LONGEST) < 0) {
            world.time().sleep(Duration.ofMinutes(30));
            Subject.Program now = program;
            if (now == null) {
                continue;
            }
            Set<Waiting> before = waiting;
            waiting = now.waiting();
            if (!waiting.equals(before) || clientsBusy > 0) {
                moved = world.time().elapsed();
            }
            if (world.time().elapsed().minus(moved).compareTo(STILL) > 0) {
                return waiting;
            }
            if (waiting.isEmpty() && clientsBusy == 0) {
                world.time().sleep(Duration.ofHours(3));
                return now.waiting();
            }
        }
        return waiting;
    }

    /// After one more death and start the queue is what it was; nothing is left open.
    private List<String> recovery(Set<Waiting> before) throws InterruptedException, IOException {
        List<String> problems = new ArrayList<>();
        if (program == null) {
            problems.add("the program does not start any more");
            return problems;
        }
        if (host.connections() > 0) {
            problems.add(host.connections() + " connections of the connector have outlived all limits");
        }
        boolean power = chance.coin();
        die(power);
        rise(power);
        world.time().sleep(Duration.ofMinutes(1));
        Subject.Program again = program;
        if (again == null) {
            problems.add("the program does not start any more after the last death");
        } else {
            Set<Waiting> missing = new HashSet<>(before);
            missing.removeAll(again.waiting());
            Set<Waiting> extra = new HashSet<>(again.waiting());
            extra.removeAll(before);
            extra.removeIf(this::mayReturn);
            if (!missing.isEmpty() || !extra.isEmpty()) {
                problems.add("the last death took from the queue " + missing + " and brought into it " + extra);
            }
        }
        return problems;
    }

    private boolean mayReturn(Waiting waiting) {
        return ledger.entries(Ledger.End.REFUSED).stream()
                .anyMatch(entry -> entry.letter().id().equals(waiting.letter()) && Findings.mayHave(entry, waiting.recipient(), world.time().elapsed(), accidents));
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private static void quietly(Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts here", e);
        }
    }
}
