// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.trials.peers.Line;
import org.isthmus.trials.world.SimulatedHost;
import org.junit.jupiter.api.Test;

/// Mail that waits until it is called for, and calling for mail that waits elsewhere. RFC 1985.
class MailCallTest {
    private static final String ON_DEMAND = """
            domains."branch.example" { kind = relay, deliver-to = branch, etrn-hosts = ["10.0.0.21"] }
            domains."sub.branch.example" { kind = relay, deliver-to = branch }
            next-hops.branch { url = "smtp://198.51.100.1:25", on-demand = yes }
            """;

    @Test
    void mailWaitsUntilItIsCalledFor() {
        Yard.run(yard -> {
            yard.reload(Yard.ROUTES + ON_DEMAND);
            yard.send("u@branch.example");
            yard.send("u@right.example");
            yard.pass(Duration.ofHours(3));
            assertThat(yard.left.deliveries()).isEmpty();
            assertThat(yard.right.deliveries()).as("others do not wait").hasSize(1);
            yard.ask("ETRN branch.example");
            yard.until("delivered", Duration.ofSeconds(10), () -> yard.left.deliveries().size() == 1);
            yard.send("v@branch.example");
            yard.until("what comes while it is there goes too", Duration.ofSeconds(10), () -> yard.left.deliveries().size() == 2);
            yard.pass(Duration.ofMinutes(20));
            yard.send("w@branch.example");
            yard.pass(Duration.ofHours(1));
            assertThat(yard.left.deliveries()).hasSize(2);
            yard.queue().flush(org.isthmus.address.Domain.of("branch.example"), "test");
            yard.until("delivered", Duration.ofSeconds(10), () -> yard.left.deliveries().size() == 3);
        });
    }

    @Test
    void domainsBelowAreCalledForOnlyIfThatIsSaid() {
        Yard.run(yard -> {
            yard.reload(Yard.ROUTES + ON_DEMAND);
            yard.send("u@sub.branch.example");
            yard.ask("ETRN branch.example");
            yard.pass(Duration.ofMinutes(5));
            assertThat(yard.left.deliveries()).isEmpty();
            yard.ask("ETRN @branch.example");
            yard.until("delivered", Duration.ofSeconds(10), () -> yard.left.deliveries().size() == 1);
        });
    }

    /// Q184051: mail that is held for ETRN never expires.
    @Test
    void mailThatNobodyCallsForComesBack() {
        Yard.run(yard -> {
            yard.reload(Yard.ROUTES + ON_DEMAND);
            yard.send("u@branch.example");
            yard.pass(Duration.ofHours(23));
            assertThat(yard.reports("delayed")).hasSize(1);
            yard.until("given up", Duration.ofHours(2), () -> yard.queued().isEmpty());
            yard.pass(Duration.ofMinutes(1));
            assertThat(yard.reports("failed")).singleElement().asString().contains("Status: 5.4.7");
            assertThat(yard.left.deliveries()).isEmpty();
        });
    }

    @Test
    void aCallEndsWhatWasLearnedInItsAbsence() {
        Yard.run(yard -> {
            yard.reload(Yard.ROUTES + """
                    domains."left.example" { kind = relay, deliver-to = left, etrn-hosts = ["10.0.0.21"] }
                    """);
            yard.leftReachable(false);
            yard.send("u@left.example");
            yard.pass(Duration.ofHours(5));
            yard.leftReachable(true);
            yard.ask("ETRN left.example");
            yard.until("delivered", Duration.ofSeconds(10), () -> yard.left.deliveries().size() == 1);
        });
    }

    @Test
    void aProviderIsCalledAtTheStartAndThenAgainAndAgain() {
        Yard.run(yard -> {
            List<String> heard = provider(yard);
            yard.reload(Yard.ROUTES + """
                    next-hops.provider { url = "smtp://198.51.100.7:25", etrn-domains = ["site.example", "team.example"], etrn-every = 10m }
                    """);
            yard.pass(Duration.ofMinutes(2));
            assertThat(heard).containsExactly("ETRN site.example", "ETRN team.example");
            yard.pass(Duration.ofMinutes(41));
            assertThat(heard).hasSizeBetween(8, 12);
            yard.reload(Yard.ROUTES);
            heard.clear();
            yard.pass(Duration.ofHours(1));
            assertThat(heard).isEmpty();
        });
    }

    /// A server that offers ETRN and takes no mail.
    private static List<String> provider(Yard yard) throws IOException {
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        SimulatedHost host = yard.world.host("provider", "198.51.100.7");
        Listener door = host.platform().network().listen(new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 25));
        host.start("provider", () -> {
            while (true) {
                try (Connection connection = door.accept()) {
                    serve(new Line(connection, host.platform().time()), heard);
                } catch (EOFException e) {
                    // The next one.
                } catch (IOException e) {
                    return;
                }
            }
        });
        return heard;
    }

    private static void serve(Line line, List<String> heard) throws IOException {
        line.write("220 provider.example ESMTP\r\n", Duration.ofMinutes(1));
        while (true) {
            String said = line.read(Duration.ofMinutes(1));
            if (said.startsWith("QUIT")) {
                return;
            }
            if (said.startsWith("ETRN")) {
                heard.add(said);
            }
            line.write(said.startsWith("EHLO") ? "250-provider.example\r\n250 ETRN\r\n" : "250 2.0.0 ok\r\n", Duration.ofMinutes(1));
        }
    }
}
