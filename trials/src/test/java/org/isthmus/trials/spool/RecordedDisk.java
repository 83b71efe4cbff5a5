// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.platform.Disk;

/// Writes down every call that changes the disk, so that what had happened after the first n of them can be made again on another disk.
final class RecordedDisk implements Disk {
    /// One call, made again.
    private interface Change {
        void on(Disk disk, Map<Path, File> open) throws IOException;
    }

    private final Disk disk;
    private final Ledger ledger;
    private final List<Change> changes = new ArrayList<>();

    RecordedDisk(Disk disk, Ledger ledger) {
        this.disk = disk;
        this.ledger = ledger;
    }

    int size() {
        return changes.size();
    }

    private void add(Change change) {
        changes.add(change);
        ledger.date(changes.size());
    }

    /// Makes the first n changes on a fresh disk.
    /// @return the open files
    Map<Path, File> replay(int n, Disk on) throws IOException {
        Map<Path, File> open = new HashMap<>();
        for (int i = 0; i < n; i++) {
            changes.get(i).on(on, open);
        }
        return open;
    }

    /// Begins change n, counted from 0, and lets it fail as it will.
    void attempt(int n, Disk on, Map<Path, File> open) {
        if (n < changes.size()) {
            try {
                changes.get(n).on(on, open);
            } catch (IOException e) {
                // That is what it is for.
            }
        }
    }

    private static File at(Map<Path, File> open, Disk on, Path path) throws IOException {
        File file = open.get(path);
        if (file == null) {
            file = on.open(path);
            open.put(path, file);
        }
        return file;
    }

    @Override
    public File open(Path path) throws IOException {
        return new Recorded(path, disk.open(path));
    }

    @Override
    public File create(Path path) throws IOException {
        File file = disk.create(path);
        add((on, open) -> open.put(path, on.create(path)));
        return new Recorded(path, file);
    }

    @Override
    public void createFolders(Path path) throws IOException {
        disk.createFolders(path);
        add((on, open) -> on.createFolders(path));
    }

    @Override
    public void forceFolder(Path path) throws IOException {
        disk.forceFolder(path);
        add((on, open) -> on.forceFolder(path));
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
        add((on, open) -> {
            on.rename(from, to);
            File file = open.remove(from);
            if (file != null) {
                open.put(to, file);
            }
        });
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
        add((on, open) -> {
            on.delete(path);
            open.remove(path);
        });
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

    private final class Recorded implements File {
        private final Path path;
        private final File file;

        Recorded(Path path, File file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            byte[] bytes = new byte[from.remaining()];
            from.duplicate().get(bytes);
            file.write(from, position);
            add((on, open) -> at(open, on, path).write(ByteBuffer.wrap(bytes), position));
        }

        @Override
        public void force(boolean length) throws IOException {
            file.force(length);
            add((on, open) -> at(open, on, path).force(length));
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
            add((on, open) -> at(open, on, path).truncate(size));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
