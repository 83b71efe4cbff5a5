// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.syntax.SipHash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The key of the prints in the ledger, {@value #OCTETS} octets in a file beside it. Made at the first start. If it is lost, so is what the ledger knows.
record LedgerKey(SipHash.Key key) {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerKey.class);
    private static final int OCTETS = 16;

    /// Reads it, or makes one. Does not fail: one that cannot be written lives until the next start.
    static LedgerKey open(Disk disk, Entropy entropy, Path folder) {
        Path path = folder.resolve("key");
        byte[] octets = new byte[OCTETS];
        try (Disk.File file = disk.open(path)) {
            if (file.read(ByteBuffer.wrap(octets), 0) == OCTETS) {
                return new LedgerKey(SipHash.Key.of(octets));
            }
            LOG.warn("{}: cut short; the ledger begins anew", path);
        } catch (NoSuchFileException e) {
            LOG.debug("{}: the first start", path);
        } catch (IOException e) {
            LOG.warn("{}: cannot be read ({}); the ledger begins anew", path, e.toString());
        }
        entropy.fill(octets);
        write(disk, folder, path, octets);
        return new LedgerKey(SipHash.Key.of(octets));
    }

    private static void write(Disk disk, Path folder, Path path, byte[] octets) {
        Path fresh = folder.resolve("key.new");
        try {
            disk.createFolders(folder);
            disk.replace(path, fresh, octets);
            Path above = folder.getParent();
            if (above != null) {
                disk.forceFolder(above);
            }
        } catch (IOException e) {
            LOG.warn("{}: cannot be written ({}); the ledger's entries will not be known after the next start", path, e.toString());
        }
    }
}
