// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isthmus.address.Domain;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRewriterTest {
    private final List<String> asked = new ArrayList<>();

    /// Everybody at old.example is at new.example now, and bob is rob there.
    private Mailbox replace(Mailbox address, boolean sender) {
        asked.add((sender ? "s " : "r ") + address);
        if (!address.host().equals(Domain.of("old.example"))) {
            return address;
        }
        return new Mailbox(address.local().content().equals("bob") ? new LocalPart("rob") : address.local(), Domain.of("new.example"));
    }

    private String rewrite(String message) {
        return rewrite(message.getBytes(UTF_8), Integer.MAX_VALUE);
    }

    private String rewrite(byte[] octets, int piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AddressRewriter rewriter = new AddressRewriter(this::replace, out::write);
        for (int at = 0; at < octets.length; at += piece) {
            rewriter.feed(octets, at, Math.min(piece, octets.length - at));
            if (piece == Integer.MAX_VALUE) {
                break;
            }
        }
        rewriter.finish();
        return out.toString(UTF_8);
    }

    private String field(String value) {
        String out = rewrite("From:" + value + "\r\n\r\n");
        return out.substring(5, out.length() - 4);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "` anna@old.example`, ` anna@new.example`",
        "` bob@old.example`, ` rob@new.example`",
        "`anna@OLD.Example`, `anna@new.example`",
        "` Anna <anna@old.example>`, ` Anna <anna@new.example>`",
        "` \"Anna, of @old.example\" <anna@old.example> (at anna@old.example)`, ` \"Anna, of @old.example\" <anna@new.example> (at anna@old.example)`",
        "` (anna@old.example) x@far.example`, ` (anna@old.example) x@far.example`",
        "` anna@old.example, x@far.example ,Bob <bob@old.example>`, ` anna@new.example, x@far.example ,Bob <rob@new.example>`",
        "` Team: anna@old.example, Bob <bob@old.example>;, c@old.example`, ` Team: anna@new.example, Bob <rob@new.example>;, c@new.example`",
        "` undisclosed-recipients:;`, ` undisclosed-recipients:;`",
        "` <@relay.example,@old.example:anna@old.example>`, ` <@relay.example,@old.example:anna@new.example>`",
        "` \"a b\"@old.example`, ` \"a b\"@new.example`",
        "` \"a\\\"@old.example\"@old.example`, ` \"a\\\"@old.example\"@new.example`",
        "` anna @ old.example`, ` anna @ new.example`",
        "` anna . b @ old . example`, ` anna . b @ new.example`",
        "` anna (is here) @ (there) old.example`, ` anna (is here) @ (there) new.example`",
        "` bob(x)@old.example`, ` rob(x)@new.example`",
        "` anna@old (no!) .example`, ` anna@old (no!) .example`",
        "` anna@old.example <x@far.example>`, ` anna@old.example <x@far.example>`",
        "` anna@old.example.`, ` anna@old.example.`",
        "` anna@old.example b@old.example`, ` anna@old.example b@old.example`",
        "` <anna@old.example`, ` <anna@old.example`",
        "` \"unclosed anna@old.example`, ` \"unclosed anna@old.example`",
        "` (unclosed (anna@old.example)`, ` (unclosed (anna@old.example)`",
        "` =?utf-8?q?Anna_=3Canna=40old.example=3E?= <anna@old.example>`, ` =?utf-8?q?Anna_=3Canna=40old.example=3E?= <anna@new.example>`",
        "` anna@[192.0.2.1], x@old.example`, ` anna@[192.0.2.1], x@new.example`",
        "` grün@old.example`, ` grün@new.example`",
        "``, ``",
        "` ,,, ;; anna@old.example`, ` ,,, ;; anna@new.example`",
    })
    void replacesAddressesAndNothingElse(String value, String expected) {
        assertThat(field(value)).isEqualTo(expected);
    }

    @Test
    void onlyTheAddressFieldsOfTheHeaderAreLookedAt() {
        String message = "Received: from a@old.example\r\nFROM: bob@old.example\r\nSubject: bob@old.example\r\nTo : anna@old.example,\r\n\tbob@old.example\r\nX-From: bob@old.example\r\n"
                + "Message-ID: <1@old.example>\r\nResent-Reply-To: bob@old.example\r\nReturn-Path: <bob@old.example>\r\n\r\nFrom: bob@old.example\r\n";
        assertThat(rewrite(message)).isEqualTo("Received: from a@old.example\r\nFROM: rob@new.example\r\nSubject: bob@old.example\r\nTo : anna@new.example,\r\n\trob@new.example\r\nX-From: bob@old.example\r\n"
                + "Message-ID: <1@old.example>\r\nResent-Reply-To: rob@new.example\r\nReturn-Path: <bob@old.example>\r\n\r\nFrom: bob@old.example\r\n");
        assertThat(asked).containsExactly("s bob@old.example", "r anna@old.example", "r bob@old.example", "s bob@old.example");
    }

    @Test
    void aHeaderEndsWhereEverybodySeesItsEnd() {
        assertThat(rewrite("From: bob@old.example\r\nno field\r\nTo: bob@old.example\r\n")).endsWith("no field\r\nTo: bob@old.example\r\n").startsWith("From: rob@new");
        assertThat(rewrite(" bob@old.example\r\nTo: bob@old.example\r\n")).endsWith("To: bob@old.example\r\n");
        assertThat(rewrite("To: bob@old.example")).isEqualTo("To: rob@new.example");
        assertThat(rewrite("To")).isEqualTo("To");
        assertThat(rewrite("To ")).isEqualTo("To ");
        assertThat(rewrite("\r")).isEqualTo("\r");
    }

    @Test
    void whatNoRuleTouchesComesOutOctetForOctet() {
        Random random = new Random(7);
        String alphabet = "ab@.<>(),;:\"\\[] \t\r\n=?\u00fcFT";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "From: " : "To:");
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(random.nextInt(8) == 0 ? "\r\n" + (random.nextBoolean() ? " " : "To:") : "" + alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(rewrite(text.toString())).isEqualTo(text.toString());
        }
    }

    @Test
    void theSameComesOutInWhateverPiecesItArrives() {
        Random random = new Random(8);
        List<String> words = List.of("From: ", "To:", "Subject: ", "bob@old.example", "anna@old.example", ", ", "\r\n", "\r\n ", "<", ">", "\"", "(", ")", "\\", ";", "x:", " ", "\r\n\r\n", "\r", "y");
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(words.get(random.nextInt(words.size())));
            }
            byte[] octets = text.toString().getBytes(UTF_8);
            String whole = rewrite(octets, Integer.MAX_VALUE);
            assertThat(rewrite(octets, 1)).isEqualTo(whole);
            assertThat(rewrite(octets, 1 + random.nextInt(9))).isEqualTo(whole);
        }
    }

    @Test
    void aLineThatWouldGrowTooLongIsFoldedAtAComma() {
        String out = rewrite("To: " + "bob@old.example,".repeat(200) + "x@far.example\r\n\r\n");
        String[] lines = out.split("\r\n");
        assertThat(lines).hasSizeGreaterThan(3).allSatisfy(line -> assertThat(line.length()).isLessThan(998));
        assertThat(out.replace("\r\n ", "")).startsWith("To: " + "rob@new.example,".repeat(200) + "x@far.example");
    }

    @Test
    void aFieldTooLongToHoldPassesAsItIs() {
        String field = "To: " + "bob@old.example,\r\n ".repeat(AddressRewriter.FIELD_LIMIT / 18) + "bob@old.example\r\n";
        String rest = "Cc: bob@old.example\r\n\r\n";
        assertThat(rewrite(field + rest)).isEqualTo(field + "Cc: rob@new.example\r\n\r\n");
    }

    @Test
    void garbageIsPassedOn() {
        Random random = new Random(9);
        for (int i = 0; i < 300; i++) {
            byte[] octets = new byte[random.nextInt(5000)];
            random.nextBytes(octets);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            AddressRewriter rewriter = new AddressRewriter(this::replace, out::write);
            rewriter.feed("From: ".getBytes(ISO_8859_1), 0, 6);
            rewriter.feed(octets, 0, octets.length);
            rewriter.finish();
            assertThat(out.toByteArray()).endsWith(octets).hasSize(octets.length + 6);
        }
    }

    @Test
    void manyTokensAndDeepCommentsCostWhatTheyAreLong() {
        String deep = "(".repeat(200_000) + ")".repeat(200_000);
        String words = "a ".repeat(200_000) + "bob@old.example";
        assertThat(field(deep + " bob@old.example")).endsWith(" rob@new.example");
        assertThat(field(words)).isEqualTo(words);
        assertThat(field(words + ", bob@old.example")).endsWith(", rob@new.example");
    }
}
