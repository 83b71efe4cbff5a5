// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.tracking.Event;
import org.isthmus.trials.tls.Ground.Server;
import org.isthmus.trials.tls.Ground.Talk;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is said in the clear is never taken for said under TLS (CVE-2011-0411, NO STARTTLS of 2021), and nothing is taken when TLS ends within a message (CVE-2026-45185).
class ServerInjectionTest {
    private static final String ENVELOPE = "MAIL FROM:<evil@attacker.example>\r\nRCPT TO:<b@example.org>\r\n";
    private static final List<String> INJECTED = List.of(
            "NOOP\r\n", "RSET\r\n", "QUIT\r\n", "HELP\r\n", "VRFY a\r\n", "EXPN a\r\n", "EHLO evil.example\r\n", "HELO evil.example\r\n", "LHLO evil.example\r\n",
            "STARTTLS\r\n", "AUTH PLAIN AGEAYg==\r\n", "AUTH LOGIN\r\n", "XSITE 0123456789ABCDEF\r\n", "XCLIENT ADDR=127.0.0.1\r\n",
            ENVELOPE, ENVELOPE + "DATA\r\nx\r\n.\r\n", "EHLO evil.example\r\n" + ENVELOPE + "DATA\r\nx\r\n.\r\n", "EHLO evil.example\r\n" + ENVELOPE + "BDAT 3 LAST\r\nx\r\n",
            "MAIL FROM:<>\r\n", "RCPT TO:<b@example.org>\r\n", "DATA\r\n", "BDAT 1 LAST\r\nx", "BDAT 99999 LAST\r\n",
            "\r\n", "\n", "\r", " ", "\0", ".", ".\r\n", "x", "GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001", "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000", "\u0015\u0003\u0003\u0000\u0002\u0001\u0000",
            "\u0017\u0003\u0003\u0000\u0001x", "N", "NOOP", "EHLO evil.example\r\nNOOP\r\n".repeat(20), "y".repeat(600), "z".repeat(9000));
    private static final List<String> COMMANDS = List.of("STARTTLS\r\n", "starttls\r\n", "StartTLS\r\n");

    /// Whether the injected octets stand in the same packet or come right behind.
    private record Injection(String command, String octets, boolean apart) {}

    private static List<Injection> corpus() {
        List<Injection> all = new ArrayList<>();
        for (String octets : INJECTED) {
            COMMANDS.forEach(command -> all.add(new Injection(command, octets, false)));
            all.add(new Injection("STARTTLS\r\n", octets, true));
        }
        assertThat(all).hasSizeGreaterThanOrEqualTo(160);
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void whatComesBehindStartTlsIsNeverAnswered(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "trusted-networks = [\"127.0.0.1\"]");
            ground.each(corpus(), one -> inject(server, one));
            server.stop();
            assertThat(server.accepted()).isZero();
            assertThat(server.spool.openDrafts()).isZero();
            assertThat(server.events).noneMatch(ServerInjectionTest::isMistakeOfOurs);
        });
    }

    private static void inject(Server server, Injection one) throws Exception {
        try (Talk client = server.connect()) {
            client.hear();
            assertThat(client.ask("EHLO client.example")).startsWith("250");
            if (one.apart()) {
                client.say(one.command());
                client.say(one.octets());
            } else {
                client.say(one.command() + one.octets());
            }
            String heard = client.hear();
            if (heard.startsWith("220")) {
                // It had not come when we answered. Then it stands where the handshake should, and is no part of one.
                assertThat(one.apart()).as("%s", one).isTrue();
                assertThat(broken(client)).as("%s", one).isTrue();
            } else {
                assertThat(heard).as("%s", one).startsWith("554 5.7.0");
                assertThat(client.hear()).as("%s", one).isEqualTo("closed");
            }
        }
    }

    /// A handshake behind injected octets must fail.
    private static boolean broken(Talk client) throws IOException {
        try {
            client.secure();
            return !client.ask("EHLO client.example").startsWith("250") || !client.ask("NOOP").startsWith("250");
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean isMistakeOfOurs(Event event) {
        return event instanceof Event.Refused refused && refused.steps().stream().anyMatch(step -> step.stage().equals("bug"));
    }

    private static final String BODY = "Subject: x\r\n\r\nHello, world.\r\n";

    @ParameterizedTest
    @EnumSource
    void aCloseNotifyAnywhereWithinDataEndsTheConnection(Ground ground) throws Exception {
        endAnywhere(ground, "DATA\r\n", BODY + ".\r\n", true);
    }

    @ParameterizedTest
    @EnumSource
    void aCloseNotifyAnywhereWithinBdatEndsTheConnection(Ground ground) throws Exception {
        endAnywhere(ground, "", "BDAT " + BODY.length() + " LAST\r\n" + BODY, false);
        endAnywhere(ground, "", "BDAT 5\r\n" + BODY.substring(0, 5) + "BDAT " + (BODY.length() - 5) + " LAST\r\n" + BODY.substring(5), false);
    }

    /// Sends all up to each octet under TLS, ends TLS, and sends the rest in the clear.
    private static void endAnywhere(Ground ground, String before, String text, boolean goAhead) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            for (int at = 0; at < text.length(); at++) {
                try (Talk client = server.connect()) {
                    client.hear();
                    client.ask("STARTTLS");
                    client.secure();
                    client.ask("EHLO client.example");
                    client.say(ENVELOPE + before);
                    assertThat(client.hear()).startsWith("250");
                    assertThat(client.hear()).startsWith("250");
                    if (goAhead) {
                        assertThat(client.hear()).startsWith("354");
                    }
                    client.say(text.substring(0, at));
                    client.endTls();
                    try {
                        client.sayInTheClear(text.substring(at) + "NOOP\r\nQUIT\r\n");
                    } catch (IOException e) {
                        // It has closed already.
                    }
                    assertThat(client.hearAll()).as("at %d", at).doesNotContain("250 2.0.0").doesNotContain("queued");
                }
            }
            server.stop();
            assertThat(server.accepted()).isZero();
            assertThat(server.spool.openDrafts()).isZero();
            assertThat(server.events).noneMatch(ServerInjectionTest::isMistakeOfOurs);
        });
    }
}
