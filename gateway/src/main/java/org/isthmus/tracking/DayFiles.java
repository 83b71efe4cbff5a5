// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of the tracking log and the file that is being written. Used by the writer alone.
///
/// The first line of each file tells the last journal sequence before it, so that the newest file is enough to know where the log ends. A file is forced before the
/// next one begins. What a crash may have torn is therefore at the end of the newest file, behind its last force, and no more than {@link #TAIL} octets: there each
/// line is looked at, and the file is cut before the first that is not whole, and before an unfinished group of lines of one journal record.
final class DayFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DayFiles.class);

    /// More than is ever written without a force.
    static final int TAIL = 32 << 20;

    /// What begins a line from the journal.
    static final String SEQUENCE = "{\"seq\":";

    /// Behind the sequence: more lines of the same record follow.
    static final String MORE = "\"more\":true,";

    private static final long LARGEST_PART = 64L << 20;
    private static final long SMALLEST_PART = 1L << 20;
    private static final int PARTS_IN_ROOM = 8;

    private final Path folder;
    private final Disk disk;
    private @Nullable DayFile name;
    private Disk.@Nullable File file;
    private long size;

    DayFiles(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /// Names of all files in a folder, oldest first.
    static List<DayFile> list(Path folder, Disk disk) throws IOException {
        return disk.list(folder).stream().map(DayFile::parse).flatMap(Optional::stream).sorted().toList();
    }

    /// Finds the end of what is there and cuts what is torn. Opens nothing for writing yet.
    /// @return the last journal sequence whose lines are all there; 0 if none is
    long recover() throws IOException {
        disk.createFolders(folder);
        List<DayFile> files = list(folder, disk);
        for (DayFile one : files.reversed()) {
            if (name == null) {
                name = one;
            }
            long sequence = recover(one);
            if (sequence >= 0) {
                return sequence;
            }
        }
        return 0;
    }

    /// @return the last sequence in it; -1 if it holds none
    private long recover(DayFile one) throws IOException {
        try (Disk.File open = disk.open(folder.resolve(one.name()))) {
            long length = open.size();
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, TAIL));
            open.read(buffer, length - buffer.capacity());
            Tail tail = Tail.of(buffer.array(), buffer.position(), length <= TAIL);
            long whole = length - buffer.capacity() + tail.whole();
            if (whole < length) {
                open.truncate(whole);
                open.force(true);
            }
            return tail.sequence();
        }
    }

    /// Begins a new file.
    /// @param sequence the last one that is durable in the files before
    void begin(Instant now, long sequence) throws IOException {
        LocalDate today = day(now);
        DayFile next = name == null ? new DayFile(today, 1) : name.next(today);
        close();
        name = next;
        file = disk.create(folder.resolve(next.name()));
        size = 0;
        JsonLine head = new JsonLine().open().field("seq", sequence).field("at", now).field("event", "opened").field("format", 1).close().newLine();
        boolean begun = false;
        try {
            append(ByteBuffer.wrap(head.toBytes()));
            force();
            disk.forceFolder(folder);
            begun = true;
        } finally {
            if (!begun) {
                leave(next);
            }
        }
    }

    /// A file that holds nothing yet is not left lying about: while the disk is in trouble there would be one for each try.
    private void leave(DayFile empty) {
        close();
        try {
            disk.delete(folder.resolve(empty.name()));
        } catch (IOException e) {
            LOG.debug("an empty tracking file is left over: {}", e.toString());
        }
    }

    /// Goes on in the newest file, or begins one if there is none of today.
    void resume(Instant now, long sequence) throws IOException {
        if (name == null || day(now).isAfter(name.day())) {
            begin(now, sequence);
            return;
        }
        Disk.File last = disk.open(folder.resolve(name.name()));
        size = last.size();
        file = last;
        if (size == 0) {
            begin(now, sequence);
        }
    }

    /// Whether it is time for a new file: another day, or this one is full.
    boolean isOver(Instant now, long room) {
        long full = Math.clamp(room / PARTS_IN_ROOM, SMALLEST_PART, LARGEST_PART);
        return name == null || size >= full || day(now).isAfter(name.day());
    }

    boolean isOpen() {
        return file != null;
    }

    void append(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        current().write(bytes, size);
        size += length;
    }

    void force() throws IOException {
        current().force(true);
    }

    /// Deletes the oldest files: those of days before the time to keep, and as many as are over the room. The one being written stays.
    void retain(Instant now, Duration keep, long room) throws IOException {
        LocalDate first = day(now.minus(keep));
        List<DayFile> files = new ArrayList<>(list(folder, disk));
        long total = 0;
        for (DayFile one : files) {
            total += length(one);
        }
        boolean deleted = false;
        for (DayFile one : files) {
            if (one.equals(name) || !(one.day().isBefore(first) || total > room)) {
                break;
            }
            total -= length(one);
            disk.delete(folder.resolve(one.name()));
            deleted = true;
        }
        if (deleted) {
            disk.forceFolder(folder);
        }
    }

    /// Leaves the present file as it is; the next write needs {@link #begin}.
    void close() {
        Disk.File open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // What matters was forced before, or is written again elsewhere.
            }
        }
    }

    private long length(DayFile one) throws IOException {
        return disk.facts(folder.resolve(one.name())).map(Disk.Facts::size).orElse(0L);
    }

    private Disk.File current() throws IOException {
        if (file == null) {
            throw new IOException("no tracking file is open");
        }
        return file;
    }

    private static LocalDate day(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC);
    }

    /// What is whole at the end of a file.
    ///
    /// @param whole octets of the given bytes up to which all lines are whole and all records complete
    /// @param sequence the last one in them; -1 if none
    record Tail(int whole, long sequence) {

        /// @param fromStart the bytes begin with a line, not somewhere within one
        static Tail of(byte[] bytes, int length, boolean fromStart) {
            int start = fromStart ? 0 : Math.min(length, 1 + indexOf(bytes, 0, length));
            int whole = start;
            long sequence = -1;
            while (start < length) {
                int end = indexOf(bytes, start, length);
                if (end == length || bytes[start] != '{' || bytes[end - 1] != '}') {
                    break;
                }
                long its = sequence(bytes, start, end);
                boolean more = its >= 0 && startsWith(bytes, afterSequence(bytes, start, end), end, MORE);
                start = end + 1;
                if (!more) {
                    whole = start;
                    sequence = Math.max(sequence, its);
                }
            }
            return new Tail(whole, sequence);
        }

        /// The next line feed, or NUL: where the disk kept a later block and not this one, there are zeros.
        private static int indexOf(byte[] bytes, int from, int length) {
            for (int i = from; i < length; i++) {
                if (bytes[i] == '\n') {
                    return i;
                }
                if (bytes[i] == 0) {
                    return length;
                }
            }
            return length;
        }

        private static long sequence(byte[] bytes, int start, int end) {
            if (!startsWith(bytes, start, end, SEQUENCE)) {
                return -1;
            }
            long value = 0;
            for (int i = start + SEQUENCE.length(); i < end && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
                value = value * 10 + bytes[i] - '0';
            }
            return value;
        }

        private static int afterSequence(byte[] bytes, int start, int end) {
            int i = start + SEQUENCE.length();
            while (i < end && bytes[i] != ',') {
                i++;
            }
            return i + 1;
        }

        private static boolean startsWith(byte[] bytes, int start, int end, String text) {
            if (end - start < text.length()) {
                return false;
            }
            for (int i = 0; i < text.length(); i++) {
                if (bytes[start + i] != text.charAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }
}
