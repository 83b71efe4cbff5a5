// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.dns.DnsRecord;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// DANE with each kind of record and each thing that goes wrong: what becomes of the mail, and what the report then holds. RFC 7672, RFC 8460 §4.3.
class DaneOutcomeTest {
    static X509Certificate certificate(Platform platform) throws Exception {
        try (Disk.File file = platform.disk().open(Path.of(PolicySite.OWN_CERTIFICATE))) {
            ByteBuffer octets = ByteBuffer.allocate((int) file.size());
            file.read(octets, 0);
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(octets.array()));
        }
    }

    static List<DnsRecord.Tlsa> records(String words, X509Certificate certificate) throws Exception {
        List<DnsRecord.Tlsa> records = new ArrayList<>();
        for (String word : words.split("\\+")) {
            if (word.matches("\\d{3}!?")) {
                byte[] whole = word.charAt(1) == '0' ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
                byte[] data = switch (word.charAt(2)) {
                    case '1' -> MessageDigest.getInstance("SHA-256").digest(whole);
                    case '2' -> MessageDigest.getInstance("SHA-512").digest(whole);
                    default -> whole.clone();
                };
                data[data.length - 1] = (byte) (data[data.length - 1] ^ (word.endsWith("!") ? 1 : 0));
                records.add(new DnsRecord.Tlsa(word.charAt(0) - '0', word.charAt(1) - '0', word.charAt(2) - '0', HexFormat.of().formatHex(data)));
            }
        }
        return records;
    }

    private static String text(Outcome outcome) {
        return outcome instanceof Outcome.Deferred deferred ? "waits " + deferred.cause().status() : outcome instanceof Outcome.Delivered ? "delivered" : outcome.toString();
    }

    /// tlsa: usage, selector and matching type of records that fit the server's certificate; with {@code !} they do not.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            secure   | 301       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 302       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 300       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 311       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 312       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 311!+311  |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 111+311   |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 311       |         | expired | starttls | delivered   | TLSA 1 good
            secure   | 311       |         | name    | starttls | delivered   | TLSA 1 good
            secure   | 311!      |         | good    | starttls | waits 4.7.5 | TLSA 0 good, VALIDATION_FAILURE 1
            secure   | 300!      |         | good    | starttls | waits 4.7.5 | TLSA 0 good, VALIDATION_FAILURE 1
            secure   | 211!      |         | good    | starttls | waits 4.7.5 | TLSA 0 good, VALIDATION_FAILURE 1
            secure   | 311       |         | good    | off      | waits 4.7.4 | TLSA 0 good, STARTTLS_NOT_SUPPORTED 1
            secure   | 111       |         | good    | starttls | delivered   | TLSA 1 good
            secure   | 111       |         | good    | off      | waits 4.7.4 | TLSA 0 good, STARTTLS_NOT_SUPPORTED 1
            secure   | fails     |         | good    | starttls | waits 4.4.3 | TLSA 0 good, DNSSEC_INVALID 1
            secure   | none      |         | good    | starttls | delivered   | NO_POLICY 1 good
            secure   | none      |         | good    | off      | delivered   | NO_POLICY 0 good, STARTTLS_NOT_SUPPORTED 1
            insecure | 311!      |         | good    | starttls | delivered   | NO_POLICY 1 good
            insecure | fails     |         | good    | starttls | delivered   | NO_POLICY 1 good
            secure   | 311!      | enforce | good    | starttls | waits 4.7.5 | TLSA 0 good, VALIDATION_FAILURE 1
            secure   | 311       | enforce | name    | starttls | delivered   | TLSA 1 good
            secure   | none      | enforce | good    | off      | waits 4.7.4 | STS 0 good, STARTTLS_NOT_SUPPORTED 1
            insecure | 311!      | enforce | good    | starttls | delivered   | STS 1 good
            """)
    void eachKindOfRecordWithEachThingThatGoesWrong(String dns, String tlsa, String mode, String certificate, String tls, String outcome, String told) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = " + tls, "");
            PolicySite sender = new PolicySite(platform, PolicySite.believing(), certificate.equals("expired") ? Duration.ofDays(4000) : Duration.ZERO);
            sender.secure = dns.equals("secure");
            sender.mode = mode == null ? "" : mode;
            sender.tlsaFails = tlsa.equals("fails");
            // Without TLS the server has made no certificate; any record will do.
            sender.tlsa = tls.equals("off") && !tlsa.equals("none") ? List.of(new DnsRecord.Tlsa(tlsa.charAt(0) - '0', 1, 1, "ab".repeat(32)))
                    : tlsa.matches("\\d.*") ? records(tlsa, certificate(platform)) : List.of();
            Exchange exchange = PolicySite.exchange(certificate.equals("name") ? "mx2.example.org" : "mx1.example.org", mx.address());
            assertThat(text(sender.deliver(MailParameters.NONE, exchange).outcomes().get(0))).isEqualTo(outcome);
            assertThat(mx.accepted()).isEqualTo(outcome.equals("delivered") ? 1 : 0);
            assertThat(sender.told()).isEqualTo(told);
            mx.stop();
        });
    }

    @Test
    void aReportAboutTlsArrivesAllTheSameAndIsNotReported() throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = starttls", "");
            PolicySite sender = new PolicySite(platform, PolicySite.believing(), Duration.ZERO);
            sender.secure = true;
            sender.tlsa = records("311!", certificate(platform));
            Exchange exchange = PolicySite.exchange("mx1.example.org", mx.address());
            MailParameters waived = MailParameters.NONE.with(TlsWish.WAIVED);
            assertThat(text(sender.deliver(waived, "", new NextHop.Exchangers(Domain.of("example.org")), exchange).outcomes().get(0))).isEqualTo("delivered");
            assertThat(sender.told()).isEmpty();
            assertThat(text(sender.deliver(waived, exchange).outcomes().get(0))).isEqualTo("delivered");
            assertThat(sender.told()).isEqualTo("TLSA 0 good, VALIDATION_FAILURE 1");
            mx.stop();
        });
    }
}
