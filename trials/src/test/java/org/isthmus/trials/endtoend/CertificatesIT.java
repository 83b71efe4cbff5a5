// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The real program shows certificates from real files to real OpenSSL.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CertificatesIT {
    private static final String FIRST = "gate.isthmus.example";
    private static final String SECOND = "mail.second.example";
    private static final String OWNER = System.getProperty("user.name");

    @TempDir
    static Path folder;

    private static Isthmus isthmus;
    private static Authority authority;
    private static Authority.Issued first;
    private static InetSocketAddress starttls;
    private static InetSocketAddress implicit;

    @BeforeAll
    static void start() throws Exception {
        authority = new Authority(folder.resolve("authority"));
        first = authority.issue(FIRST, OWNER, "rsa:2048");
        Authority.Issued second = authority.issue(SECOND, OWNER, "ec");
        isthmus = new Isthmus(folder.resolve("isthmus")).configure("""
                listeners {
                  starttls { address = "127.0.0.1:0", tls = starttls }
                  implicit { address = "127.0.0.1:0", tls = implicit }
                }
                tls { certificate = "%s", key = "%s", certificates = [{ certificate = "%s", key = "%s" }] }
                domains { "site.example" { recipients = any, deliver-to = store } }
                next-hops { store { url = "lmtp://127.0.0.1:1" } }
                routes = [{ to = "*", via = store }]
                """.formatted(first.certificate(), first.key(), second.certificate(), second.key()));
        Map<String, InetSocketAddress> doors = isthmus.start();
        starttls = doors.get("starttls");
        implicit = doors.get("implicit");
    }

    @AfterAll
    static void stop() {
        if (isthmus != null) {
            isthmus.close();
        }
    }

    /// Talks by `openssl s_client`, which ends with its input.
    private static Running.Result openssl(String said, String... arguments) throws Exception {
        return openssl(implicit, said, arguments);
    }

    private static Running.Result openssl(InetSocketAddress door, String said, String... arguments) throws Exception {
        Path input = Files.writeString(folder.resolve("said"), said);
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + door.getPort(), "-CAfile", authority.certificate().toString(), "-crlf", "-ign_eof"));
        command.addAll(List.of(arguments));
        return Running.run(folder, Map.of(), command, input);
    }

    @Test
    @Order(1)
    void aNameGetsItsCertificate() throws Exception {
        for (String name : List.of(FIRST, SECOND)) {
            for (String version : List.of("-tls1_3", "-tls1_2")) {
                Running.Result implicitly = openssl("QUIT\n", "-servername", name, "-verify_hostname", name, "-verify_return_error", version);
                assertThat(implicitly.output()).contains("Verify return code: 0 (ok)", "221 2.0.0");
                Running.Result explicitly = openssl(starttls, "QUIT\n", "-starttls", "smtp", "-servername", name, "-verify_hostname", name, "-verify_return_error", version);
                assertThat(explicitly.output()).contains("Verify return code: 0 (ok)", "221 2.0.0");
            }
        }
        assertThat(openssl("QUIT\n", "-servername", "nobody.example", "-verify_hostname", FIRST, "-verify_return_error").output()).contains("Verify return code: 0 (ok)");
        assertThat(openssl("QUIT\n", "-noservername", "-verify_hostname", FIRST, "-verify_return_error").output()).contains("Verify return code: 0 (ok)");
    }

    @Test
    @Order(2)
    void otherProtocolsAndOldVersionsAreTurnedAway() throws Exception {
        assertThat(openssl("QUIT\n", "-alpn", "smtp").output()).contains("ALPN protocol: smtp", "221 2.0.0");
        Running.Result browser = openssl("QUIT\n", "-alpn", "h2,http/1.1");
        assertThat(browser.exit()).isNotZero();
        assertThat(browser.output()).doesNotContain("220 ");
        Running.Result old = openssl("QUIT\n", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");
        assertThat(old.exit()).isNotZero();
        assertThat(old.output()).doesNotContain("220 ");
    }

    @Test
    @Order(3)
    void aSessionIsTakenUpAgain() throws Exception {
        for (String version : List.of("-tls1_3", "-tls1_2")) {
            assertThat(openssl("QUIT\n", version, "-sess_out", "session").output()).contains("New, TLSv1");
            assertThat(openssl("QUIT\n", version, "-sess_in", "session").output()).contains("Reused, TLSv1").contains("221 2.0.0");
        }
    }

    /// One session over a socket.
    private record Talk(SSLSocket socket, BufferedReader in, OutputStream out) implements AutoCloseable {
        static Talk open(InetSocketAddress door) throws Exception {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            try (var in = Files.newInputStream(authority.certificate())) {
                store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(door.getAddress(), door.getPort());
            socket.setSoTimeout(60_000);
            Talk talk = new Talk(socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)), socket.getOutputStream());
            assertThat(talk.hear()).startsWith("220 ");
            return talk;
        }

        Certificate shown() throws IOException {
            return socket.getSession().getPeerCertificates()[0];
        }

        String hear() throws IOException {
            String line = in.readLine();
            while (line != null && line.length() > 3 && line.charAt(3) == '-') {
                line = in.readLine();
            }
            return String.valueOf(line);
        }

        String ask(String command) throws IOException {
            out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return hear();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static Certificate shownNow() {
        try (Talk talk = Talk.open(implicit)) {
            return talk.shown();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Order(4)
    void aRenewedCertificateIsShownAndNoSessionEndsByIt() throws Exception {
        try (Talk open = Talk.open(implicit)) {
            Certificate before = open.shown();
            assertThat(open.ask("EHLO client.example")).startsWith("250 ");
            assertThat(open.ask("MAIL FROM:<a@client.example>")).startsWith("250 ");
            authority.issue(FIRST, OWNER, "rsa:2048");
            Running.waitUntil("the renewed certificate", isthmus::lines, () -> !shownNow().equals(before));
            assertThat(open.ask("RCPT TO:<b@site.example>")).startsWith("250 ");
            assertThat(open.ask("DATA")).startsWith("354 ");
            assertThat(open.ask("Subject: x\r\n\r\nbody\r\n.")).startsWith("250 ");
            assertThat(open.ask("QUIT")).startsWith("221 ");
        }
    }

    @Test
    @Order(5)
    void whatCannotBeUsedIsToldAndTheOldOneStays() throws Exception {
        Certificate before = shownNow();
        Files.writeString(first.certificate(), "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n");
        Running.waitUntil("the log to tell", isthmus::lines, () -> shownNow().equals(before) && isthmus.lines().stream().anyMatch(line -> line.contains("what was read before stays in use")));
        assertThat(shownNow()).isEqualTo(before);
        Running.Result check = isthmus.cli("check");
        assertThat(check.exit()).isNotZero();
        assertThat(check.output()).contains("gate.isthmus.example.crt cannot be used");
    }
}
