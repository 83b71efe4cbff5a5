// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.isthmus.platform.Https;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a web server of our own, whose certificate is for localhost.
class LiveHttpsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicReference<String> posted = new AtomicReference<>("");
    private SSLContext context;
    private SSLServerSocket server;

    @BeforeEach
    void open() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = LiveHttpsTest.class.getResourceAsStream("/https/localhost.p12")) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, "changeit".toCharArray());
        KeyStore believed = KeyStore.getInstance("PKCS12");
        believed.load(null, null);
        believed.setCertificateEntry("web", keys.getCertificate("web"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(believed);
        context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    // Closed.
                }
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            StringBuilder request = new StringBuilder();
            while (request.indexOf("\r\n\r\n") < 0) {
                int c = socket.getInputStream().read();
                if (c < 0) {
                    return;
                }
                request.append((char) c);
            }
            String head = request.toString();
            if (head.startsWith("POST")) {
                posted.set(value(head, "content-type") + " " + new String(socket.getInputStream().readNBytes(Integer.parseInt(value(head, "content-length"))), StandardCharsets.US_ASCII));
            }
            String path = head.split(" ")[1];
            String answer = switch (path) {
                case "/moved" -> "HTTP/1.1 301 Moved\r\nLocation: /policy\r\nContent-Length: 0\r\n\r\n";
                case "/hangs" -> "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nversion";
                default -> "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\nversion: STSv1\n";
            };
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            if (path.equals("/hangs")) {
                end.await();
            }
        } catch (IOException e) {
            // The client was right to leave.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String value(String head, String name) {
        int at = head.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ":") + name.length() + 3;
        return head.substring(at, head.indexOf("\r\n", at)).strip();
    }

    @AfterEach
    void close() throws IOException {
        end.countDown();
        server.close();
    }

    private URI at(String host, String path) {
        return URI.create("https://" + host + ":" + server.getLocalPort() + path);
    }

    @Test
    void fetchesWithStatusAndType() throws IOException {
        Https.Answer answer = new LiveHttps(context).get(at("localhost", "/policy"), 100, LIMIT);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.type()).isEqualTo("text/plain");
        assertThat(answer.body()).asString().isEqualTo("version: STSv1\n");
    }

    @Test
    void followsNoRedirect() throws IOException {
        assertThat(new LiveHttps(context).get(at("localhost", "/moved"), 100, LIMIT).status()).isEqualTo(301);
    }

    @Test
    void aCertificateThatNobodyVouchesForOrForAnotherNameIsUntrusted() {
        assertThatThrownBy(() -> new LiveHttps().get(at("localhost", "/policy"), 100, LIMIT)).isInstanceOf(Https.Untrusted.class);
        assertThatThrownBy(() -> new LiveHttps(context).get(at("127.0.0.1", "/policy"), 100, LIMIT)).isInstanceOf(Https.Untrusted.class);
    }

    @Test
    void takesNoMoreThanItShould() {
        assertThatThrownBy(() -> new LiveHttps(context).get(at("localhost", "/policy"), 5, LIMIT)).isInstanceOf(IOException.class).isNotInstanceOf(Https.Untrusted.class);
    }

    @Test
    void aBodyThatNeverEndsIsNoAnswer() {
        assertThatThrownBy(() -> new LiveHttps(context).get(at("localhost", "/hangs"), 2000, Duration.ofSeconds(2))).isInstanceOf(IOException.class);
    }

    @Test
    void nobodyThereIsNoAnswer() throws IOException {
        server.close();
        assertThatThrownBy(() -> new LiveHttps(context).get(at("localhost", "/policy"), 5, LIMIT)).isInstanceOf(IOException.class).isNotInstanceOf(Https.Untrusted.class);
    }

    @Test
    void sendsWithItsType() throws IOException {
        assertThat(new LiveHttps(context).post(at("localhost", "/report"), "application/tlsrpt+gzip", "abc".getBytes(StandardCharsets.US_ASCII), LIMIT)).isEqualTo(200);
        assertThat(posted.get()).isEqualTo("application/tlsrpt+gzip abc");
    }
}
