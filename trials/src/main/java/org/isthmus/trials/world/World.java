// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;

/// A simulated world: everything that can differ between two runs follows from the seed, so that a run can be repeated event for event.
///
/// Hosts have addresses, disks and clocks; the programs on them get a {@link org.isthmus.platform.Platform} and run as they would outside. Each actor is a virtual thread, but only
/// the one that holds the baton runs. Every platform call hands it back, and the seed says who is next; when all wait, time jumps. So an hour takes a moment, and no test waits.
///
/// A scenario may prepare hosts before {@link #run}, and starts actors in it. The run ends when the scenario's body returns; all other actors are then stopped. It fails if any actor
/// throws, if all wait for each other, or if the budget is used up. One world makes one run. Programs under trial must block in the platform only.
///
/// ```java
/// World world = new World(42);
/// SimulatedHost server = world.host("server", "192.0.2.1");
/// world.run(() -> {
///     server.start("server", () -> serve(server.platform()));
///     world.time().sleep(Duration.ofHours(1));
/// });
/// ```
public final class World {
    /// What a scenario does.
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    private final long seed;
    private final Chance chance;
    private final Baton baton;
    private final SimulatedNetwork network;
    private final SimulatedTime time;
    private final SimulatedProcess outside;
    private final Zone zone = new Zone();
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private boolean ran;

    public World(long seed) {
        this.seed = seed;
        this.chance = new Chance(seed);
        this.baton = new Baton(chance.fork("order"));
        this.network = new SimulatedNetwork(chance.fork("network"));
        this.time = new SimulatedTime(baton);
        this.outside = new SimulatedProcess(baton, "");
        budget(10_000_000, Duration.ofDays(365));
    }

    public long seed() {
        return seed;
    }

    /// A run may not take more steps or more virtual time than this.
    public void budget(long steps, Duration virtualTime) {
        baton.limits(steps, virtualTime);
    }

    /// Exceptions of this kind end their actor, but not the run.
    public void tolerate(Predicate<Throwable> exceptions) {
        baton.tolerate(exceptions);
    }

    /// A source of chance of one's own.
    public Chance chance(String name) {
        return chance.fork("scenario " + name);
    }

    /// A new machine.
    /// @param addresses IP addresses; 127.0.0.1 and the like it has in any case
    public SimulatedHost host(String name, String... addresses) {
        List<InetAddress> parsed = new ArrayList<>();
        for (String address : addresses) {
            parsed.add(InetAddress.ofLiteral(address));
        }
        SimulatedHost host = new SimulatedHost(this, baton, name, parsed, chance.fork("host " + name));
        hosts.add(host);
        network.add(host);
        return host;
    }

    public List<SimulatedHost> hosts() {
        return List.copyOf(hosts);
    }

    public SimulatedNetwork network() {
        return network;
    }

    /// What DNS says in this world; may change while it runs.
    public Zone zone() {
        return zone;
    }

    /// The world's own clock, which never jumps.
    public Time time() {
        return time;
    }

    /// Actors and channels that belong to no host.
    public Threads threads() {
        return outside;
    }

    /// Steps made so far.
    public long steps() {
        return baton.steps();
    }

    /// What has happened.
    public History history() {
        return baton.history();
    }

    /// Runs the scenario to its end.
    /// @throws RunFailed if it did not end well
    public History run(Body scenario) {
        if (ran) {
            throw new IllegalStateException("a world makes one run");
        }
        ran = true;
        baton.run(outside.startFirst("scenario", () -> {
            try {
                scenario.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ScenarioEnded(e);
            }
        }));
        Throwable failure = baton.failure();
        if (failure != null) {
            Throwable cause = failure instanceof ScenarioEnded && failure.getCause() != null ? failure.getCause() : failure;
            throw new RunFailed("world " + seed + ": " + cause + "\n" + baton.report() + "last events:\n" + String.join("\n", history().tail(60)), cause);
        }
        return history();
    }

    /// Carries a checked exception out of the scenario.
    private static final class ScenarioEnded extends RuntimeException {
        ScenarioEnded(Exception cause) {
            super(cause);
        }
    }
}
