// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.isthmus.trials.world.Chance;
import org.isthmus.trials.world.SimulatedDisk;
import org.isthmus.trials.world.Zone;
import org.jspecify.annotations.Nullable;

/// What will go wrong, and when.
sealed interface Trouble {
    Duration at();

    /// The network of all misbehaves.
    record Network(Duration at, Duration lasts, double each) implements Trouble {}

    /// A name and all below it is in trouble; the empty name is all of DNS.
    record Dns(Duration at, Duration lasts, String name, Zone.Trouble kind) implements Trouble {}

    /// Operations of the connector's disk fail.
    record Disk(Duration at, Duration lasts, SimulatedDisk.Operation operation, double probability) implements Trouble {}

    /// The disk is full.
    record Full(Duration at, Duration lasts) implements Trouble {}

    /// The program dies.
    record Kill(Duration at, Duration down) implements Trouble {}

    /// The program is told to end, and started again.
    record Stop(Duration at, Duration down) implements Trouble {}

    /// An operator does something, and takes it back.
    record Operator(Duration at, Duration lasts, Subject.Meddling how, Subject.@Nullable Meddling back) implements Trouble {}

    /// The power goes.
    record Crash(Duration at, Duration down) implements Trouble {}

    /// The connector's wall clock jumps.
    record Clock(Duration at, Duration by) implements Trouble {}

    static List<Trouble> random(Site site, Chance chance, Duration during) {
        List<Trouble> all = new ArrayList<>();
        long count = chance.below(9);
        for (int i = 0; i < count; i++) {
            Duration at = Duration.ofNanos(chance.below(during.toNanos()));
            Duration lasts = Duration.ofSeconds(chance.between(1, 3_000));
            all.add(switch (chance.below(9)) {
                case 0 -> new Network(at, lasts, chance.oneOf(0.02, 0.1, 0.3));
                case 1 -> new Dns(at, lasts, chance.coin() ? "" : chance.oneOf(site.remotes()).domain(), chance.oneOf(Zone.Trouble.values()));
                case 2 -> new Disk(at, lasts, chance.oneOf(SimulatedDisk.Operation.values()), chance.oneOf(0.05, 0.3, 1.0));
                case 3 -> new Full(at, lasts);
                case 4 -> new Kill(at, Duration.ofSeconds(chance.below(300)));
                case 5 -> new Crash(at, Duration.ofSeconds(chance.below(300)));
                case 6 -> new Stop(at, Duration.ofSeconds(chance.below(300)));
                case 7 -> operator(at, lasts, chance);
                default -> new Clock(at, Duration.ofMinutes(chance.between(-1_440, 1_440)));
            });
        }
        for (Trouble trouble : List.copyOf(all)) {
            if (trouble instanceof Disk disk && chance.happens(0.3)) {
                // A program that has to start while its disk is in trouble.
                all.add(new Kill(disk.at.plus(Duration.ofNanos(chance.below(disk.lasts.toNanos()))), Duration.ZERO));
            }
        }
        if (chance.happens(0.3)) {
            // An operator who is busy while the rest goes on.
            for (int i = 0; i < 10; i++) {
                all.add(operator(Duration.ofNanos(chance.below(during.toNanos())), Duration.ofSeconds(chance.between(1, 600)), chance));
            }
        }
        all.sort(Comparator.comparing(Trouble::at));
        return all;
    }

    private static Operator operator(Duration at, Duration lasts, Chance chance) {
        return switch (chance.below(4)) {
            case 0 -> new Operator(at, lasts, Subject.Meddling.FLUSH, null);
            case 1 -> new Operator(at, lasts, Subject.Meddling.HOLD, Subject.Meddling.RELEASE);
            case 2 -> new Operator(at, lasts, Subject.Meddling.SUSPEND, Subject.Meddling.RESUME);
            default -> new Operator(at, lasts, Subject.Meddling.RECONFIGURE, Subject.Meddling.RESTORE);
        };
    }
}
