// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.isthmus.smtp.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XsiteTest {
    private static final String NONCE = "AAECAwQFBgcICQoLDA0ODw";
    private static final XsiteKey ONE = key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final XsiteKey OTHER = key("ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    private static XsiteKey key(String hex) {
        List<byte[]> keys = List.of(HexFormat.of().parseHex(hex));
        return () -> keys;
    }

    private static Reply answer(Xsite.Proof proof) {
        return Reply.of(250, "2.0.0", "XSITE " + proof.listener() + " " + proof.mac());
    }

    /// Computed by another program, and written down in the documentation.
    @ParameterizedTest
    @CsvSource({"internet, AAECAwQFBgcICQoLDA0ODw, 0d2a1d9c Ehcpw8JjGimRB_3L", "site, __________________8_-w, f597cfb9 xqLg5xQTew2BGHYC"})
    void agreesWithTheVectorsOfTheDocumentation(String listener, String nonce, String expected) throws IOException {
        Xsite.Proof proof = Xsite.prove(ONE, nonce, listener);
        assertThat(proof.listener() + " " + proof.mac()).isEqualTo(expected);
        assertThat(Files.readString(Path.of("../docs/reference/xsite.md"), UTF_8)).contains("`" + nonce + "` | `" + proof.listener() + "` | `" + proof.mac() + "`");
    }

    @Test
    void aProofIsKnownByEverybodyWithTheKeyAndByNobodyElse() {
        Xsite.Proof proof = Xsite.prove(ONE, NONCE, "internet");
        assertThat(Xsite.verify(ONE, NONCE, answer(proof))).contains(proof.listener());
        assertThat(Xsite.isOf(ONE, proof.listener(), "internet")).isTrue();
        assertThat(Xsite.isOf(ONE, proof.listener(), "site")).isFalse();
        assertThat(Xsite.verify(OTHER, NONCE, answer(proof))).isEmpty();
    }

    @Test
    void anOlderKeyStillVerifies() {
        List<byte[]> both = List.of(OTHER.keys().getFirst(), ONE.keys().getFirst());
        Xsite.Proof proof = Xsite.prove(ONE, NONCE, "internet");
        assertThat(Xsite.verify(() -> both, NONCE, answer(proof))).isPresent();
        assertThat(Xsite.prove(() -> both, NONCE, "internet")).isEqualTo(Xsite.prove(OTHER, NONCE, "internet"));
    }

    @Test
    void aRecordedAnswerProvesNothingToAnotherQuestion() {
        Xsite.Proof recorded = Xsite.prove(ONE, NONCE, "internet");
        assertThat(Xsite.verify(ONE, "BAECAwQFBgcICQoLDA0ODw", answer(recorded))).isEmpty();
        assertThat(Xsite.verify(ONE, NONCE, answer(new Xsite.Proof("00000000", recorded.mac())))).as("a listener id of one's own choice").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "XSITE", "XSITE 00000000", "XSITE 00000000 ", "XSITE 00000000 AAAA", "XSITE 00000000 AAAAAAAAAAAAAAAA", "XSITE 00000000 AAAAAAAAAAAAAAAA more", "nothing done",
            "XSITE \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9", "XSITE AAECAwQFBgcICQoLDA0ODw"})
    void rubbishProvesNothing(String text) {
        assertThat(Xsite.verify(ONE, NONCE, Reply.of(250, "2.0.0", text))).isEmpty();
    }

    @Test
    void onlyOneLineOf250IsAnAnswer() {
        Xsite.Proof proof = Xsite.prove(ONE, NONCE, "internet");
        String text = "XSITE " + proof.listener() + " " + proof.mac();
        assertThat(Xsite.verify(ONE, NONCE, new Reply(251, null, List.of(text)))).isEmpty();
        assertThat(Xsite.verify(ONE, NONCE, new Reply(250, null, List.of(text, text)))).isEmpty();
        assertThat(Xsite.verify(ONE, NONCE, new Reply(250, null, List.of(text)))).isPresent();
    }

    @Test
    void noTwoNoncesAreAlikeAndEachIsWhatTheParserTakes() {
        java.util.Random random = new java.util.Random(7);
        org.isthmus.platform.Entropy entropy = new org.isthmus.platform.Entropy() {
            @Override
            public void fill(byte[] into) {
                random.nextBytes(into);
            }

            @Override
            public long below(long bound) {
                return 0;
            }
        };
        String first = Xsite.nonce(entropy);
        assertThat(first).hasSize(org.isthmus.smtp.Command.Xsite.NONCE).matches("[A-Za-z0-9_-]+").isNotEqualTo(Xsite.nonce(entropy));
    }
}
