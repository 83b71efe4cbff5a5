// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import org.isthmus.platform.Disk;

/// The folder for what is broken: a copy of the bytes beside a note in plain words. Nothing reads it again but people.
final class Quarantine {
    private static final int MOST = 16 << 20;

    private final Disk disk;
    private final Path folder;

    Quarantine(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /// Copies a part of a segment, at most 16 MiB of it.
    void bytes(Segment segment, int from, int length, String note) throws IOException {
        disk.createFolders(folder);
        String name = Long.toHexString(segment.life()) + "-" + from;
        int copied = Math.min(length, MOST);
        ByteBuffer bytes = ByteBuffer.allocate(copied);
        try {
            segment.file().read(bytes, from);
        } catch (IOException e) {
            // The note alone is better than nothing.
            note += "\nThe bytes could not be read: " + e.getMessage();
        }
        write(name + ".bytes", bytes.flip());
        write(name + ".txt", text(note + "\nFrom " + segment + ", byte " + from + ", " + length + " bytes.\n"));
        disk.forceFolder(folder);
    }

    /// Moves a file here.
    void file(Path file, String note) throws IOException {
        disk.createFolders(folder);
        String name = String.valueOf(file.getFileName());
        disk.rename(file, folder.resolve(name));
        write(name + ".txt", text(note + "\n"));
        disk.forceFolder(folder);
    }

    /// A note about something that cannot be copied.
    void note(String name, String note) throws IOException {
        disk.createFolders(folder);
        write(name + ".txt", text(note + "\n"));
        disk.forceFolder(folder);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, ByteBuffer bytes) throws IOException {
        Path path = folder.resolve(name);
        try (Disk.File file = fresh(path)) {
            file.write(bytes, 0);
            file.force(true);
        }
    }

    private Disk.File fresh(Path path) throws IOException {
        try {
            return disk.create(path);
        } catch (FileAlreadyExistsException e) {
            // Left by a start that was cut short; the same bytes again.
            disk.delete(path);
            return disk.create(path);
        }
    }
}
