// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.platform.Disk;
import org.isthmus.trials.contract.DiskContract;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest implements DiskContract {
    private static final Path FOLDER = Path.of("/data");
    private static final int SEEDS = 400;

    private SimulatedDisk disk = new SimulatedDisk(0);

    @BeforeEach
    void prepareFolder() throws IOException {
        disk = prepared(7);
    }

    private static SimulatedDisk prepared(long seed) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(seed);
        disk.createFolders(FOLDER);
        disk.forceAll();
        return disk;
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public Path folder() {
        return FOLDER;
    }

    /// What a scenario leaves behind after a crash, over many seeds.
    private interface Scenario {
        void run(SimulatedDisk disk) throws IOException;
    }

    private static Set<String> leftovers(Scenario scenario) throws IOException {
        Set<String> seen = new TreeSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = prepared(seed);
            scenario.run(disk);
            disk.crash();
            seen.add(contents(disk));
        }
        return seen;
    }

    private static String contents(SimulatedDisk disk) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : disk.list(FOLDER)) {
            try (Disk.File file = disk.open(FOLDER.resolve(name))) {
                all.append(name).append('=').append(DiskContract.read(file, 0, 1 << 16).replace('\0', '0')).append(' ');
            }
        }
        return all.toString().strip();
    }

    @Test
    void whatWasForcedWithItsNameAlwaysSurvives() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, "durable");
            file.force(true);
            disk.forceFolder(FOLDER);
        })).containsExactly("a=durable");
    }

    @Test
    void aNameThatWasNotForcedMayBeGone() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, "durable");
            file.force(true);
        })).containsExactlyInAnyOrder("", "a=durable");
    }

    @Test
    void aFolderThatWasNotForcedTakesItsFilesWithIt() throws IOException {
        assertThat(leftovers(disk -> {
            disk.createFolders(FOLDER.resolve("new"));
            try (Disk.File file = disk.create(FOLDER.resolve("new/a"))) {
                file.force(true);
            }
            disk.forceFolder(FOLDER.resolve("new"));
            disk.crash();
            for (String folder : disk.list(FOLDER)) {
                assertThat(disk.list(FOLDER.resolve(folder))).containsExactly("a");
            }
            disk.createFolders(FOLDER.resolve("new"));
            disk.forceFolder(FOLDER);
            disk.delete(FOLDER.resolve("new/a"));
            disk.delete(FOLDER.resolve("new"));
            disk.forceFolder(FOLDER);
        })).containsExactly("");
    }

    @Test
    void bytesThatWereNotForcedSurviveInPart() throws IOException {
        String old = "o".repeat(1024);
        Set<String> seen = leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, old);
            file.force(true);
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "n".repeat(1024));
        });
        String o = "o".repeat(512);
        String n = "n".repeat(512);
        assertThat(seen).containsExactlyInAnyOrder("a=" + o + o, "a=" + n + o, "a=" + o + n, "a=" + n + n);
    }

    @Test
    void aSectorIsNeverTorn() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, "o".repeat(512));
            file.force(true);
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 100, "n".repeat(100));
        })).hasSize(2);
    }

    @Test
    void laterWritesMaySurviveWithoutEarlierOnes() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, "----");
            file.force(true);
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "1");
            DiskContract.write(file, 2, "2");
        })).containsExactlyInAnyOrder("a=----", "a=1---", "a=--2-", "a=1-2-");
    }

    @Test
    void aForceWithoutLengthMayLoseTheGrowthButNotTheBytes() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            DiskContract.write(file, 0, "1234");
            file.force(true);
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "abcdef");
            file.force(false);
        })).containsExactlyInAnyOrder("a=abcd", "a=abcdef");
    }

    @Test
    void bytesBehindALostLengthDoNotComeBack() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = prepared(seed);
            Disk.File file = disk.create(FOLDER.resolve("a"));
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "secret");
            file.force(false);
            disk.crash();
            Disk.File again = disk.open(FOLDER.resolve("a"));
            if (again.size() == 0) {
                DiskContract.write(again, 8, "x");
                assertThat(DiskContract.read(again, 0, 100)).isEqualTo("\0".repeat(8) + "x");
            }
        }
    }

    @Test
    void aRenameHappensWholeOrNotAtAll() throws IOException {
        assertThat(leftovers(disk -> {
            for (String name : List.of("new", "target")) {
                Disk.File file = disk.create(FOLDER.resolve(name));
                DiskContract.write(file, 0, name);
                file.force(true);
            }
            disk.forceFolder(FOLDER);
            disk.rename(FOLDER.resolve("new"), FOLDER.resolve("target"));
        })).containsExactlyInAnyOrder("new=new target=target", "target=new");
    }

    @Test
    void aRenamedFileThatWasNotForcedMayBeEmpty() throws IOException {
        assertThat(leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("new"));
            DiskContract.write(file, 0, "content");
            disk.rename(FOLDER.resolve("new"), FOLDER.resolve("target"));
            disk.forceFolder(FOLDER);
        })).contains("target=", "target=content").doesNotContain("", "new=content");
    }

    @Test
    void aFailedForceIsNotMadeGoodByASecondOne() throws IOException {
        Set<String> seen = leftovers(disk -> {
            Disk.File file = disk.create(FOLDER.resolve("a"));
            file.force(true);
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "promised");
            disk.failNth(Operation.FORCE, 1);
            assertThatThrownBy(() -> file.force(true)).isInstanceOf(IOException.class).hasMessageContaining("Input/output error");
            file.force(true);
        });
        assertThat(seen).contains("a=", "a=promised");
    }

    @Test
    void afterAFailedForceTheLostBytesMayStillBeSeen() throws IOException {
        boolean lied = false;
        for (long seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = prepared(seed);
            Disk.File file = disk.create(FOLDER.resolve("a"));
            disk.forceFolder(FOLDER);
            DiskContract.write(file, 0, "promised");
            disk.failNth(Operation.FORCE, 1);
            assertThatThrownBy(() -> file.force(true)).isInstanceOf(IOException.class);
            String before = contents(disk);
            disk.crash();
            lied |= before.equals("a=promised") && contents(disk).equals("a=");
        }
        assertThat(lied).isTrue();
    }

    @Test
    void aKilledProgramLosesNothingButItsHandlesAndLocks() throws IOException {
        Disk.File file = disk.create(FOLDER.resolve("a"));
        DiskContract.write(file, 0, "written");
        assertThat(disk.lock(FOLDER.resolve("lock"), "1")).isPresent();
        disk.kill();
        assertThatThrownBy(() -> DiskContract.write(file, 0, "x")).isInstanceOf(IOException.class);
        assertThat(disk.lock(FOLDER.resolve("lock"), "2")).isPresent();
        assertThat(contents(disk)).isEqualTo("a=written lock=2");
    }

    @Test
    void aLockOfBeforeTheRestartDoesNotFreeThatOfAfter() throws IOException {
        var before = disk.lock(FOLDER.resolve("lock"), "1").orElseThrow();
        disk.kill();
        assertThat(disk.lock(FOLDER.resolve("lock"), "2")).isPresent();
        before.close();
        assertThat(disk.lock(FOLDER.resolve("lock"), "3")).isEmpty();
    }

    @Test
    void failsAtTheNthOperation() throws IOException {
        Disk.File file = disk.create(FOLDER.resolve("a"));
        disk.failNth(Operation.WRITE, 2);
        DiskContract.write(file, 0, "1");
        assertThatThrownBy(() -> DiskContract.write(file, 1, "2")).isInstanceOf(IOException.class);
        DiskContract.write(file, 2, "3");
        disk.failOften(Operation.FORCE, 1);
        assertThatThrownBy(() -> file.force(true)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.force(true)).isInstanceOf(IOException.class);
        disk.failOften(Operation.FORCE, 0);
        file.force(true);
    }

    @Test
    void aFullDiskTakesAPartAndSaysSo() throws IOException {
        disk.capacity(1000);
        Disk.File file = disk.create(FOLDER.resolve("a"));
        DiskContract.write(file, 0, "x".repeat(900));
        assertThat(disk.usable(FOLDER)).isEqualTo(100);
        assertThatThrownBy(() -> DiskContract.write(file, 900, "y".repeat(200))).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        assertThat(file.size()).isEqualTo(1000);
        DiskContract.write(file, 0, "overwriting needs no room");
        file.truncate(10);
        assertThat(disk.usable(FOLDER)).isEqualTo(990);
    }

    @Test
    void whenThePowerGoesNothingWorksUntilTheRestart() throws IOException {
        disk.cutPowerAfter(2);
        Disk.File file = disk.create(FOLDER.resolve("a"));
        file.force(true);
        assertThatThrownBy(() -> disk.forceFolder(FOLDER)).isInstanceOf(IOException.class);
        assertThat(disk.powerOff()).isTrue();
        assertThatThrownBy(() -> disk.list(FOLDER)).isInstanceOf(IOException.class);
        disk.crash();
        assertThat(disk.list(FOLDER).size()).isLessThanOrEqualTo(1);
    }

    @Test
    void theSameSeedLosesTheSame() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            byte[][] results = new byte[2][];
            for (int i = 0; i < 2; i++) {
                SimulatedDisk disk = prepared(seed);
                Disk.File file = disk.create(FOLDER.resolve("a"));
                disk.forceFolder(FOLDER);
                byte[] bytes = new byte[20_000];
                new Chance(5).fill(bytes);
                file.write(ByteBuffer.wrap(bytes), 0);
                disk.crash();
                ByteBuffer read = ByteBuffer.allocate(30_000);
                disk.open(FOLDER.resolve("a")).read(read, 0);
                results[i] = Arrays.copyOf(read.array(), read.position());
            }
            assertThat(results[0]).isEqualTo(results[1]);
        }
    }
}
