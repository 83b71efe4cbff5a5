// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientsFileTest {

    private static RecipientsFile read(String content) throws IOException {
        return RecipientsFile.read(new OperatorFiles().write("/r", content), Path.of("/r"));
    }

    @Test
    void readsOneAddressALineWithCommentsAndBothLineEnds() throws IOException {
        RecipientsFile file = read("# people\r\nAlice@Example.COM\r\n\n  bob@example.com  # Bob\n\tcarol@example.com\t\n#dave@example.com\nlast@example.com");
        assertThat(file.bad()).isEmpty();
        assertThat(file.entries()).isEqualTo(4);
        assertThat(file.addresses().line("alice@example.com")).isEqualTo(2);
        assertThat(file.addresses().line("bob@example.com")).isEqualTo(4);
        assertThat(file.addresses().line("carol@example.com")).isEqualTo(5);
        assertThat(file.addresses().line("last@example.com")).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "bob#1@example.com | bob#1@example.com", "\"a b\"@example.com | a b@example.com", "\"quoted\"@example.com # x | quoted@example.com",
        "x@[192.0.2.1] | x@[192.0.2.1]", "a@b_c.example | a@b_c.example", "O'Neil+tag=1@3com.example | o'neil+tag=1@3com.example",
        "ÄRGER@bücher.example | ärger@xn--bcher-kva.example", "a.b.c@d-e.example | a.b.c@d-e.example",
    })
    void understandsUnusualAddresses(String line, String key) throws IOException {
        RecipientsFile file = read(line + "\n");
        assertThat(file.bad()).isEmpty();
        assertThat(file.addresses().line(key)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bob", "@example.com", "bob@", "bob@@example.com", "bob@example..com", ".bob@example.com", "bob.@example.com", "bo..b@example.com", "bob@-example.com",
        "bob@example-.com", "bob@example.com-", "bob@.example.com", "bob@example.com.", "bob@example.com carol@example.com", "bob@example.com,carol@example.com", "bo b@example.com",
        "bob@exam\u0001ple.com", "<bob@example.com>", "Bob <bob@example.com>", "bob@example.com#x", "a(b)@example.com",
    })
    void reportsWhatIsNoAddress(String line) throws IOException {
        RecipientsFile file = read("# head\n" + line + "\nok@example.com\n");
        assertThat(file.badCount()).isEqualTo(1);
        assertThat(file.bad().getFirst().number()).isEqualTo(2);
        assertThat(file.bad().getFirst().problem()).contains("no address");
        assertThat(file.entries()).isEqualTo(1);
    }

    @Test
    void tooLongPartsAreBadLines() throws IOException {
        String label = "d".repeat(64);
        RecipientsFile file = read("l".repeat(65) + "@example.com\nx@" + label + ".com\nx@com." + label + "\nx@" + "d.".repeat(130) + "com\n" + "l".repeat(64) + "@" + "d".repeat(63) + "\n");
        assertThat(file.badCount()).isEqualTo(4);
        assertThat(file.entries()).isEqualTo(1);
    }

    @Test
    void octetsThatAreNoTextAreABadLine() throws IOException {
        byte[] content = "ok@example.com\nb?d@example.com\n".getBytes(StandardCharsets.US_ASCII);
        content[16] = (byte) 0xFF;
        RecipientsFile file = RecipientsFile.read(new OperatorFiles().write("/r", content), Path.of("/r"));
        assertThat(file.bad()).containsExactly(new BadLine(2, "not UTF-8"));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstAddress() throws IOException {
        assertThat(read("\uFEFFbob@example.com\n").addresses().line("bob@example.com")).isEqualTo(1);
    }

    @Test
    void remembersTheFirstBadLinesAndCountsAll() throws IOException {
        RecipientsFile file = read("bad\n".repeat(1000));
        assertThat(file.badCount()).isEqualTo(1000);
        assertThat(file.bad()).hasSize(100);
    }

    @Test
    void aFileWithoutLinesIsNamedAsSuch() {
        assertThatThrownBy(() -> read("x".repeat(300_000))).isInstanceOf(IOException.class).hasMessageContaining("no file of addresses");
    }

    @Test
    void linesAcrossBlockBordersAreWhole() throws IOException {
        StringBuilder content = new StringBuilder();
        for (int i = 1; i <= 60_000; i++) {
            content.append("somebody").append(i).append("@example.com\n");
        }
        RecipientsFile file = read(content.toString());
        assertThat(file.badCount()).isZero();
        assertThat(file.entries()).isEqualTo(60_000);
        for (int i = 1; i <= 60_000; i++) {
            assertThat(file.addresses().line("somebody" + i + "@example.com")).isEqualTo(i);
        }
    }

    @Test
    void aMillionAddressesTakeAtMostSixtyOctetsEach() throws IOException {
        StringBuilder content = new StringBuilder(30_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            content.append("user").append(i).append(".name@example.com\n");
        }
        RecipientsFile file = read(content.toString());
        assertThat(file.entries()).isEqualTo(1_000_000);
        assertThat(file.addresses().footprint() / 1_000_000).isLessThanOrEqualTo(60);
    }
}
