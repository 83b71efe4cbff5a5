// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.SipHash;
import org.jspecify.annotations.Nullable;

/// One file of the ledger and the index over it. Numbers, counts and index are guarded by the ledger; the file is opened by its one writer and read by all.
final class LedgerVolume {
    static final String SUFFIX = ".led";
    private static final byte[] MAGIC = "ISTHMUSL".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHUNK = 256;

    final long number;
    final Path path;
    private final Path folder;
    /// Of all records of the ledger, the number of its first one.
    final long base;
    final int capacity;
    final LedgerIndex index;
    int count;
    @Nullable Instant oldest;
    volatile Disk.@Nullable File file;

    LedgerVolume(Path folder, long number, long base, int capacity) {
        this.number = number;
        this.folder = folder;
        this.path = folder.resolve(String.format("%010d%s", number, SUFFIX));
        this.base = base;
        this.capacity = capacity;
        this.index = new LedgerIndex(2 * capacity);
    }

    boolean isFull() {
        return count >= capacity;
    }

    long octets() {
        return (count + 1L) * LedgerRecord.SIZE;
    }

    static long position(int number) {
        return (number + 1L) * LedgerRecord.SIZE;
    }

    void add(int place, Departure departure, SipHash.Key key) {
        Instant at = departure.at();
        oldest = oldest == null || at.isBefore(oldest) ? at : oldest;
        index.put(messageKey(key, departure.uid(), departure.recipient()), place);
        if (departure.outward() && departure.prints().messageId() != 0) {
            index.put(likenessKey(key, departure.prints().messageId(), departure.recipient()), place);
        }
    }

    static long messageKey(SipHash.Key key, long uid, long recipient) {
        return new SipHash(key).put((byte) 'u').put(uid).put(recipient).sum();
    }

    static long likenessKey(SipHash.Key key, long messageId, long recipient) {
        return new SipHash(key).put((byte) 'm').put(messageId).put(recipient).sum();
    }

    /// The file, made with its folder if there is none. Called by the writer alone.
    Disk.File opened(Disk disk, SipHash.Key key) throws IOException {
        Disk.File open = file;
        if (open == null) {
            boolean there = disk.facts(path).isPresent();
            if (!there) {
                disk.createFolders(folder);
            }
            open = there ? disk.open(path) : disk.create(path);
            if (!there) {
                open.write(header(key), 0);
                disk.forceFolder(folder);
            }
            file = open;
        }
        return open;
    }

    private ByteBuffer header(SipHash.Key key) {
        ByteBuffer out = ByteBuffer.allocate(LedgerRecord.SIZE);
        out.put(MAGIC).putInt(VERSION).putLong(mark(key)).putLong(number);
        out.putInt(sum(out.array()));
        return out.rewind();
    }

    /// Shows that a file was written under this key, without showing the key.
    private static long mark(SipHash.Key key) {
        return new SipHash(key).put("ledger").sum();
    }

    private static int sum(byte[] header) {
        CRC32C sum = new CRC32C();
        sum.update(header, 0, MAGIC.length + 4 + 8 + 8);
        return (int) sum.getValue();
    }

    /// Reads a file from its beginning: what is broken or was never written is left out, for the price of a later detection.
    /// @return null if it is no file of this ledger
    static @Nullable LedgerVolume load(Disk disk, Path folder, String name, long base, int capacity, SipHash.Key key) throws IOException {
        long number = number(name);
        Disk.File file = number < 0 ? null : disk.open(folder.resolve(name));
        if (file == null) {
            return null;
        }
        boolean good = false;
        try {
            ByteBuffer header = ByteBuffer.allocate(LedgerRecord.SIZE);
            int read = file.read(header, 0);
            long records = (file.size() - 1) / LedgerRecord.SIZE;
            if (read < LedgerRecord.SIZE || records > LedgerIndex.MOST || !isOurs(header, key, number)) {
                return null;
            }
            LedgerVolume volume = new LedgerVolume(folder, number, base, Math.max(capacity, (int) Math.max(0, records)));
            volume.readAll(file, (int) Math.max(0, records), key);
            volume.file = file;
            good = true;
            return volume;
        } finally {
            if (!good) {
                file.close();
            }
        }
    }

    private static boolean isOurs(ByteBuffer header, SipHash.Key key, long number) {
        byte[] octets = header.array();
        for (int i = 0; i < MAGIC.length; i++) {
            if (octets[i] != MAGIC[i]) {
                return false;
            }
        }
        return header.getInt(8) == VERSION && header.getLong(12) == mark(key) && header.getLong(20) == number && header.getInt(28) == sum(octets);
    }

    private void readAll(Disk.File from, int records, SipHash.Key key) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * LedgerRecord.SIZE);
        for (int first = 0; first < records; first += CHUNK) {
            chunk.clear();
            int read = from.read(chunk, position(first));
            for (int i = 0; i < Math.min(CHUNK, records - first) && (i + 1) * LedgerRecord.SIZE <= read; i++) {
                Departure departure = LedgerRecord.read(chunk.array(), i * LedgerRecord.SIZE);
                if (departure != null) {
                    add(first + i, departure, key);
                }
            }
        }
        count = records;
    }

    static long number(String name) {
        String digits = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
        return digits.length() == 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }
}
