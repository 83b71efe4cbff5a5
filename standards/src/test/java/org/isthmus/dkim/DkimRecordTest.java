// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DkimRecordTest {
    /// RFC 8463 Appendix A.2.
    private static final String ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    private static final String SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    @Test
    void theKeysOfTheRfcBelongTogether() throws SyntaxProblem {
        DkimRecord record = DkimRecord.parse("v=DKIM1; k=ed25519; p=" + ED25519);
        assertThat(DkimKey.ed25519(Base64.getDecoder().decode(SEED)).isProvedBy(record.key())).isTrue();
        byte[] other = Base64.getDecoder().decode(SEED);
        other[0] ^= 1;
        assertThat(DkimKey.ed25519(other).isProvedBy(record.key())).isFalse();
    }

    @Test
    void anRsaKeyMayStandAloneOrWithItsAlgorithm() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        byte[] whole = pair.getPublic().getEncoded();
        byte[] alone = Arrays.copyOfRange(whole, 24, whole.length);
        for (byte[] form : new byte[][] {whole, alone}) {
            DkimRecord record = DkimRecord.parse("p=" + Base64.getEncoder().encodeToString(form));
            assertThat(DkimKey.of(pair.getPrivate()).isProvedBy(record.key())).isTrue();
        }
        assertThat(DkimKey.of(pair.getPrivate()).isProvedBy(DkimRecord.parse("k=ed25519; p=" + ED25519).key())).isFalse();
    }

    @Test
    void whatElseItSaysIsRead() throws SyntaxProblem {
        DkimRecord plain = DkimRecord.parse("v=DKIM1;k=ed25519;p=" + ED25519 + ";");
        assertThat(plain.serves("email")).isTrue();
        assertThat(plain.testing()).isFalse();
        DkimRecord full = DkimRecord.parse("v=DKIM1; h=sha1:sha256; t=s:y; s=email : tlsrpt; n=for=you; x=1; k=ed25519; p=" + ED25519.substring(0, 20) + " \t " + ED25519.substring(20));
        assertThat(full.key()).isEqualTo(plain.key());
        assertThat(full.services()).containsExactly("email", "tlsrpt");
        assertThat(full.testing()).isTrue();
        assertThat(DkimRecord.parse("p=").key()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v=DKIM2; p=AAAA            | another version
            k=ed25519                  | p= is missing
            k=rsa; p=AAAA              | no key of the kind rsa
            k=ed25519; p=AAAA          | no key of the kind ed25519
            k=dsa; p=AAAA              | no kind of key
            p=%%                       | no base64
            h=sha1; p=AAAA             | leaves out sha256
            p=; p=                     | twice
            rubbish                    | no tag
            """)
    void whatVerifiersCannotUseIsTold(String text, String why) {
        assertThatThrownBy(() -> DkimRecord.parse(text)).isInstanceOf(SyntaxProblem.class).hasMessageContaining(why);
    }
}
