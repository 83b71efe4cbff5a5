// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.isthmus.platform.Disk;

/// The system's files. What it makes is for the owner alone: files 0600, folders 0700.
final class LiveDisk implements Disk {
    private static final FileAttribute<?> PRIVATE_FILE = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> PRIVATE_FOLDER = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @Override
    public File open(Path path) throws IOException {
        Optional<File> lock = HeldLocks.view(path);
        if (lock.isPresent()) {
            return lock.get();
        }
        try {
            return new LiveFile(path, FileChannel.open(path, READ, WRITE), Set.of(READ, WRITE));
        } catch (AccessDeniedException e) {
            // Configuration and lists of recipients often belong to somebody else and may only be read.
            return new LiveFile(path, FileChannel.open(path, READ), Set.of(READ));
        }
    }

    @Override
    public File openToRead(Path path) throws IOException {
        return new LiveFile(path, FileChannel.open(path, READ), Set.of(READ));
    }

    @Override
    public File create(Path path) throws IOException {
        return new LiveFile(path, FileChannel.open(path, Set.of(READ, WRITE, CREATE_NEW), PRIVATE_FILE), Set.of(READ, WRITE));
    }

    @Override
    public void createFolders(Path path) throws IOException {
        Files.createDirectories(path, PRIVATE_FOLDER);
    }

    @Override
    public void forceFolder(Path path) throws IOException {
        // On Linux a folder can be opened for reading and forced; that is what makes the names in it durable.
        try (FileChannel folder = FileChannel.open(path, READ)) {
            folder.force(true);
        }
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        try (Stream<Path> names = Files.list(folder)) {
            return names.map(name -> name.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public Optional<Facts> facts(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(new Facts(attributes.size(), attributes.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public long usable(Path folder) throws IOException {
        // One system call; the file store's way reads the table of mounts each time. But it says 0 for "could not tell" too.
        long quick = folder.toFile().getUsableSpace();
        return quick > 0 ? quick : Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) throws IOException {
        return HeldLocks.take(file, text);
    }

    static FileChannel openLock(Path file) throws IOException {
        return FileChannel.open(file, Set.of(READ, WRITE, CREATE), PRIVATE_FILE);
    }
}
