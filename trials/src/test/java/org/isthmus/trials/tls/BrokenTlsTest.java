// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.address.Domain;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.api.Test;

/// A server that offers TLS and cannot do it costs one connection in vain, not one for each message.
class BrokenTlsTest {
    /// Offers STARTTLS, and then talks nonsense; takes mail in the clear.
    private static final class Server {
        final AtomicInteger connections = new AtomicInteger();
        final AtomicInteger mails = new AtomicInteger();
        final Listener listener;
        private final Platform platform;
        private volatile boolean closed;

        Server(Platform platform) throws IOException {
            this.platform = platform;
            listener = platform.network().listen(Ground.anyPort());
            platform.threads().start("broken tls", this::serve);
        }

        void close() throws IOException {
            closed = true;
            listener.close();
        }

        private void serve() {
            while (true) {
                try (Connection connection = listener.accept()) {
                    connections.incrementAndGet();
                    converse(new Ground.Talk(platform, connection));
                } catch (IOException e) {
                    if (closed) {
                        return;
                    }
                }
            }
        }

        private void converse(Ground.Talk talk) throws IOException {
            talk.say("220 mx1.example.org ESMTP\r\n");
            while (true) {
                String line = talk.line();
                if (line == null) {
                    return;
                }
                if (line.equals("STARTTLS")) {
                    talk.say("220 go\r\n");
                    talk.line();
                    talk.say("this is no TLS\r\n");
                    return;
                }
                if (line.startsWith("MAIL")) {
                    mails.incrementAndGet();
                }
                talk.say(line.startsWith("EHLO") ? "250-mx1.example.org\r\n250 STARTTLS\r\n" : line.equals("DATA") ? "354 go\r\n" : line.startsWith("QUIT") ? "221 bye\r\n" : answer(line));
            }
        }

        /// Content is not answered but for its last line.
        private static String answer(String line) {
            return line.equals(".") || line.startsWith("MAIL") || line.startsWith("RCPT") ? "250 ok\r\n" : "";
        }
    }

    @Test
    void itIsRememberedForAWhileWhereTlsIsOnlyWishedFor() throws Exception {
        Ground.SIMULATED.with(platform -> {
            Server server = new Server(platform);
            PolicySite sender = new PolicySite(platform, PolicySite.believing(), Duration.ZERO);
            Exchange exchange = PolicySite.exchange("mx1.example.org", server.listener.address());
            for (int connections : List.of(2, 3, 4)) {
                assertThat(sender.deliver(MailParameters.NONE, exchange).outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
                assertThat(server.connections).hasValue(connections);
            }
            assertThat(sender.told()).as("each session is one that failed").isEqualTo("NO_POLICY 0 good, VALIDATION_FAILURE 3");
            // What insists on TLS does not take that for an answer.
            assertThat(sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Named("required"), exchange).outcomes().get(0)).isInstanceOf(Outcome.Deferred.class);
            assertThat(server.connections).hasValue(5);
            assertThat(server.mails).hasValue(3);
            platform.time().sleep(Duration.ofMinutes(11));
            sender.deliver(MailParameters.NONE, exchange);
            assertThat(server.connections).as("tried anew").hasValue(7);
            sender.courier.forgetHosts();
            sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Exchangers(Domain.of("example.org")), exchange);
            assertThat(server.connections).as("forgotten").hasValue(9);
            server.close();
        });
    }
}
