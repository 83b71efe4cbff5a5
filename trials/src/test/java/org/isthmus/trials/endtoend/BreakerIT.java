// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The circuit breaker between real servers. A bad change sends the mail of a relay domain to a Postfix that sends it back; what the loop costs is counted there.
class BreakerIT {
    private static final String OURS = "127.0.41.1";
    private static final String WRONG = "127.0.42.1";
    private static final String RIGHT = "127.0.43.1";
    private static final int LETTERS = 25;
    private static final int PROOFS = 3;

    @TempDir
    Path folder;

    @Test
    void aBadChangeCostsThreeTripsAndOneAlertAndAfterTheRepairTheRestArrives() throws Exception {
        int port = Running.freePort(OURS);
        String back = "transport_maps = inline:{{client.example=smtp:[" + OURS + "]:" + port + "},{site.example=smtp:[" + OURS + "]:" + port + "}}";
        try (Dovecot store = Dovecot.start(Files.createDirectories(folder.resolve("store")), "127.0.0.1", List.of("user", "postmaster"));
                Postfix wrong = Postfix.start(Files.createDirectories(folder.resolve("wrong")), WRONG, "wrong.example", back, "smtp_bind_address = " + WRONG);
                Postfix right = Postfix.start(Files.createDirectories(folder.resolve("right")), RIGHT, "client.example");
                Isthmus isthmus = new Isthmus(folder.resolve("isthmus"))) {
            configure(isthmus, port, store, wrong);
            InetSocketAddress site = isthmus.start().get("site");
            for (int i = 0; i < LETTERS; i++) {
                send(site, i);
            }
            eventually("what is not proof is held", isthmus, wrong, () -> isthmus.cli("queue", "list", "--held", "-o", "json").output().split("\"id\"", -1).length - 1 == LETTERS - PROOFS);
            assertThat(trips(wrong)).as("trips at the wire").isEqualTo(PROOFS);
            assertThat(isthmus.cli("loops", "list").output()).contains("client.example", "L4");
            eventually("the alert and three reports have arrived", isthmus, wrong, () -> store.mailbox("postmaster").size() == 1 && store.mailbox("user").size() == PROOFS);
            assertThat(text(store.mailbox("postmaster").getFirst())).contains("Mail for client.example circles", "Sent back by: mail.wrong.example", "isthmus loops release");

            configure(isthmus, port, store, right);
            assertThat(isthmus.cli("reload").exit()).isZero();
            eventually("all the others have arrived", isthmus, right, () -> right.mailbox().size() == LETTERS - PROOFS);
            assertThat(right.mailbox().stream().map(BreakerIT::subject).distinct()).as("each once").hasSize(LETTERS - PROOFS);
            eventually("nothing is left", isthmus, right, () -> isthmus.cli("queue", "list", "-o", "json").output().split("\"id\"", -1).length == 1);
            assertThat(store.mailbox("postmaster")).as("still one alert").hasSize(1);
            assertThat(isthmus.stop()).isZero();
        }
    }

    private static void configure(Isthmus isthmus, int port, Dovecot store, Postfix provider) throws IOException {
        isthmus.configure("gate.site.example", """
                listeners { internet { address = "%s:%d" }, site { address = "127.0.0.1:0" } }
                trusted-networks = ["127.0.0.1/32"]
                domains {
                  "site.example" { recipients = any, deliver-to = store }
                  "client.example" { kind = relay }
                }
                next-hops {
                  store { url = "lmtp://127.0.0.1:%d" }
                  provider { url = "smtp://%s:%d", inside = no }
                }
                routes = [{ to = "client.example", via = provider }, { to = "*", via = mx }]
                dns { servers = ["127.0.0.1:3"] }
                """.formatted(OURS, port, store.address.getPort(), provider.address.getAddress().getHostAddress(), provider.address.getPort()));
    }

    private void send(InetSocketAddress site, int number) throws Exception {
        Running.Result result = Running.run(folder, Map.of(), List.of("swaks", "--server", "127.0.0.1:" + site.getPort(), "--helo", "client.example", "--from", "user@site.example",
                "--to", "u" + number + "@client.example", "--header", "Subject: letter " + number, "--header", "Message-Id: <letter-" + number + "@site.example>"));
        assertThat(result.exit()).as(result.output()).isZero();
    }

    /// Letters that it took, by its log; not its own reports about them.
    private static long trips(Postfix server) throws IOException {
        return server.log().lines().filter(line -> line.contains("/cleanup[") && line.contains("message-id=<letter-")).count();
    }

    private static String subject(Path letter) {
        return text(letter).lines().filter(line -> line.startsWith("Subject: ")).findFirst().orElse("");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private interface Question {
        boolean ask() throws IOException, InterruptedException;
    }

    private static void eventually(String what, Isthmus isthmus, Postfix other, Question question) throws InterruptedException {
        Running.waitUntil(what, () -> logs(isthmus, other), () -> {
            try {
                return question.ask();
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String logs(Isthmus isthmus, Postfix other) {
        try {
            return String.join("\n", isthmus.lines()) + "\n" + isthmus.cli("queue", "list").output() + "\n" + isthmus.cli("loops", "list").output() + "\n" + other.log();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
