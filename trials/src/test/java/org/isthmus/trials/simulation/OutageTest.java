// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// A disk that does not work for an hour: the server tells its clients, tries again now and then, and neither wears the disk out nor leaves heaps of files behind.
class OutageTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.isthmus");
    private static final Duration OUTAGE = Duration.ofHours(1);

    private final Ledger ledger = new Ledger();

    @BeforeAll
    static void becomeSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void becomeLoud() {
        LOG.setLevel(null);
    }

    @ParameterizedTest
    @EnumSource(value = Operation.class, names = {"FORCE", "WRITE", "CREATE", "FORCE_FOLDER"})
    void aDiskInTroubleIsLeftAlone(Operation operation) {
        World world = new World(7);
        Site site = Site.random(world.chance("site"));
        world.zone().add(site.zone());
        SimulatedHost host = world.host("connector", Site.INTERNET.getAddress().getHostAddress(), Site.INSIDE.getAddress().getHostAddress());
        SimulatedHost client = world.host("client", Site.OUTSIDE_CLIENTS.getFirst());
        String user = Site.users().getFirst() + "@" + site.locals().getFirst().domain();
        world.run(() -> {
            host.start("main", () -> start(host, site)).join();
            send(world, client, user, "before");
            host.disk().failOften(operation, 1);
            long before = host.disk().operations();
            for (int i = 0; i < 12; i++) {
                send(world, client, user, "during" + i);
                world.time().sleep(OUTAGE.dividedBy(12));
            }
            assertThat(host.disk().operations() - before).as("operations in an hour").isLessThan(2_000);
            host.disk().failOften(operation, 0);
            world.time().sleep(Duration.ofMinutes(3));
            send(world, client, user, "after");
            assertThat(host.disk().list(Path.of("/data/tracking"))).hasSizeLessThan(80);
            assertThat(host.disk().list(Path.of("/data/spool/journal"))).hasSizeLessThan(8);
        });
        assertThat(ledger.entries(Ledger.End.PROMISED)).extracting(entry -> entry.letter().id()).contains("before", "after");
        assertThat(ledger.entries(Ledger.End.REFUSED)).allSatisfy(entry -> assertThat(entry.reply()).startsWith("45"));
    }

    private static void start(SimulatedHost host, Site site) {
        try {
            new ConnectorSubject().start(host.platform(), site);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void send(World world, SimulatedHost client, String to, String id) throws InterruptedException {
        Letter letter = Letter.random(world.chance(id), id, "x@remote0.example", List.of(to), 5);
        client.start("client", () -> {
            try {
                new Client(client.platform(), world.chance("client " + id), ledger, "client.example").send(Site.INTERNET, Client.Manner.PLAIN, List.of(letter));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }).join();
    }
}
