// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.isthmus.platform.Disk;

/// A disk between the spool and the true one, for planting faults.
class BentDisk implements Disk {
    private final Disk disk;

    BentDisk(Disk disk) {
        this.disk = disk;
    }

    /// Instead of forcing the file.
    void force(File file, boolean length) throws IOException {
        file.force(length);
    }

    @Override
    public File open(Path path) throws IOException {
        return new Bent(disk.open(path));
    }

    @Override
    public File create(Path path) throws IOException {
        return new Bent(disk.create(path));
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

    private final class Bent implements File {
        private final File file;

        Bent(File file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            file.write(from, position);
        }

        @Override
        public void force(boolean length) throws IOException {
            BentDisk.this.force(file, length);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
