// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceKey.Use;
import org.isthmus.trace.TraceToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteKeysTest {
    private static final Mailbox BOB = Mailbox.of("bob@example.com");

    @TempDir
    Path data;

    private final HandTime time = new HandTime();
    private final Disk disk = LivePlatform.open(List::of).platform().disk();
    private final Random random = new Random(1);
    private final Entropy entropy = new Entropy() {
        @Override
        public void fill(byte[] into) {
            random.nextBytes(into);
        }

        @Override
        public long below(long bound) {
            return random.nextLong(bound);
        }
    };

    private static final class HandTime implements Time {
        Instant now = Instant.parse("2026-06-20T10:00:00Z");

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) {
            throw new AssertionError("nobody waits for keys");
        }
    }

    private SiteKeys open() {
        return SiteKeys.open(disk, entropy, time, data);
    }

    private Path file() {
        return data.resolve("keys/site-keys");
    }

    private SealedToken token(SiteKeys keys) {
        TraceKey key = keys.current();
        return key.seal(new TraceToken(0, TraceToken.minuteOf(time.now), 42, 0, 0, Set.of(), 0, List.of(key.recipient(42, BOB))), Use.TRANSFER);
    }

    private static TraceToken ours(SiteKeys keys, SealedToken token) {
        return keys.check(token, Use.TRANSFER) instanceof TraceCheck.Ours ours ? ours.token() : org.assertj.core.api.Assertions.fail("not ours: " + keys.check(token, Use.TRANSFER));
    }

    @Test
    void theFirstStartMakesAKeyForTheOwnersEyesAlone() throws IOException {
        SiteKeys keys = open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file()))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent()))).isEqualTo("rwx------");
        assertThat(Files.list(file().getParent())).containsExactly(file());
        assertThat(keys.made()).hasSize(1);
    }

    @Test
    void aTokenIsKnownAgainAfterARestart() {
        SealedToken token = token(open());
        SiteKeys later = open();
        TraceCheck check = later.check(token, Use.TRANSFER);
        assertThat(check).isInstanceOf(TraceCheck.Ours.class);
        assertThat(((TraceCheck.Ours) check).token().names(BOB, ((TraceCheck.Ours) check).key())).isTrue();
        assertThat(later.keys()).hasSize(1);
    }

    @Test
    void everyMonthANewKeySignsAndTheOldOnesStillOpen() {
        SiteKeys keys = open();
        List<SealedToken> tokens = new ArrayList<>();
        int first = keys.current().id();
        for (int day = 0; day <= 120; day++) {
            tokens.add(token(keys));
            for (int age = 0; age <= Math.min(day, 44); age++) {
                assertThat(ours(keys, tokens.get(day - age)).uid()).as("day %d, sent %d days before", day, age).isEqualTo(42);
            }
            assertThat(keys.made().size()).isBetween(1, 3);
            time.now = time.now.plus(Duration.ofDays(1));
        }
        assertThat(keys.made()).hasSize(3);
        assertThat(keys.find(first)).isEmpty();
        assertThat(keys.keys()).hasSize(3);
        assertThat(open().made()).isEqualTo(keys.made());
    }

    @Test
    void anOldTokenHasExpiredAndAVeryOldOneIsForeign() {
        SiteKeys keys = open();
        SealedToken token = token(keys);
        time.now = time.now.plus(Duration.ofDays(46));
        assertThat(keys.check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Expired.class);
        for (int month = 0; month < 4; month++) {
            time.now = time.now.plus(Duration.ofDays(31));
            keys.current();
        }
        assertThat(keys.check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Foreign.class);
    }

    @Test
    void twoSitesNeverTakeTheTokensOfOneAnother() {
        SiteKeys here = open();
        for (int i = 0; i < 1000; i++) {
            SiteKeys there = SiteKeys.ephemeral(entropy, time);
            assertThat(here.check(token(there), Use.TRANSFER)).isInstanceOf(TraceCheck.Foreign.class);
            assertThat(there.check(token(here), Use.TRANSFER)).isInstanceOf(TraceCheck.Foreign.class);
        }
        assertThat(here.check(token(here), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void aWrongSignatureUnderAKeyOfOursIsAForgery() {
        SiteKeys keys = open();
        String text = token(keys).text();
        String forged = text.substring(0, 30) + (text.charAt(30) == 'A' ? 'B' : 'A') + text.substring(31);
        assertThat(keys.check(SealedToken.parse(forged).orElseThrow(), Use.TRANSFER)).isInstanceOf(TraceCheck.Forged.class);
        assertThat(keys.check(token(keys), Use.MESSAGE_ID)).isInstanceOf(TraceCheck.Forged.class);
    }

    @Test
    void aLostFolderCostsTheMemoryAndNothingElse() throws IOException {
        SealedToken token = token(open());
        Files.delete(file());
        Files.delete(file().getParent());
        SiteKeys later = open();
        assertThat(later.check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Foreign.class);
        assertThat(open().check(token(later), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void aFolderThatIsLostWhileMailFlowsIsMadeAgainWithTheNextKey() throws IOException {
        SiteKeys keys = open();
        SealedToken token = token(keys);
        Files.delete(file());
        Files.delete(file().getParent());
        time.now = time.now.plus(Duration.ofDays(31));
        keys.current();
        assertThat(open().check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void aFileOfRubbishIsPutAside() throws IOException {
        open();
        Files.writeString(file(), "rubbish\n\0\0\n");
        SiteKeys keys = open();
        assertThat(Files.readString(data.resolve("keys/site-keys.damaged-" + time.now.getEpochSecond()))).startsWith("rubbish");
        assertThat(open().check(token(keys), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void aBadLineCostsOneKey() throws IOException {
        SiteKeys keys = open();
        SealedToken old = token(keys);
        time.now = time.now.plus(Duration.ofDays(31));
        SealedToken present = token(keys);
        List<String> lines = new ArrayList<>(Files.readAllLines(file()));
        int newest = lines.indexOf(lines.stream().filter(line -> line.startsWith("key ")).findFirst().orElseThrow());
        lines.set(newest, lines.get(newest).replaceFirst("Z .", "Z g"));
        Files.write(file(), lines);
        SiteKeys later = open();
        assertThat(later.check(old, Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
        assertThat(later.check(present, Use.TRANSFER)).isInstanceOf(TraceCheck.Foreign.class);
        assertThat(later.check(token(later), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void anyDamageToTheFileLeavesASiteThatSigns() throws IOException {
        SiteKeys keys = open();
        time.now = time.now.plus(Duration.ofDays(31));
        keys.current();
        byte[] good = Files.readAllBytes(file());
        for (int i = 0; i < 300; i++) {
            byte[] bad = random.nextBoolean() ? good.clone() : Arrays.copyOf(good, random.nextInt(good.length));
            for (int changes = random.nextInt(4); changes > 0 && bad.length > 0; changes--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(file(), bad);
            SiteKeys later = open();
            assertThat(later.check(token(later), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
            time.now = time.now.plusSeconds(1);
        }
    }

    @Test
    void aFileThatMayNotBeReadIsLeftAloneAndMailGoesOn() throws IOException {
        open();
        byte[] before = Files.readAllBytes(file());
        SiteKeys keys = SiteKeys.open(new Broken(disk) {
            @Override
            public File openToRead(Path path) throws IOException {
                throw new java.nio.file.AccessDeniedException(path.toString());
            }
        }, entropy, time, data);
        assertThat(keys.check(token(keys), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
        time.now = time.now.plus(Duration.ofDays(31));
        keys.current();
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void whileTheDiskIsFullTheOldKeySignsAndAnHourLaterItIsTriedAgain() {
        open();
        boolean[] full = {true};
        SiteKeys keys = SiteKeys.open(new Broken(disk) {
            @Override
            public File create(Path path) throws IOException {
                if (full[0]) {
                    throw new IOException("No space left on device");
                }
                return super.create(path);
            }
        }, entropy, time, data);
        int before = keys.current().id();
        time.now = time.now.plus(Duration.ofDays(31));
        assertThat(keys.current().id()).isEqualTo(before);
        full[0] = false;
        assertThat(keys.current().id()).isEqualTo(before);
        time.now = time.now.plus(Duration.ofHours(2));
        assertThat(keys.current().id()).isNotEqualTo(before);
    }

    @Test
    void aFirstKeyThatCannotBeWrittenIsUsedAndWrittenLater() {
        boolean[] full = {true};
        SiteKeys keys = SiteKeys.open(new Broken(disk) {
            @Override
            public File create(Path path) throws IOException {
                if (full[0]) {
                    throw new IOException("No space left on device");
                }
                return super.create(path);
            }
        }, entropy, time, data);
        SealedToken token = token(keys);
        assertThat(keys.check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
        full[0] = false;
        time.now = time.now.plus(Duration.ofHours(2));
        keys.current();
        assertThat(open().check(token, Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void aKeyMadeUnderAWrongClockDoesNotSignForYears() {
        time.now = Instant.parse("2040-01-01T00:00:00Z");
        SiteKeys keys = open();
        int before = keys.current().id();
        time.now = Instant.parse("2026-06-20T10:00:00Z");
        assertThat(keys.current().id()).isNotEqualTo(before);
        assertThat(keys.check(token(keys), Use.TRANSFER)).isInstanceOf(TraceCheck.Ours.class);
    }

    @Test
    void theCheckSaysWhatIsWrongAndChangesNothing() throws IOException {
        assertThat(SiteKeys.trouble(disk, data)).isEmpty();
        assertThat(file()).doesNotExist();
        open();
        assertThat(SiteKeys.trouble(disk, data)).isEmpty();
        byte[] good = Files.readAllBytes(file());
        Files.write(file(), (new String(good, java.nio.charset.StandardCharsets.US_ASCII) + "key 1\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(SiteKeys.trouble(disk, data).orElseThrow()).contains("site-keys: lines [5] are damaged");
        Files.writeString(file(), "");
        assertThat(SiteKeys.trouble(disk, data).orElseThrow()).contains("no key that can be used");
        assertThat(Files.size(file())).isZero();
        Files.delete(file());
        Files.createDirectory(file());
        assertThat(SiteKeys.trouble(disk, data).orElseThrow()).contains("cannot be read");
    }

    @Test
    void secretsAreNotPrinted() throws IOException {
        SiteKeys keys = open();
        String secret = Files.readAllLines(file()).stream().filter(line -> line.startsWith("key ")).findFirst().orElseThrow().split(" ")[3];
        assertThat(keys.toString() + keys.current() + KeyRing.fresh(entropy, time.now)).doesNotContain(secret).doesNotContain("master");
    }

    /// A disk with one thing wrong.
    private static class Broken implements Disk {
        private final Disk disk;

        Broken(Disk disk) {
            this.disk = disk;
        }

        @Override
        public File open(Path path) throws IOException {
            return disk.open(path);
        }

        @Override
        public File openToRead(Path path) throws IOException {
            return disk.openToRead(path);
        }

        @Override
        public File create(Path path) throws IOException {
            return disk.create(path);
        }

        @Override
        public void createFolders(Path path) throws IOException {
            disk.createFolders(path);
        }

        @Override
        public void forceFolder(Path path) throws IOException {
            disk.forceFolder(path);
        }

        @Override
        public List<String> list(Path folder) throws IOException {
            return disk.list(folder);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            disk.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            disk.delete(path);
        }

        @Override
        public Optional<Facts> facts(Path path) throws IOException {
            return disk.facts(path);
        }

        @Override
        public long usable(Path folder) throws IOException {
            return disk.usable(folder);
        }

        @Override
        public Optional<Closeable> lock(Path file, String text) throws IOException {
            return disk.lock(file, text);
        }
    }
}
