// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.isthmus.platform.Disk;
import org.junit.jupiter.api.Test;

/// What every {@link Disk} does.
public interface DiskContract {
    Disk disk();

    /// An existing, empty folder.
    Path folder();

    static void write(Disk.File file, long position, String text) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), position);
    }

    static String read(Disk.File file, long position, int most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(most);
        int count = file.read(buffer, position);
        assertThat(buffer.position()).isEqualTo(count);
        return new String(buffer.array(), 0, count, UTF_8);
    }

    @Test
    default void readsWhatWasWritten() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "hello world");
            write(file, 6, "there");
            assertThat(read(file, 0, 100)).isEqualTo("hello there");
            assertThat(read(file, 6, 3)).isEqualTo("the");
            assertThat(file.size()).isEqualTo(11);
        }
    }

    @Test
    default void readsNothingAtAndBehindTheEnd() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "abc");
            assertThat(read(file, 3, 10)).isEmpty();
            assertThat(read(file, 1000, 10)).isEmpty();
        }
    }

    @Test
    default void fillsAGapWithZeros() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 10_000, "x");
            assertThat(file.size()).isEqualTo(10_001);
            assertThat(read(file, 0, 10_001)).isEqualTo("\0".repeat(10_000) + "x");
        }
    }

    @Test
    default void leavesThePositionOfTheWrittenBufferAtItsEnd() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            ByteBuffer buffer = ByteBuffer.wrap("0123456789".getBytes(UTF_8), 2, 5);
            file.write(buffer, 0);
            assertThat(buffer.remaining()).isZero();
            assertThat(read(file, 0, 100)).isEqualTo("23456");
        }
    }

    @Test
    default void contentOutlivesTheHandle() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "kept");
            file.force(true);
        }
        disk().forceFolder(folder());
        try (Disk.File file = disk().open(folder().resolve("a"))) {
            assertThat(read(file, 0, 100)).isEqualTo("kept");
        }
    }

    @Test
    default void refusesToUseAClosedFile() throws IOException {
        Disk.File file = disk().create(folder().resolve("a"));
        file.close();
        file.close();
        assertThatThrownBy(() -> write(file, 0, "x")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read(file, 0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.force(false)).isInstanceOf(IOException.class);
    }

    @Test
    default void opensOnlyWhatExists() {
        assertThatThrownBy(() -> disk().open(folder().resolve("a"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk().open(folder().resolve("no/where"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk().open(folder())).isInstanceOf(IOException.class);
    }

    @Test
    default void createsOnlyWhatDoesNotExist() throws IOException {
        disk().create(folder().resolve("a")).close();
        assertThatThrownBy(() -> disk().create(folder().resolve("a"))).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk().create(folder().resolve("no/where"))).isInstanceOf(IOException.class);
    }

    @Test
    default void listsNamesInOrder() throws IOException {
        for (String name : new String[] {"b", "c", "a", "Z"}) {
            disk().create(folder().resolve(name)).close();
        }
        disk().createFolders(folder().resolve("d"));
        assertThat(disk().list(folder())).containsExactly("Z", "a", "b", "c", "d");
        assertThat(disk().list(folder().resolve("nowhere"))).isEmpty();
    }

    @Test
    default void createsFoldersAllTheWayAndMindsNoneThatExist() throws IOException {
        Path deep = folder().resolve("x/y/z");
        disk().createFolders(deep);
        disk().createFolders(deep);
        disk().create(deep.resolve("a")).close();
        assertThat(disk().list(deep)).containsExactly("a");
        assertThat(disk().list(folder().resolve("x"))).containsExactly("y");
    }

    @Test
    default void renameReplacesTheTarget() throws IOException {
        try (Disk.File old = disk().create(folder().resolve("old")); Disk.File target = disk().create(folder().resolve("target"))) {
            write(old, 0, "new content");
            write(target, 0, "previous");
            disk().rename(folder().resolve("old"), folder().resolve("target"));
            assertThat(disk().list(folder())).containsExactly("target");
            // Who has the replaced file open goes on reading it.
            assertThat(read(target, 0, 100)).isEqualTo("previous");
        }
        try (Disk.File file = disk().open(folder().resolve("target"))) {
            assertThat(read(file, 0, 100)).isEqualTo("new content");
        }
        assertThatThrownBy(() -> disk().rename(folder().resolve("old"), folder().resolve("x"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    default void deletesAFileThatIsThereOrNot() throws IOException {
        Disk.File file = disk().create(folder().resolve("a"));
        write(file, 0, "still readable");
        disk().delete(folder().resolve("a"));
        disk().delete(folder().resolve("a"));
        assertThat(disk().list(folder())).isEmpty();
        assertThat(read(file, 0, 100)).isEqualTo("still readable");
        file.close();
    }

    @Test
    default void knowsSizeAndTime() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "12345");
            Disk.Facts facts = disk().facts(folder().resolve("a")).orElseThrow();
            assertThat(facts.size()).isEqualTo(5);
            assertThat(facts.changed().getEpochSecond()).isPositive();
        }
        assertThat(disk().facts(folder().resolve("b"))).isEmpty();
        assertThat(disk().usable(folder())).isPositive();
    }

    @Test
    default void truncatesButNeverGrows() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "0123456789");
            file.truncate(4);
            assertThat(read(file, 0, 100)).isEqualTo("0123");
            file.truncate(8);
            assertThat(file.size()).isEqualTo(4);
            write(file, 6, "x");
            assertThat(read(file, 0, 100)).isEqualTo("0123\0\0x");
        }
    }

    @Test
    default void aLockIsHeldOnceAndTellsItsText() throws IOException {
        Path path = folder().resolve("lock");
        Closeable lock = disk().lock(path, "pid 42\n").orElseThrow();
        assertThat(disk().lock(path, "pid 43\n")).isEmpty();
        try (Disk.File file = disk().open(path)) {
            assertThat(read(file, 0, 100)).isEqualTo("pid 42\n");
        }
        lock.close();
        Closeable again = disk().lock(path, "7").orElseThrow();
        try (Disk.File file = disk().open(path)) {
            assertThat(read(file, 0, 100)).isEqualTo("7");
        }
        again.close();
    }

    /// A thread that was told to stop while it reads must not close the file under others, as an interruptible channel does.
    @Test
    default void anInterruptedReaderHarmsNobody() throws IOException {
        try (Disk.File file = disk().create(folder().resolve("a"))) {
            write(file, 0, "text");
            Thread.currentThread().interrupt();
            try {
                assertThat(read(file, 0, 10)).isEqualTo("text");
                write(file, 4, "s");
                file.force(true);
            } finally {
                assertThat(Thread.interrupted()).as("still marked as interrupted").isTrue();
            }
            assertThat(read(file, 0, 10)).isEqualTo("texts");
        }
    }
}
