// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DaneCheckTest {
    private static final X509Certificate CA = certificate("ca");
    private static final X509Certificate LEAF = certificate("leaf");
    private static final X509Certificate BRIEF = certificate("brief");
    private static final X509Certificate WILD = certificate("wild");
    private static final Instant NOW = LEAF.getNotBefore().toInstant().plus(Duration.ofDays(1));
    private static final List<String> NAMES = List.of("mx.example.com", "example.com");

    private static X509Certificate certificate(String name) {
        try (InputStream pem = DaneCheckTest.class.getResourceAsStream("/dane/" + name + ".pem")) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        } catch (Exception e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static TlsaRecord record(int usage, int selector, int matching, X509Certificate of) {
        try {
            byte[] octets = selector == 0 ? of.getEncoded() : of.getPublicKey().getEncoded();
            byte[] data = matching == 0 ? octets : MessageDigest.getInstance(matching == 1 ? "SHA-256" : "SHA-512").digest(octets);
            return new TlsaRecord(usage, selector, matching, HexFormat.of().formatHex(data));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
    void everySelectorAndMatchingOfBothUsagesNamesWhatItShould(int selector, int matching) {
        List<X509Certificate> chain = List.of(LEAF, CA);
        TlsaRecord end = record(3, selector, matching, LEAF);
        TlsaRecord anchor = record(2, selector, matching, CA);
        assertThat(DaneCheck.check(List.of(end), chain, NAMES, NOW)).isEqualTo(new DaneCheck.Result.Match(end, 0));
        assertThat(DaneCheck.check(List.of(anchor), chain, NAMES, NOW)).isEqualTo(new DaneCheck.Result.Match(anchor, 1));
        assertThat(DaneCheck.check(List.of(record(3, selector, matching, CA)), chain, NAMES, NOW)).isInstanceOf(DaneCheck.Result.Mismatch.class);
        assertThat(DaneCheck.check(List.of(record(2, selector, matching, WILD)), chain, NAMES, NOW)).isInstanceOf(DaneCheck.Result.Mismatch.class);
    }

    @Test
    void anAnchorInTheRecordItselfNeedsNotBeShown() {
        assertThat(DaneCheck.check(List.of(record(2, 0, 0, CA)), List.of(LEAF), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Match.class);
        assertThat(DaneCheck.check(List.of(record(2, 1, 0, CA)), List.of(LEAF), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Match.class);
        assertThat(DaneCheck.check(List.of(record(2, 1, 1, CA)), List.of(LEAF), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Mismatch.class);
    }

    @Test
    void anEndNeedsNeitherNameNorDate() {
        Instant later = BRIEF.getNotAfter().toInstant().plus(Duration.ofDays(1));
        assertThat(DaneCheck.check(List.of(record(3, 1, 1, BRIEF)), List.of(BRIEF), List.of("other.example"), later)).isInstanceOf(DaneCheck.Result.Match.class);
    }

    @Test
    void underAnAnchorNameAndDateCount() {
        Instant later = BRIEF.getNotAfter().toInstant().plus(Duration.ofDays(1));
        TlsaRecord anchor = record(2, 1, 1, CA);
        assertThat(DaneCheck.check(List.of(anchor), List.of(BRIEF, CA), NAMES, later)).isInstanceOf(DaneCheck.Result.OutOfTime.class);
        assertThat(DaneCheck.check(List.of(anchor), List.of(LEAF, CA), List.of("other.example"), NOW)).isInstanceOf(DaneCheck.Result.WrongName.class);
        assertThat(DaneCheck.check(List.of(anchor), List.of(WILD, CA), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Match.class);
    }

    @Test
    void recordsThatAreNotForSmtpOrCannotBeRightCountForNothing() {
        List<TlsaRecord> bad = List.of(record(0, 1, 1, LEAF), record(1, 1, 1, LEAF), new TlsaRecord(3, 2, 1, "00".repeat(32)), new TlsaRecord(3, 1, 3, "00"),
                new TlsaRecord(3, 1, 1, "00"), new TlsaRecord(3, 1, 1, ""));
        assertThat(DaneCheck.check(bad, List.of(LEAF), NAMES, NOW)).isInstanceOf(DaneCheck.Result.NothingUsable.class);
    }

    @Test
    void theWeakerDigestOfTwoDoesNotCount() {
        TlsaRecord weak = record(3, 1, 1, LEAF);
        TlsaRecord strong = record(3, 1, 2, WILD);
        assertThat(DaneCheck.check(List.of(weak, strong), List.of(LEAF), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Mismatch.class);
        assertThat(TlsaRecord.usable(List.of(weak, strong, record(3, 1, 0, LEAF)))).hasSize(2);
    }

    @Test
    void noCertificateIsAMismatch() {
        assertThat(DaneCheck.check(List.of(record(3, 1, 1, LEAF)), List.of(), NAMES, NOW)).isInstanceOf(DaneCheck.Result.Mismatch.class);
    }
}
