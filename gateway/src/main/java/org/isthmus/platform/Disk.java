// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.time.Instant;

/// Files and folders. Nothing is durable until {@link File#force} and, for names, {@link #forceFolder} have returned.
public interface Disk {
    /// Opens an existing file for reading and writing.
    /// @throws java.nio.file.NoSuchFileException if there is none
    File open(Path path) throws IOException;

    /// Opens an existing file for reading alone, which needs no right to write it: an operator's file.
    /// @throws java.nio.file.NoSuchFileException if there is none
    default File openToRead(Path path) throws IOException {
        return open(path);
    }

    /// Puts a file into the place of another one, or of none, as a whole: after a crash the old one is there or the new one. Durable when this returns.
    /// @param next in the same folder, which exists; where the new content is made. What is left there of an earlier try is thrown away
    /// @throws IOException if it could not be done; the old file may be there still
    default void replace(Path file, Path next, byte[] content) throws IOException {
        delete(next);
        try (File open = create(next)) {
            open.write(ByteBuffer.wrap(content), 0);
            open.force(true);
        }
        rename(next, file);
        Path folder = file.getParent();
        if (folder != null) {
            forceFolder(folder);
        }
    }

    /// Makes a new, empty file and opens it.
    /// @throws java.nio.file.FileAlreadyExistsException if the name is taken
    File create(Path path) throws IOException;

    void createFolders(Path path) throws IOException;

    /// Makes the names in a folder durable: created, renamed and deleted ones.
    void forceFolder(Path path) throws IOException;

    /// Names in a folder, in order of name; empty if the folder does not exist.
    List<String> list(Path folder) throws IOException;

    /// Replaces the target if there is one, in one step.
    void rename(Path from, Path to) throws IOException;

    /// Deletes a file; nothing happens if it does not exist.
    void delete(Path path) throws IOException;

    /// Size and time of last change; empty if there is no such file.
    Optional<Facts> facts(Path path) throws IOException;

    /// Bytes that can still be written to the file system of this folder.
    long usable(Path folder) throws IOException;

    /// Takes the lock of a folder, for as long as the process lives or until closed. The lock file holds the text.
    /// @return empty if another process has it
    Optional<Closeable> lock(Path file, String text) throws IOException;

    /// A file's size in bytes and time of last change.
    record Facts(long size, Instant changed) {}

    /// An open file. Safe for several readers beside one writer.
    interface File extends Closeable {
        /// Reads at a position until the buffer is full or the file ends; says how many bytes.
        int read(ByteBuffer into, long position) throws IOException;

        /// Writes the whole buffer at a position.
        void write(ByteBuffer from, long position) throws IOException;

        /// Makes durable what was written. After a failure nobody knows what is on the disk: never retry it.
        /// @param length also the file's length and other facts, not only its bytes
        void force(boolean length) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }
}
