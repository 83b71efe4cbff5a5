// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.trace.TraceKey.Use;
import org.isthmus.trace.TraceToken.Flag;
import org.junit.jupiter.api.Test;

class TraceTokenTest {
    private static final Path DOCUMENT = Path.of("../docs/reference/trace-token.md");
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] SITE = HEX.parseHex("404142434445464748494a4b4c4d4e4f");
    private static final byte[] MASTER = HEX.parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final long UID = 0x0123456789abcdefL;
    private static final TraceKey KEY = TraceKey.derive(7, SITE, MASTER);

    @Test
    void theDocumentHasTheDerivedKeysAndPrints() throws IOException {
        List<List<String>> rows = table("| derived | octets |");
        assertThat(rows).hasSize(8);
        for (List<String> row : rows) {
            String what = row.get(0);
            String octets = row.get(1).replace("`", "");
            String quoted = what.indexOf('`') < 0 ? "" : what.substring(what.indexOf('`') + 1, what.lastIndexOf('`'));
            String ours = switch (what.split(" ")[0]) {
                case "site" -> HEX.toHexDigits(KEY.site());
                case "xsite" -> HEX.formatHex(KEY.challenge());
                case "recipient" -> HEX.toHexDigits(KEY.recipient(UID, Mailbox.of(quoted)), 10);
                case "route" -> HEX.toHexDigits(KEY.route(quoted));
                default -> "?";
            };
            assertThat(ours).as(what).isEqualTo(octets);
        }
    }

    @Test
    void theDocumentHasTokensThatAreSealedAndOpenedAlike() throws IOException {
        List<List<String>> rows = table("| use | pass | lineage | flags | route | recipients | token |");
        assertThat(rows).hasSize(4);
        for (List<String> row : rows) {
            Use use = row.get(0).equals("message-id") ? Use.MESSAGE_ID : Use.TRANSFER;
            List<Long> prints = new ArrayList<>();
            for (String address : row.get(5).isEmpty() ? new String[0] : row.get(5).split(" ")) {
                prints.add(KEY.recipient(UID, Mailbox.of(address)));
            }
            TraceToken token = new TraceToken(3, 29700000, UID, Integer.parseInt(row.get(1)), Integer.parseInt(row.get(2)), flags(row.get(3)),
                    HexFormat.fromHexDigits(row.get(4)), prints);
            String text = row.get(6).replace("`", "");
            assertThat(KEY.seal(token, use).text()).isEqualTo(text);
            assertThat(SealedToken.parse(text).flatMap(sealed -> KEY.open(sealed, use))).contains(token);
        }
    }

    private static Set<Flag> flags(String hex) {
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        int bits = HexFormat.fromHexDigits(hex);
        Arrays.stream(Flag.values()).filter(flag -> (bits >> flag.ordinal() & 1) != 0).forEach(flags::add);
        return flags;
    }

    private static List<List<String>> table(String head) throws IOException {
        List<String> lines = Files.readAllLines(DOCUMENT, StandardCharsets.UTF_8);
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(lines.indexOf(head) + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            rows.add(Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1)).map(String::strip).toList());
        }
        return rows;
    }

    @Test
    void everyTokenReadsBackToItself() {
        Random chance = new Random(1);
        for (int i = 0; i < 500; i++) {
            TraceToken token = some(chance);
            Use use = chance.nextBoolean() ? Use.TRANSFER : Use.MESSAGE_ID;
            SealedToken sealed = KEY.seal(token, use);
            assertThat(sealed.text()).hasSize(SealedToken.length(token.recipients().size())).matches("[A-Za-z0-9_-]{51,91}");
            assertThat(SealedToken.parse(sealed.text())).contains(sealed);
            assertThat(KEY.open(sealed, use)).contains(token);
        }
        assertThat(SealedToken.LONGEST).isLessThanOrEqualTo(100);
    }

    private static TraceToken some(Random chance) {
        List<Long> prints = new ArrayList<>();
        for (int n = chance.nextInt(7); n > 0; n--) {
            prints.add(chance.nextLong() & TraceKey.RECIPIENT_MASK);
        }
        return new TraceToken(chance.nextInt(256), chance.nextLong() & 0xffff_ffffL, chance.nextLong(), chance.nextInt(256), chance.nextInt(256),
                flags(HEX.toHexDigits((byte) chance.nextInt(16))), chance.nextInt(), prints);
    }

    @Test
    void oneChangedBitMakesAForgery() {
        SealedToken sealed = KEY.seal(some(new Random(2)), Use.TRANSFER);
        byte[] octets = Base64.getUrlDecoder().decode(sealed.text());
        for (int bit = 0; bit < octets.length * 8; bit++) {
            octets[bit / 8] ^= (byte) (1 << bit % 8);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
            assertThat(SealedToken.parse(text).flatMap(changed -> KEY.open(changed, Use.TRANSFER))).as("bit %d", bit).isEmpty();
            octets[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(KEY.open(sealed, Use.TRANSFER)).isPresent();
    }

    @Test
    void whatWasSignedForOnePlaceOpensInNoOther() {
        SealedToken sealed = KEY.seal(some(new Random(3)), Use.TRANSFER);
        assertThat(KEY.open(sealed, Use.MESSAGE_ID)).isEmpty();
    }

    @Test
    void anotherSiteOrKeyOpensNothing() {
        SealedToken sealed = KEY.seal(some(new Random(4)), Use.TRANSFER);
        byte[] otherSite = SITE.clone();
        otherSite[15]++;
        byte[] otherMaster = MASTER.clone();
        otherMaster[0]++;
        assertThat(TraceKey.derive(7, otherSite, MASTER).open(sealed, Use.TRANSFER)).isEmpty();
        assertThat(TraceKey.derive(7, SITE, otherMaster).open(sealed, Use.TRANSFER)).isEmpty();
        assertThat(TraceKey.derive(8, SITE, MASTER).open(sealed, Use.TRANSFER)).isEmpty();
        assertThat(TraceKey.derive(7, SITE, MASTER).open(sealed, Use.TRANSFER)).isPresent();
    }

    @Test
    void oneTokenHasOneSpelling() {
        String text = KEY.seal(new TraceToken(0, 0, 1, 0, 0, Set.of(), 0, List.of(1L)), Use.TRANSFER).text();
        assertThat(text).hasSize(58);
        int others = 0;
        for (char last : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            String other = text.substring(0, 57) + last;
            if (!other.equals(text) && SealedToken.parse(other).flatMap(sealed -> KEY.open(sealed, Use.TRANSFER)).isPresent()) {
                others++;
            }
        }
        assertThat(others).isZero();
        assertThat(SealedToken.parse(text + "=")).isEmpty();
        assertThat(SealedToken.parse(text + "==")).isEmpty();
    }

    @Test
    void hostileTextIsNoToken() {
        Random chance = new Random(5);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int formed = 0;
        for (int i = 0; i < 50_000; i++) {
            int length = chance.nextInt(130);
            StringBuilder text = new StringBuilder(chance.nextInt(4) == 0 ? "AQ" : "");
            while (text.length() < length) {
                text.append(chance.nextInt(40) == 0 ? (char) chance.nextInt(0x10000) : alphabet.charAt(chance.nextInt(64)));
            }
            var parsed = SealedToken.parse(text);
            formed += parsed.isPresent() ? 1 : 0;
            assertThat(parsed.flatMap(sealed -> KEY.open(sealed, Use.TRANSFER))).isEmpty();
            SealedToken.atEndOf(text);
        }
        // Otherwise the rest of the reader was not tried.
        assertThat(formed).isPositive();
        assertThat(SealedToken.parse("")).isEmpty();
        assertThat(SealedToken.parse("A".repeat(91))).isEmpty();
        assertThat(SealedToken.parse("A".repeat(100_000))).isEmpty();
    }

    @Test
    void damagedTokensAreReadWithoutTrouble() {
        Random chance = new Random(6);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(KEY.seal(some(chance), Use.TRANSFER).text());
            String before = text.toString();
            for (int changes = 1 + chance.nextInt(4); changes > 0; changes--) {
                switch (chance.nextInt(3)) {
                    case 0 -> text.setCharAt(chance.nextInt(text.length()), (char) chance.nextInt(256));
                    case 1 -> text.deleteCharAt(chance.nextInt(text.length()));
                    default -> text.insert(chance.nextInt(text.length()), (char) chance.nextInt(0x3000));
                }
            }
            boolean opens = SealedToken.parse(text).flatMap(sealed -> KEY.open(sealed, Use.TRANSFER)).isPresent();
            assertThat(opens).isEqualTo(text.toString().equals(before));
        }
    }

    @Test
    void aTokenIsFoundBehindTheLastDot() {
        SealedToken sealed = KEY.seal(some(new Random(7)), Use.TRANSFER);
        assertThat(SealedToken.atEndOf("06ABCDEF01234." + sealed)).contains(sealed);
        assertThat(SealedToken.atEndOf("report.06ABCDEF01234.5." + sealed)).contains(sealed);
        assertThat(SealedToken.atEndOf(sealed.text())).isEmpty();
        assertThat(SealedToken.atEndOf("")).isEmpty();
        assertThat(SealedToken.atEndOf(".")).isEmpty();
        assertThat(SealedToken.atEndOf("06ABCDEF01234.")).isEmpty();
    }

    @Test
    void aTokenNamesItsRecipientsAndNobodyElse() {
        Mailbox bob = Mailbox.of("Bob@Example.com");
        TraceToken token = new TraceToken(0, 0, 42, 0, 0, Set.of(), 0, List.of(KEY.recipient(42, bob)));
        assertThat(token.names(Mailbox.of("bob@example.COM"), KEY)).isTrue();
        assertThat(token.names(Mailbox.of("bob@example.net"), KEY)).isFalse();
        assertThat(KEY.recipient(43, bob)).isNotEqualTo(KEY.recipient(42, bob));
    }

    @Test
    void aTokenExpires() {
        Instant sent = Instant.parse("2026-06-20T10:00:30Z");
        TraceToken token = new TraceToken(0, TraceToken.minuteOf(sent), 1, 0, 0, Set.of(), 0, List.of());
        assertThat(token.moment()).isEqualTo("2026-06-20T10:00:00Z");
        Duration validity = Duration.ofDays(45);
        assertThat(token.isExpired(sent.plus(Duration.ofDays(44)), validity)).isFalse();
        assertThat(token.isExpired(sent.plus(Duration.ofDays(46)), validity)).isTrue();
        assertThat(token.isExpired(sent.minus(Duration.ofDays(9)), validity)).isFalse();
    }

    @Test
    void countersStopAtTheirEnd() {
        TraceToken token = new TraceToken(0, 0, 1, 300, 1000, Set.of(), 0, List.of());
        assertThat(token.pass()).isEqualTo(255);
        assertThat(token.lineage()).isEqualTo(255);
        assertThat(TraceToken.minuteOf(Instant.MAX)).isEqualTo(0xffff_ffffL);
        assertThat(TraceToken.minuteOf(Instant.MIN)).isZero();
        assertThatThrownBy(() -> new TraceToken(256, 0, 1, 0, 0, Set.of(), 0, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TraceToken(0, 0, 1, 0, 0, Set.of(), 0, List.of(1L << 40))).isInstanceOf(IllegalArgumentException.class);
    }
}
