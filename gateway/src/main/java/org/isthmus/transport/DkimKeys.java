// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.dkim.DkimKey;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.SyntaxProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keys that sign, by their files; read again when a file changes. Safe for all threads.
final class DkimKeys {
    private static final Logger LOG = LoggerFactory.getLogger(DkimKeys.class);
    private static final int LARGEST = 64 * 1024;

    private final Disk disk;
    private final Map<Path, Loaded> keys = new ConcurrentHashMap<>();

    private record Loaded(Optional<Disk.Facts> facts, Optional<DkimKey> key) {}

    DkimKeys(Disk disk) {
        this.disk = disk;
    }

    /// The key in a file; none if it cannot be used, which is told in the log once.
    Optional<DkimKey> key(Path file) {
        Loaded known = keys.get(file);
        try {
            Optional<Disk.Facts> facts = disk.facts(file);
            if (known != null && known.facts.equals(facts)) {
                return known.key;
            }
            Loaded fresh = new Loaded(facts, usable(file));
            keys.put(file, fresh);
            return fresh.key;
        } catch (IOException e) {
            LOG.error("the DKIM key {} cannot be read; mail goes without its signature: {}", file, e.toString());
            return known == null ? Optional.empty() : known.key;
        }
    }

    private Optional<DkimKey> usable(Path file) throws IOException {
        try {
            return Optional.of(read(disk, file));
        } catch (SyntaxProblem e) {
            LOG.error("the DKIM key {} cannot be used; mail goes without its signature: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// Reads a key.
    /// @throws SyntaxProblem if the file holds none
    static DkimKey read(Disk disk, Path file) throws IOException, SyntaxProblem {
        try (Disk.File open = disk.openToRead(file)) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST));
            open.read(octets, 0);
            return DkimKey.pem(new String(octets.array(), 0, octets.position(), StandardCharsets.US_ASCII));
        }
    }
}
