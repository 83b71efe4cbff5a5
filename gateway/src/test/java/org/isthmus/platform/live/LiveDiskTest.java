// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.isthmus.platform.Disk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveDiskTest {
    @TempDir
    private Path folder;

    private final LiveDisk disk = new LiveDisk();

    @Test
    void whatWasWrittenAtAPositionIsReadThere() throws Exception {
        try (Disk.File file = disk.create(folder.resolve("a"))) {
            file.write(bytes("world"), 6);
            file.write(bytes("hello "), 0);
            file.force(true);
            assertThat(file.size()).isEqualTo(11);
            assertThat(text(file, 0, 20)).isEqualTo("hello world");
            assertThat(text(file, 6, 2)).isEqualTo("wo");
            assertThat(text(file, 11, 5)).isEmpty();
            file.truncate(5);
            assertThat(file.size()).isEqualTo(5);
        }
        disk.forceFolder(folder);
    }

    @Test
    void createTakesNoNameThatExists() throws Exception {
        disk.create(folder.resolve("a")).close();
        assertThatThrownBy(() -> disk.create(folder.resolve("a"))).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void openFindsNoFileThatDoesNotExist() {
        assertThatThrownBy(() -> disk.open(folder.resolve("a"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsMadeIsForTheOwnerAlone() throws Exception {
        disk.createFolders(folder.resolve("x/y"));
        disk.create(folder.resolve("x/y/z")).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("x")))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("x/y/z")))).isEqualTo("rw-------");
    }

    @Test
    void namesAreListedInOrderAndAMissingFolderIsEmpty() throws Exception {
        for (String name : new String[] {"b", "a", "c"}) {
            disk.create(folder.resolve(name)).close();
        }
        disk.delete(folder.resolve("c"));
        disk.delete(folder.resolve("never-was"));
        assertThat(disk.list(folder)).containsExactly("a", "b");
        assertThat(disk.list(folder.resolve("none"))).isEmpty();
    }

    @Test
    void renameReplaces() throws Exception {
        Files.writeString(folder.resolve("new"), "new");
        Files.writeString(folder.resolve("old"), "old");
        disk.rename(folder.resolve("new"), folder.resolve("old"));
        assertThat(folder.resolve("old")).hasContent("new");
        assertThat(disk.facts(folder.resolve("new"))).isEmpty();
        assertThat(disk.facts(folder.resolve("old")).orElseThrow().size()).isEqualTo(3);
    }

    @Test
    void roomIsKnown() throws Exception {
        assertThat(disk.usable(folder)).isPositive();
        assertThatThrownBy(() -> disk.usable(folder.resolve("none"))).isInstanceOf(IOException.class);
    }

    @Test
    void aLockIsTakenOnceAndItsTextCanBeRead() throws Exception {
        Path file = folder.resolve("lock");
        Optional<Closeable> first = disk.lock(file, "4711");
        assertThat(first).isPresent();
        assertThat(disk.lock(file, "4712")).isEmpty();
        try (Disk.File lock = disk.open(file)) {
            assertThat(text(lock, 0, 10)).isEqualTo("4711");
        }
        assertThat(heldForOtherProcesses(file)).isTrue();
        first.get().close();
        assertThat(disk.lock(file, "9")).isPresent();
        assertThat(Files.readString(file)).isEqualTo("9");
    }

    /// A lock of POSIX would be gone if its own process had opened and closed the file once more.
    private static boolean heldForOtherProcesses(Path file) throws Exception {
        long inode = (long) Files.getAttribute(file, "unix:ino");
        return Files.readAllLines(Path.of("/proc/locks")).stream().anyMatch(line -> line.contains(":" + inode + " "));
    }

    @Test
    void anInterruptClosesNoFile() throws Exception {
        try (Disk.File file = disk.create(folder.resolve("a"))) {
            file.write(bytes("content"), 0);
            AtomicReference<String> read = new AtomicReference<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                Thread.currentThread().interrupt();
                try {
                    String got = text(file, 0, 20);
                    read.set(got + " " + Thread.currentThread().isInterrupted());
                } catch (IOException e) {
                    read.set(e.toString());
                }
            });
            reader.join();
            assertThat(read).hasValue("content true");
            assertThat(text(file, 0, 20)).isEqualTo("content");
        }
    }

    @Test
    void whatIsOpenedToReadIsNotWritten() throws Exception {
        Files.writeString(folder.resolve("a"), "content");
        try (Disk.File file = disk.openToRead(folder.resolve("a"))) {
            assertThat(text(file, 0, 20)).isEqualTo("content");
            assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class).hasMessageContaining("may only be read");
        }
        assertThatThrownBy(() -> disk.openToRead(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileLostByAnInterruptIsOpenedAgain() throws Exception {
        Path path = folder.resolve("a");
        Files.writeString(path, "content");
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try (LiveFile file = new LiveFile(path, channel, java.util.Set.of(StandardOpenOption.READ))) {
            channel.close();
            assertThat(text(file, 0, 20)).isEqualTo("content");
            assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class).hasMessageContaining("may only be read");
        }
    }

    @Test
    void aFileLostByAnInterruptIsNotTakenForAnother() throws Exception {
        Path path = folder.resolve("a");
        Files.writeString(path, "content");
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try (LiveFile file = new LiveFile(path, channel, java.util.Set.of(StandardOpenOption.READ))) {
            Files.writeString(folder.resolve("b"), "other");
            Files.move(folder.resolve("b"), path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            channel.close();
            assertThatThrownBy(() -> text(file, 0, 20)).isInstanceOf(IOException.class).hasMessageContaining("another file");
        }
    }

    @Test
    void aClosedFileStaysClosed() throws Exception {
        Disk.File file = disk.create(folder.resolve("a"));
        file.close();
        assertThatThrownBy(() -> text(file, 0, 1)).isInstanceOf(IOException.class);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String text(Disk.File file, long position, int most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(most);
        int count = file.read(buffer, position);
        return new String(buffer.array(), 0, count, US_ASCII);
    }
}
