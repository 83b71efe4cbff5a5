// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AliasTableTest {

    private static AliasTable read(String content) throws IOException {
        return AliasTable.read(new OperatorFiles().write("/a", content), Path.of("/a"));
    }

    @Test
    void readsEntriesContinuationsAndComments() throws IOException {
        AliasTable table = read("# groups\nSales@example.com: a@example.com,b@example.com # both\n\n   , c@example.org\r\ninfo@example.com : a@example.com\n");
        assertThat(table.bad()).isEmpty();
        AliasTable.Alias sales = table.find("sales@example.com");
        assertThat(sales).isNotNull();
        assertThat(sales.to()).containsExactly(Mailbox.of("a@example.com"), Mailbox.of("b@example.com"), Mailbox.of("c@example.org"));
        assertThat(sales.line()).isEqualTo(2);
        AliasTable.Alias info = table.find("info@example.com");
        assertThat(info).isNotNull();
        assertThat(info.to()).isEqualTo(List.of(Mailbox.of("a@example.com")));
    }

    @Test
    void quotedLocalPartsMayHoldWhatSeparates() throws IOException {
        AliasTable table = read("\"a:b, #c\"@example.com: \"x,y\"@example.com, [z]@example.com\n\"p q\"@example.com: x@example.com\n");
        assertThat(table.bad()).extracting(BadLine::number).containsExactly(1);
        assertThat(table.find("p q@example.com")).isNotNull();
        assertThat(read("\"a:b #c\"@example.com: \"x,y\"@example.com").find("a:b #c@example.com")).isNotNull();
    }

    @Test
    void aTrailingCommaIsNoTarget() throws IOException {
        AliasTable.Alias alias = read("a@example.com: b@example.com,\n  c@example.com,\n").find("a@example.com");
        assertThat(alias).isNotNull();
        assertThat(alias.to()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@example.com", "a@example.com:", "a@example.com: ,", "a@example.com: b", "a: b@example.com", "a@example.com b@example.com", "a@example.com: b@example.com c@example.com"})
    void anEntryThatDoesNotParseIsLeftOutWhole(String line) throws IOException {
        AliasTable table = read("ok@example.com: x@example.com\n" + line + "\n");
        assertThat(table.bad()).extracting(BadLine::number).containsExactly(2);
        assertThat(table.entries()).isEqualTo(1);
    }

    @Test
    void theFirstOfTwoEntriesCountsAndTheSecondIsReported() throws IOException {
        AliasTable table = read("a@example.com: x@example.com\nA@EXAMPLE.com: y@example.com\n");
        assertThat(table.bad()).singleElement().satisfies(bad -> {
            assertThat(bad.number()).isEqualTo(2);
            assertThat(bad.problem()).contains("line 1");
        });
    }

    @Test
    void anEntryThatDoesNotParseIsKnownToBeThereIfItsAddressIs() throws IOException {
        AliasTable table = read("a@example.com: b@exa mple.com\nb: c\nc@example.com: d@example.com\n");
        assertThat(table.find("a@example.com")).isNotNull().satisfies(alias -> assertThat(alias.broken()).isTrue());
        assertThat(table.find("c@example.com")).isNotNull().satisfies(alias -> assertThat(alias.broken()).isFalse());
        assertThat(table.entries()).isEqualTo(1);
    }

    @Test
    void anEntryThatGoesOnInALineThatCannotBeReadIsNotHalfAnEntry() throws IOException {
        byte[] text = "a@example.com: b@example.com,\n  c?@example.com\nd@example.com: e@example.com\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        text[new String(text, java.nio.charset.StandardCharsets.US_ASCII).indexOf('?')] = (byte) 0xFF;
        AliasTable table = AliasTable.read(new OperatorFiles().write("/a", text), Path.of("/a"));
        assertThat(table.find("a@example.com")).isNotNull().satisfies(alias -> assertThat(alias.broken()).isTrue());
        assertThat(table.find("d@example.com")).isNotNull().satisfies(alias -> assertThat(alias.to()).hasSize(1));
        assertThat(table.bad()).extracting(BadLine::number).containsExactly(2);
    }

    @Test
    void aMillionEntriesHaveRoom() throws IOException {
        StringBuilder text = new StringBuilder(50_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            text.append("alias").append(i).append("@example.com: user").append(i).append("@store.example.com\n");
        }
        AliasTable table = read(text.toString());
        assertThat(table.entries()).isEqualTo(1_000_000);
        assertThat(table.find("alias999999@example.com")).isEqualTo(new AliasTable.Alias(List.of(Mailbox.of("user999999@store.example.com")), 1_000_000));
        assertThat(table.find("alias1000000@example.com")).isNull();
        assertThat(table.footprint() / 1_000_000).isLessThanOrEqualTo(90);
    }

    @Test
    void aContinuationOfNothingIsReported() throws IOException {
        assertThat(read("  b@example.com\n").bad()).extracting(BadLine::number).containsExactly(1);
    }
}
