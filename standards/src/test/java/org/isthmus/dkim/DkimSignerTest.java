// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.Test;

class DkimSignerTest {
    /// RFC 8463 Appendix A.3.
    private static final String MESSAGE = """
            From: Joe SixPack <joe@football.example.com>
            To: Suzie Q <suzie@shopping.example.net>
            Subject: Is dinner ready?
            Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
            Message-ID: <20030712040037.46341.5F8J@football.example.com>

            Hi.

            We lost the game.  Are you hungry yet?

            Joe.
            """.replace("\n", "\r\n");
    private static final List<String> NAMES = List.of("from", "to", "subject", "date", "message-id", "from", "subject", "date");
    private static final String TAGS = " v=1; a=%s-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=%s; t=1528637909; h=from : to :%s"
            + " subject :%s date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";

    private static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    @Test
    void theBodyOfTheRfcHasItsHash() {
        byte[] body = MESSAGE.substring(MESSAGE.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.US_ASCII);
        for (String more : List.of("", "\r\n", "\r\n\r\n", " \r\n\t\r\n")) {
            BodyHash hash = new BodyHash(Canonical.RELAXED);
            hash.feed(body, 0, body.length);
            hash.feed(more.getBytes(StandardCharsets.US_ASCII), 0, more.length());
            assertThat(Base64.getEncoder().encodeToString(hash.finish())).isEqualTo("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        }
    }

    @Test
    void theEd25519SignatureIsThatOfTheRfc() throws SyntaxProblem {
        byte[] message = MESSAGE.getBytes(StandardCharsets.US_ASCII);
        Header header = HeaderReader.read(message, 0, message.length);
        byte[] input = DkimSigner.input(Canonical.RELAXED, header, NAMES, TAGS.formatted("ed25519", "brisbane", "\r\n", ""));
        DkimKey key = DkimKey.ed25519(base64("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
        assertThat(Base64.getEncoder().encodeToString(key.sign(input)))
                .isEqualTo("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    }

    @Test
    void theRsaSignatureOfTheRfcIsOneOfOurInput() throws Exception {
        byte[] message = MESSAGE.getBytes(StandardCharsets.US_ASCII);
        Header header = HeaderReader.read(message, 0, message.length);
        byte[] input = DkimSigner.input(Canonical.RELAXED, header, NAMES, TAGS.formatted("rsa", "test", "", "\r\n"));
        PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(base64(
                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB")));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(key);
        signature.update(input);
        assertThat(signature.verify(base64("F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=")))
                .isTrue();
    }

    /// RFC 6376 §3.4.5.
    @Test
    void headerAndBodyTakeTheFormsOfTheRfcsExample() throws Exception {
        assertThat(Canonical.RELAXED.field("A", " X")).isEqualTo("a:X");
        assertThat(Canonical.RELAXED.field("B ", " Y\t\r\n\tZ  ")).isEqualTo("b:Y Z");
        assertThat(Canonical.SIMPLE.field("B ", " Y\t\r\n\tZ  ")).isEqualTo("B : Y\t\r\n\tZ  ");
        String body = " C \r\nD \t E\r\n\r\n\r\n";
        assertThat(hash(Canonical.RELAXED, body)).isEqualTo(sha256(" C\r\nD E\r\n"));
        assertThat(hash(Canonical.SIMPLE, body)).isEqualTo(sha256(" C \r\nD \t E\r\n"));
        assertThat(hash(Canonical.SIMPLE, "")).isEqualTo(sha256("\r\n"));
        assertThat(hash(Canonical.RELAXED, "")).isEqualTo(sha256(""));
        assertThat(hash(Canonical.RELAXED, " \r\n\t\r\n")).isEqualTo(sha256(""));
        assertThat(hash(Canonical.SIMPLE, "\r\n\r\n")).isEqualTo(sha256("\r\n"));
        assertThat(hash(Canonical.RELAXED, "a\r\n\r\n b\tc ")).isEqualTo(sha256("a\r\n\r\n b c\r\n"));
    }

    private static byte[] hash(Canonical form, String body) {
        BodyHash hash = new BodyHash(form);
        for (byte octet : body.getBytes(StandardCharsets.US_ASCII)) {
            hash.feed(new byte[] {octet}, 0, 1);
        }
        return hash.finish();
    }

    private static byte[] sha256(String text) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatWeSignVerifiesInEveryFormAndBreaksWithTheMessage() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair rsa = generator.generateKeyPair();
        KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        for (KeyPair pair : List.of(rsa, ed)) {
            for (Canonical header : Canonical.values()) {
                for (Canonical body : Canonical.values()) {
                    DkimSigner signer = new DkimSigner("football.example.com", "s1", DkimKey.of(pair.getPrivate()), header, body);
                    String field = signer.sign(MESSAGE.getBytes(StandardCharsets.US_ASCII), Instant.ofEpochSecond(1528637909));
                    assertThat(verifies(field, MESSAGE, header, body, pair.getPublic())).as("%s %s %s", pair.getPublic().getAlgorithm(), header, body).isTrue();
                    assertThat(verifies(field, MESSAGE.replace("dinner", "supper"), header, body, pair.getPublic())).isFalse();
                    assertThat(verifies(field, MESSAGE.replace("lost", "won"), header, body, pair.getPublic())).isFalse();
                    assertThat(verifies(field, "Subject: added\r\n" + MESSAGE, header, body, pair.getPublic())).isFalse();
                    assertThat(Arrays.stream(field.split("\r\n")).mapToInt(String::length).max().orElseThrow()).isLessThanOrEqualTo(100);
                }
            }
        }
    }

    /// By the tags alone, as a stranger would.
    private static boolean verifies(String field, String mail, Canonical headerForm, Canonical bodyForm, PublicKey key) throws Exception {
        String value = field.substring("DKIM-Signature:".length(), field.length() - 2);
        String flat = value.replaceAll("[ \t\r\n]", "");
        byte[] message = mail.getBytes(StandardCharsets.US_ASCII);
        Header header = HeaderReader.read(message, 0, message.length);
        String bh = flat.substring(flat.indexOf(";bh=") + 4, flat.indexOf(";b=", flat.indexOf(";bh=")));
        String b = flat.substring(flat.lastIndexOf(";b=") + 3);
        List<String> names = List.of(flat.substring(flat.indexOf(";h=") + 3, flat.indexOf(";bh=")).split(":"));
        boolean body = Base64.getEncoder().encodeToString(hash(bodyForm, mail.substring(mail.indexOf("\r\n\r\n") + 4))).equals(bh);
        byte[] input = DkimSigner.input(headerForm, header, names, value.substring(0, value.lastIndexOf("b=") + 2));
        Signature signature = Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "Ed25519");
        signature.initVerify(key);
        signature.update(key.getAlgorithm().equals("RSA") ? input : MessageDigest.getInstance("SHA-256").digest(input));
        return body && signature.verify(base64(b));
    }

    @Test
    void readsKeysInPemAndRefusesWeakOnes() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair good = generator.generateKeyPair();
        generator.initialize(512);
        KeyPair weak = generator.generateKeyPair();
        assertThat(DkimKey.pem(pem("PRIVATE KEY", good.getPrivate().getEncoded())).algorithm()).isEqualTo("rsa-sha256");
        byte[] pkcs8 = good.getPrivate().getEncoded();
        assertThat(DkimKey.pem(pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length))).algorithm()).isEqualTo("rsa-sha256");
        assertThatThrownBy(() -> DkimKey.pem(pem("PRIVATE KEY", weak.getPrivate().getEncoded()))).isInstanceOf(SyntaxProblem.class).hasMessageContaining("1024");
        assertThatThrownBy(() -> DkimKey.pem("nothing")).isInstanceOf(SyntaxProblem.class);
        assertThatThrownBy(() -> DkimKey.pem(pem("PRIVATE KEY", new byte[] {1, 2, 3}))).isInstanceOf(SyntaxProblem.class);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
