// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.WireRecognition;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.trials.tls.Ground.Server;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A connector that reaches itself through something that takes XSITE out of every answer, as firewalls do with what they do not know: in the clear it does not know
/// itself, inside TLS it does.
class XsiteUnderTlsTest {
    /// Hands on all there is, with other words for XSITE.
    private static final class Firewall {
        private final Platform platform;
        private final Listener listener;
        private final InetSocketAddress to;

        Firewall(Platform platform, InetSocketAddress to) throws IOException {
            this.platform = platform;
            this.to = to;
            listener = platform.network().listen(Ground.anyPort());
            platform.threads().start("firewall", this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    Connection client = listener.accept();
                    Connection server = platform.network().connect(null, to, Ground.PATIENCE);
                    platform.threads().start("to the server", () -> pass(client, server, false));
                    platform.threads().start("to the client", () -> pass(server, client, true));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private static void pass(Connection from, Connection into, boolean strip) {
            byte[] buffer = new byte[20_000];
            try (from; into) {
                for (int count = from.read(buffer, 0, buffer.length, Duration.ofMinutes(1)); count >= 0; count = from.read(buffer, 0, buffer.length, Duration.ofMinutes(1))) {
                    String text = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                    byte[] out = (strip ? text.replace("XSITE", "XXXXX") : text).getBytes(StandardCharsets.ISO_8859_1);
                    into.write(out, 0, out.length, Ground.PATIENCE);
                }
            } catch (IOException e) {
                // One side has left, so the other may.
            }
        }
    }

    private static DeliveryAttempt attempt(Platform platform, Server server, Firewall firewall, String tls) throws InterruptedException {
        WireRecognition recognition = new WireRecognition(server.config, snapshot -> server.identity, new LearnedAddresses(platform.time()), server.xsite, platform.entropy(), platform.time(), LoopWatch.NONE);
        return Posting.attempt(platform, new ClientTls(platform.disk(), platform.time()), firewall.listener.address(), "smtp", "tls = " + tls, recognition);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTakenOutInTheClearIsAskedInsideTls(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            Firewall firewall = new Firewall(platform, server.address());
            assertThat(attempt(platform, server, firewall, "off").outcomes().get(0)).as("nobody can know").isInstanceOf(Outcome.Delivered.class);
            assertThat(server.accepted()).isEqualTo(1);
            for (String tls : new String[] {"opportunistic", "required"}) {
                DeliveryAttempt attempt = attempt(platform, server, firewall, tls);
                assertThat(attempt.outcomes().get(0)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.cause()).isInstanceOf(Cause.Looped.class);
                    assertThat(((Cause.Looped) failed.cause()).evidence().toString()).contains("proved by XSITE");
                });
            }
            firewall.listener.close();
            server.stop();
            assertThat(server.accepted()).isEqualTo(1);
        });
    }
}
