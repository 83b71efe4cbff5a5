// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.trials.endtoend.Errand.Login;
import org.isthmus.trials.endtoend.Errand.Way;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real Dovecot tells who logs in, by its Unix socket and by TCP; mail programs of others log in.
class DovecotAuthIT {
    @TempDir
    Path folder;

    private Dovecot dovecot;
    private Isthmus isthmus;
    private Authority authority;
    private Map<String, InetSocketAddress> at;

    private void start(boolean tcp) throws Exception {
        dovecot = Dovecot.start(Files.createDirectories(folder.resolve("dovecot")), "127.0.0.1", List.of("alice"));
        authority = new Authority(folder.resolve("authority"));
        Authority.Issued own = authority.issue("gate.isthmus.example", System.getProperty("user.name"), "rsa:2048", "IP:127.0.0.1");
        Running.waitUntil("Dovecot's socket", dovecot::socket, () -> Files.exists(dovecot.socket()));
        isthmus = new Isthmus(folder.resolve("isthmus")).withoutArchive().configure("""
                listeners { submission { address = "127.0.0.1:0", tls = starttls, auth = required } }
                tls { certificate = "%s", key = "%s" }
                auth { users = "dovecot:%s" }
                domains { "site.example" { recipients = any, deliver-to = store } }
                next-hops { store { url = "lmtp://127.0.0.1:%d", inside = true } }
                routes = [{ to = "*", via = store }]
                """.formatted(own.certificate(), own.key(), tcp ? "127.0.0.1:" + dovecot.authentication.getPort() : dovecot.socket(), dovecot.address.getPort()));
        at = isthmus.start();
    }

    @AfterEach
    void stop() {
        if (isthmus != null) {
            isthmus.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    private Running.Result send(MailClient client, String mechanism, String user, String password) throws Exception {
        return client.run(folder, new Errand(at.get("submission"), Way.STARTTLS_13, new Login(mechanism, user, password), null, authority.certificate(), "alice@site.example", "alice@site.example",
                "by-" + mechanism, false));
    }

    @Test
    void itsUsersLogInByEveryMechanismThatItHas() throws Exception {
        start(false);
        assertThat(dovecot.knows("alice", Dovecot.PASSWORD)).as(dovecot.log()).isTrue();
        MailClient msmtp = new Programs.Msmtp();
        for (String mechanism : List.of("PLAIN", "LOGIN", "SCRAM-SHA-256")) {
            Running.Result result = send(msmtp, mechanism, "alice", Dovecot.PASSWORD);
            assertThat(result.exit()).as(result.output() + dovecot.log()).isZero();
        }
        Running.Result steps = send(Libraries.smtplib(), "PLAIN", "alice", Dovecot.PASSWORD);
        assertThat(steps.exit()).as("PLAIN in two steps: " + steps.output()).isZero();
        Running.Result bound = send(new Programs.Gsasl(), "SCRAM-SHA-256", "alice", Dovecot.PASSWORD);
        assertThat(bound.exit()).as(bound.output()).isZero();
        assertThat(bound.output()).contains("AUTH PLAIN LOGIN SCRAM-SHA-256").doesNotContain("-PLUS");
        Running.waitUntil("the letters", isthmus::lines, () -> letters() == 4);
        assertThat(isthmus.cli("trace", "--full", "alice@site.example").output()).contains("SCRAM-SHA-256", "alice has logged in");
    }

    private int letters() {
        try {
            return dovecot.mailbox("alice").size();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatItRefusesIsRefusedAndItsSilenceIsTroubleOfOurs() throws Exception {
        start(true);
        assertThat(dovecot.knows("alice", "wrong")).isFalse();
        for (String mechanism : List.of("PLAIN", "LOGIN", "SCRAM-SHA-256")) {
            assertThat(send(new Programs.Gsasl(), mechanism, "alice", "wrong").output()).as(mechanism).contains("535 5.7.8");
        }
        assertThat(send(new Programs.Gsasl(), "PLAIN", "mallory", Dovecot.PASSWORD).output()).contains("535 5.7.8");
        assertThat(send(new Programs.Swaks(), "LOGIN", "alice", Dovecot.PASSWORD).exit()).isZero();
        dovecot.close();
        Running.Result without = send(new Programs.Swaks(), "PLAIN", "alice", Dovecot.PASSWORD);
        assertThat(without.exit()).isNotZero();
        assertThat(without.output()).as("what it offered before is offered still").contains("454 4.7.0");
    }
}
