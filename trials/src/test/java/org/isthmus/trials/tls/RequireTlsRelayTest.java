// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.main.DataFolderTaken;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;

/// A message with REQUIRETLS through whole connectors: the one of its sender, that of its recipient, and back. RFC 8689 §4 and §5.
class RequireTlsRelayTest {
    private static final Path OWN = Path.of("/data/tls/self-made.crt");
    private static final Path BELIEVED = Path.of("/conf/believed.crt");

    private final World world = new World(7);
    private final SimulatedHost home = world.host("home", "192.0.2.1");
    private final SimulatedHost away = world.host("away", "198.51.100.1");
    private final SimulatedHost desk = world.host("desk", "192.0.2.7");

    RequireTlsRelayTest() {
        world.zone().add("""
                home.example.      MX   10 mx.home.example.
                mx.home.example.   A    192.0.2.1
                away.example.      MX   10 mx.away.example.
                mx.away.example.   A    198.51.100.1
                away.example.      SECURE
                """);
    }

    private static String configuration(String name, String address, String more) {
        return """
                connector { hostname = "mx.%1$s.example", data = /data, postmaster = "postmaster@%1$s.example" }
                listeners { internet { address = "%2$s:25", tls = starttls } }
                trusted-networks = ["192.0.2.7"]
                next-hops { store { url = "lmtp://10.0.0.9:24" } }
                domains { "%1$s.example" { recipients = any, deliver-to = store } }
                dns { servers = ["192.0.2.53:53"], trusted-ad = yes }
                %3$s
                """.formatted(name, address, more);
    }

    private interface Task {
        void run() throws Exception;
    }

    /// Runs on a host, to its end.
    private void on(SimulatedHost host, Task task) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        host.start("task", () -> {
            try {
                task.run();
            } catch (Exception | AssertionError e) {
                failure.set(e);
            }
        }).join();
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    private static Connector start(SimulatedHost host, String text) throws IOException, DataFolderTaken {
        Platform platform = host.platform();
        return Connector.start(platform, new LiveConfig(new Snapshot(1, ConfigLoader.parse(text).orThrow())), 1);
    }

    private void believe() throws IOException {
        Disk from = away.disk();
        Disk to = home.disk();
        try (Disk.File file = from.openToRead(OWN)) {
            ByteBuffer octets = ByteBuffer.allocate((int) file.size());
            file.read(octets, 0);
            octets.flip();
            to.createFolders(BELIEVED.getParent());
            try (Disk.File copy = to.create(BELIEVED)) {
                copy.write(octets, 0);
                copy.force(true);
            }
        }
    }

    /// A large message, under TLS.
    private void send(String parameter) throws IOException {
        try (Ground.Talk client = new Ground.Talk(desk.platform(), desk.platform().network().connect(null, new java.net.InetSocketAddress("192.0.2.1", 25), Ground.PATIENCE))) {
            client.hear();
            client.ask("EHLO desk.home.example");
            client.ask("STARTTLS");
            client.secure();
            client.ask("EHLO desk.home.example");
            assertThat(client.ask("MAIL FROM:<anna@home.example> RET=FULL" + parameter)).startsWith("250");
            assertThat(client.ask("RCPT TO:<bert@away.example>")).startsWith("250");
            assertThat(client.ask("DATA")).startsWith("354");
            assertThat(client.ask("From: anna@home.example\r\nSubject: secret\r\n\r\n" + ("x".repeat(70) + "\r\n").repeat(500) + ".")).startsWith("250");
        }
    }

    private static List<QueuedMessage> queued(Connector connector) throws IOException {
        return connector.queue().list(Selector.ALL, 10);
    }

    @Test
    void itGoesOnToWhoPromisesTheSame() {
        play("", (sender, recipient) -> {
            on(desk, () -> send(" REQUIRETLS"));
            world.time().sleep(Duration.ofMinutes(1));
            on(away, () -> assertThat(queued(recipient)).singleElement().satisfies(message -> assertThat(message.envelope().parameters().tls()).isEqualTo(TlsWish.REQUIRED)));
            on(home, () -> assertThat(queued(sender)).isEmpty());
        });
    }

    @Test
    void itComesBackAsAReportThatIsProtectedAlike() {
        play("tls { requiretls = no }", (sender, recipient) -> {
            on(desk, () -> send(" REQUIRETLS"));
            world.time().sleep(Duration.ofMinutes(1));
            on(away, () -> assertThat(queued(recipient)).isEmpty());
            on(home, () -> assertThat(queued(sender)).singleElement().satisfies(report -> {
                assertThat(report.envelope().from()).isEqualTo(ReversePath.NULL);
                assertThat(report.envelope().parameters().tls()).isEqualTo(TlsWish.REQUIRED);
                assertThat(report.facts().size()).as("the header alone").isLessThan(10_000);
            }));
            on(desk, () -> send(""));
            world.time().sleep(Duration.ofMinutes(1));
            on(away, () -> assertThat(queued(recipient)).as("others go").hasSize(1));
        });
    }

    @Test
    void whileNobodyCanBeReachedItWaits() {
        play("", (sender, recipient) -> {
            world.zone().trouble("away.example", org.isthmus.trials.world.Zone.Trouble.SERVFAIL);
            on(desk, () -> send(" REQUIRETLS"));
            world.time().sleep(Duration.ofMinutes(1));
            on(home, () -> assertThat(queued(sender)).singleElement().satisfies(message -> assertThat(message.states().getFirst()).isInstanceOf(RecipientState.Waiting.class)));
            world.zone().calm("away.example");
            world.time().sleep(Duration.ofHours(1));
            on(away, () -> assertThat(queued(recipient)).hasSize(1));
        });
    }

    private interface Scene {
        void play(Connector sender, Connector recipient) throws Exception;
    }

    private void play(String awayMore, Scene scene) {
        world.run(() -> {
            AtomicReference<Connector> recipient = new AtomicReference<>();
            AtomicReference<Connector> sender = new AtomicReference<>();
            on(away, () -> recipient.set(start(away, configuration("away", "198.51.100.1", "delivery { suspended = [store] }\n" + awayMore))));
            believe();
            on(home, () -> sender.set(start(home, configuration("home", "192.0.2.1", "delivery { suspended = [store], tls-ca = \"" + BELIEVED + "\" }"))));
            scene.play(sender.get(), recipient.get());
            on(home, () -> sender.get().stop(Duration.ofMinutes(1)));
            on(away, () -> recipient.get().stop(Duration.ofMinutes(1)));
        });
    }
}
