// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.isthmus.address.Mailbox;
import org.isthmus.dsn.Letter.Returned;
import org.isthmus.message.HeaderField;
import org.isthmus.smtp.EnhancedStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DsnWriterTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant EARLIER = Instant.parse("2026-11-23T12:00:00Z");

    private static Letter letter(String to, String text, Returned returned, boolean international) {
        return new Letter("Mail Delivery System", Mailbox.of("postmaster@example.com"), Mailbox.of(to), "Undelivered mail", "<report.01@mx1.example.com>", "<1@example.com>", NOON, text, returned,
                international, "01-1");
    }

    private static Dsn dsn(RecipientReport... recipients) {
        return new Dsn(TypedText.dns("mx1.example.com"), "QQ314159", TypedText.dns("client.example"), EARLIER, List.of(recipients));
    }

    private static RecipientReport failed(String address) {
        return new RecipientReport(new TypedText("rfc822", "Bob@example.org"), TypedText.address(Mailbox.of(address)), Action.FAILED, EnhancedStatus.of("5.1.1"), TypedText.dns("mx.example.org"),
                TypedText.smtp("550 5.1.1 No such user here, and none that could be mistaken for it, as far as this server can tell"), NOON, null, null, List.of());
    }

    private static RecipientReport delayed() {
        return new RecipientReport(null, new TypedText("rfc822", "carol@example.net"), Action.DELAYED, EnhancedStatus.of("4.4.1"), null, null, NOON, "01ABC", NOON.plusSeconds(86400),
                List.of(new HeaderField("X-Loop-Path", "mx1.example.com -> mx.example.net")));
    }

    private static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(UTF_8);
    }

    /// What every report must be, whatever is in it.
    private static void check(byte[] message, boolean sevenBit) {
        String text = new String(message, ISO_8859_1);
        assertThat(text).endsWith("\r\n");
        assertThat(text.replace("\r\n", "")).doesNotContain("\r", "\n", "\0");
        assertThat(text.split("\r\n")).allMatch(line -> line.length() <= 998);
        if (sevenBit) {
            assertThat(text.chars()).allMatch(c -> c < 128);
        }
    }

    private static void golden(String name, byte[] message) throws IOException {
        String actual = new String(message, UTF_8).replace("\r\n", "\n");
        try (InputStream in = DsnWriterTest.class.getResourceAsStream("/golden/" + name)) {
            String expected = in == null ? "" : new String(in.readAllBytes(), UTF_8);
            if (!actual.equals(expected)) {
                Path written = Path.of("target", "golden", name);
                Files.createDirectories(Objects.requireNonNull(written.getParent()));
                Files.writeString(written, actual);
            }
            assertThat(actual).as("src/test/resources/golden/%s; what was written is in target/golden", name).isEqualTo(expected);
        }
    }

    @Test
    void writesAFailureAndADelay() throws IOException {
        String text = "Your message did not reach some or all of the intended recipients.\n\nbob@example.org: no such user.\n";
        Returned returned = new Returned.HeaderOnly(bytes("From: <alice@example.com>\nSubject: Hello\n"));
        byte[] message = DsnWriter.write(letter("alice@example.com", text, returned, false), dsn(failed("bob@example.org"), delayed()));
        check(message, true);
        golden("dsn-failure-and-delay.eml", message);
        DeliveryReport read = DsnReader.read(message).orElseThrow();
        assertThat(read.dsn()).isEqualTo(dsn(failed("bob@example.org"), delayed()));
        assertThat(read.text().strip()).isEqualTo(text.strip());
        assertThat(Objects.requireNonNull(read.returned()).text("Subject")).isEqualTo("Hello");
        assertThat(read.wholeMessage()).isFalse();
    }

    @Test
    void returnsTheWholeMessage() throws IOException {
        Returned returned = new Returned.Whole(bytes("Subject: Hello\n\nA body\n--01-1\n.\n"));
        byte[] message = DsnWriter.write(letter("alice@example.com", "Text\n", returned, false), dsn(failed("bob@example.org")));
        check(message, true);
        golden("dsn-whole-message.eml", message);
        assertThat(DsnReader.read(message).orElseThrow().wholeMessage()).isTrue();
    }

    @Test
    void anInternationalReportToAnAsciiAddressAsksForNothing() throws IOException {
        Returned returned = new Returned.HeaderOnly(bytes("From: <alice@example.com>\nSubject: Gr\u00fc\u00dfe\n"));
        byte[] message = DsnWriter.write(letter("alice@example.com", "An b\u00fcb@b\u00fccher.example\n", returned, true), dsn(failed("b\u00fcb@b\u00fccher.example")));
        check(message, true);
        golden("dsn-international-to-ascii.eml", message);
        DeliveryReport read = DsnReader.read(message).orElseThrow();
        assertThat(read.dsn()).isEqualTo(dsn(failed("b\u00fcb@b\u00fccher.example")));
        assertThat(Objects.requireNonNull(read.returned()).first("Subject").orElseThrow().utf8Text()).isEqualTo("Gr\u00fc\u00dfe");
    }

    @Test
    void anInternationalReportToAnInternationalAddressIsUtf8() throws IOException {
        Returned returned = new Returned.Whole(bytes("Subject: Gr\u00fc\u00dfe\n\nB\u00f6dy\n"));
        byte[] message = DsnWriter.write(letter("\u00e4lice@example.com", "An b\u00fcb@example.org\n", returned, true), dsn(failed("b\u00fcb@example.org")));
        check(message, false);
        golden("dsn-international.eml", message);
        assertThat(DsnReader.read(message).orElseThrow().dsn()).isEqualTo(dsn(failed("b\u00fcb@example.org")));
    }

    @Test
    void withoutSmtpUtf8AddressesAreSpeltInSevenBits() {
        byte[] message = DsnWriter.write(letter("alice@example.com", "b\u00fcb\n", new Returned.Nothing(), false), dsn(failed("b\u00fcb@example.org")));
        check(message, true);
        assertThat(new String(message, UTF_8)).contains("Content-Type: message/delivery-status\r\n", "Final-Recipient: utf-8; b\\x{FC}b@example.org\r\n");
        assertThat(DsnReader.read(message).orElseThrow().dsn()).isEqualTo(dsn(failed("b\u00fcb@example.org")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"B\u00f6dy\n", "a\0b\n", "x", "\u00ff"})
    void returnsOnlyTheHeaderOfWhatCannotTravel(String body) {
        String odd = body.equals("x") ? "x".repeat(999) + "\n" : body;
        byte[] message = DsnWriter.write(letter("alice@example.com", "Text\n", new Returned.Whole(bytes("Subject: Hello\n\n" + odd)), false), dsn(failed("bob@example.org")));
        check(message, true);
        DeliveryReport read = DsnReader.read(message).orElseThrow();
        assertThat(read.wholeMessage()).isFalse();
        assertThat(Objects.requireNonNull(read.returned()).text("Subject")).isEqualTo("Hello");
    }

    @Test
    void rawEightBitHeadersComeBackEncoded() {
        byte[] header = "Subject: \u00fc\u00ff\r\n".getBytes(ISO_8859_1);
        byte[] message = DsnWriter.write(letter("alice@example.com", "Text\n", new Returned.HeaderOnly(header), false), dsn(failed("bob@example.org")));
        check(message, true);
        assertThat(Objects.requireNonNull(DsnReader.read(message).orElseThrow().returned()).text("Subject")).isEqualTo("\u00fc\u00ff");
    }

    @Test
    void noValueCanBreakOutOfItsField() {
        String evil = "x\r\nBcc: victim@example.org\r\n\r\n--01-1\nAction: delivered\0\u0085";
        RecipientReport recipient = new RecipientReport(new TypedText("rfc822", evil), new TypedText("rfc822", "b@c"), Action.FAILED, EnhancedStatus.of("5.0.0"), TypedText.dns(evil), TypedText.smtp(evil),
                null, evil, null, List.of(new HeaderField("X-A", evil)));
        Letter letter = new Letter(evil, Mailbox.of("p@example.com"), Mailbox.of("a@example.com"), evil, evil, evil, NOON, "Text\n", new Returned.Nothing(), false, evil);
        byte[] message = DsnWriter.write(letter, new Dsn(TypedText.dns(evil), evil, null, null, List.of(recipient)));
        check(message, true);
        DeliveryReport read = DsnReader.read(message).orElseThrow();
        assertThat(read.dsn().recipients()).hasSize(1).first().extracting(RecipientReport::action).isEqualTo(Action.FAILED);
        assertThat(new String(message, UTF_8)).doesNotContain("\nBcc");
    }

    @Test
    void whatIsWrittenReadsBack() {
        Random random = new Random(6);
        for (int round = 0; round < 500; round++) {
            List<RecipientReport> recipients = new ArrayList<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                recipients.add(recipient(random));
            }
            Dsn dsn = new Dsn(TypedText.dns("mx.example"), maybe(random, words(random)), maybe(random, TypedText.dns("a.example")), maybe(random, EARLIER), recipients);
            for (String to : List.of("alice@example.com", "\u00e4lice@example.com")) {
                byte[] message = DsnWriter.write(letter(to, words(random) + "\n", new Returned.Nothing(), random.nextBoolean()), dsn);
                check(message, to.startsWith("a"));
                assertThat(DsnReader.read(message).orElseThrow().dsn()).isEqualTo(dsn);
            }
        }
    }

    private static RecipientReport recipient(Random random) {
        TypedText address = TypedText.address(Mailbox.of(List.of("b@c.example", "\"a b+c\"@d.example", "\u00fc+x=y@e.example", "x".repeat(64) + "@" + "label.".repeat(40) + "example").get(random.nextInt(4))));
        return new RecipientReport(maybe(random, address), address, Action.values()[random.nextInt(5)], EnhancedStatus.of("5." + random.nextInt(8) + ".1"), maybe(random, TypedText.dns("mx.example")),
                maybe(random, TypedText.smtp(words(random))), maybe(random, NOON), maybe(random, "01ABC"), maybe(random, NOON), random.nextBoolean() ? List.of() : List.of(new HeaderField("X-Own", words(random))));
    }

    private static <T> @Nullable T maybe(Random random, T value) {
        return random.nextBoolean() ? value : null;
    }

    /// Words with one or two blanks between.
    private static String words(Random random) {
        StringBuilder text = new StringBuilder("w");
        for (int n = random.nextInt(30); n > 0; n--) {
            text.append(random.nextInt(5) == 0 ? "  " : " ").append("abcdefghijklmnopqrstuvwxyz".repeat(3), 0, 1 + random.nextInt(70));
        }
        return text.toString();
    }
}
