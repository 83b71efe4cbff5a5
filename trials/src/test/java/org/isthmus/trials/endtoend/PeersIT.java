// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The peers of the other tests work by themselves, so that a failure elsewhere is not theirs.
class PeersIT {
    @TempDir
    Path folder;

    @Test
    void postfixTakesAMessageFromSwaks() throws Exception {
        try (Postfix postfix = Postfix.start(Files.createDirectories(folder.resolve("postfix")), "127.0.0.1", "site.example")) {
            swaks(postfix.address.getPort(), "user@site.example");
            Running.waitUntil("a message in the maildir", () -> log(postfix), () -> count(() -> postfix.mailbox().size()) == 1);
        }
    }

    @Test
    void dovecotTakesAMessageByLmtp() throws Exception {
        try (Dovecot dovecot = Dovecot.start(Files.createDirectories(folder.resolve("dovecot")), "127.0.0.1", List.of("user"))) {
            Running.Result result = Running.run(folder, Map.of(), List.of("swaks", "--protocol", "LMTP", "--server",
                    "127.0.0.1:" + dovecot.address.getPort(), "--to", "user@site.example", "--from", "a@example.net", "--helo", "client.example"));
            assertThat(result.exit()).as(result.output()).isZero();
            Running.waitUntil("a message in the maildir", () -> result.output(), () -> count(() -> dovecot.mailbox("user").size()) == 1);
        }
    }

    @Test
    void eximTakesAMessageFromSwaks() throws Exception {
        Path home = Files.createDirectories(folder.resolve("exim"));
        try (Exim exim = Exim.start(home, "127.0.0.1", Running.freePort("127.0.0.1"), "mail.site.example", """

                begin routers
                store:
                  driver = accept
                  transport = store
                begin transports
                store:
                  driver = appendfile
                  directory = %s
                  maildir_format
                  user = mail
                """.formatted(Exim.mail(home)))) {
            swaks(exim.address.getPort(), "user@site.example");
            Running.waitUntil("a message in the maildir", () -> count(() -> exim.log().length()), () -> count(() -> exim.mailbox().size()) == 1);
        }
    }

    @Test
    void openSmtpdTakesAMessageFromSwaks() throws Exception {
        try (OpenSmtpd open = OpenSmtpd.start(Files.createDirectories(folder.resolve("opensmtpd")), "127.0.0.1", Running.freePort("127.0.0.1"), "site.example", List.of(), "")) {
            swaks(open.address.getPort(), "user@site.example");
            Running.waitUntil("a message in the maildir", open::log, () -> count(() -> open.mailbox().size()) == 1);
        }
    }

    private void swaks(int port, String to) throws Exception {
        Running.Result result = Running.run(folder, Map.of(), List.of("swaks", "--server", "127.0.0.1:" + port, "--to", to, "--from", "a@example.net", "--helo", "client.example"));
        assertThat(result.exit()).as(result.output()).isZero();
    }

    private static String log(Postfix postfix) {
        try {
            return postfix.log();
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    private static int count(java.util.concurrent.Callable<Integer> number) {
        try {
            return number.call();
        } catch (Exception e) {
            return -1;
        }
    }
}
