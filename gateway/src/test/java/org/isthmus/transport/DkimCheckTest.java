// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.tracking.MemoryDisk;
import org.junit.jupiter.api.Test;

class DkimCheckTest {
    private final MemoryDisk disk = new MemoryDisk();
    private final Dns dns = new Dns();
    private final KeyPair ed25519 = pair("Ed25519");
    private final KeyPair rsa = pair("RSA");

    private static KeyPair pair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Settings settings(String more) {
        return ConfigLoader.parse("""
                connector { hostname = "mx1.example.net", data = /data, postmaster = "postmaster@example.net" }
                domains { "example.net" { deliver-to = store, dkim = [{ selector = s1, key = /k.pem }] } }
                next-hops { store { url = "lmtp://10.0.0.9" } }
                %s
                """.formatted(more)).orThrow();
    }

    private void keep(KeyPair pair) {
        disk.put(Path.of("/k.pem"), "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n");
    }

    private static String published(KeyPair pair) {
        byte[] octets = pair.getPublic().getEncoded();
        boolean rsa = pair.getPublic().getAlgorithm().equals("RSA");
        return "v=DKIM1; k=" + (rsa ? "rsa" : "ed25519") + "; p=" + Base64.getEncoder().encodeToString(rsa ? octets : Arrays.copyOfRange(octets, 12, octets.length));
    }

    private List<String> found(String more) {
        return DkimCheck.published(settings(more), disk, dns, () -> true).stream().map(Problem::message).toList();
    }

    @Test
    void theKeyThatSignsIsTheOneThatIsPublished() {
        for (KeyPair pair : List.of(ed25519, rsa)) {
            keep(pair);
            dns.texts = List.of(published(pair));
            assertThat(found("")).isEmpty();
            assertThat(DkimCheck.files(settings(""), disk)).isEmpty();
        }
        assertThat(dns.asked).isEqualTo("s1._domainkey.example.net");
    }

    @Test
    void anotherKeyOrNoneIsTold() {
        keep(ed25519);
        dns.texts = List.of(published(rsa));
        assertThat(found("")).containsExactly("the key that DNS has at s1._domainkey.example.net is not the one that signs (ed25519-sha256), so all signatures of it fail");
        dns.texts = List.of(published(pair("Ed25519")));
        assertThat(found("")).hasSize(1);
        dns.texts = List.of("v=DKIM1; k=ed25519; p=");
        assertThat(found("")).singleElement().asString().contains("taken back");
        dns.texts = List.of("v=DKIM1; k=ed25519; p=AAAA");
        assertThat(found("")).singleElement().asString().contains("cannot be read");
        dns.texts = List.of(published(ed25519), published(rsa));
        assertThat(found("")).singleElement().asString().contains("2 TXT records");
        dns.texts = null;
        assertThat(found("")).singleElement().asString().contains("has no key");
        dns.fails = true;
        assertThat(found("")).isEmpty();
    }

    @Test
    void aKeyForMailAloneMayNotSignReports() {
        keep(ed25519);
        dns.texts = List.of(published(ed25519) + "; s=email");
        assertThat(found("")).isEmpty();
        assertThat(found("tls-reports.from = \"tls@example.net\"")).singleElement().asString().contains("may not sign reports about TLS");
        dns.texts = List.of(published(ed25519) + "; s=email:tlsrpt");
        assertThat(found("tls-reports.from = \"tls@example.net\"")).isEmpty();
        dns.texts = List.of(published(ed25519) + "; s=other");
        assertThat(found("")).singleElement().asString().contains("may not sign mail");
    }

    @Test
    void aKeyThatCannotBeUsedIsToldAndNotAskedFor() {
        assertThat(DkimCheck.files(settings(""), disk)).singleElement().satisfies(problem -> assertThat(problem.id()).isEqualTo("dkim-key"));
        disk.put(Path.of("/k.pem"), "rubbish");
        assertThat(DkimCheck.files(settings(""), disk)).singleElement().satisfies(problem -> assertThat(problem.message()).contains("no private key in PEM"));
        assertThat(found("")).isEmpty();
        assertThat(dns.asked).isNull();
    }

    @Test
    void whenTheTimeIsUpNothingIsAsked() {
        keep(rsa);
        assertThat(DkimCheck.published(settings(""), disk, dns, () -> false)).isEmpty();
        assertThat(dns.asked).isNull();
    }

    private static final class Dns implements Resolver {
        private List<String> texts;
        private boolean fails;
        private String asked;

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            asked = name;
            return fails ? new Answer.Failed<>("time-out", "dns") : texts == null ? new Answer.NoSuchName<>(Duration.ofMinutes(1), false, "dns")
                    : new Answer.Found<>(texts.stream().map(DnsRecord.Text::new).toList(), Duration.ofMinutes(1), false, "dns");
        }

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            throw new AssertionError("nobody asks");
        }
    }
}
