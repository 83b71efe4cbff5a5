// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.platform.Disk;
import org.isthmus.spool.Blocks.Abort;
import org.isthmus.spool.SegmentScanner.Hole;
import org.jspecify.annotations.Nullable;

/// Makes the index out of the segments: what stands in the queue, and what is wrong with the journal. Only reads.
///
/// Records are applied in the order of their sequences. What a hole means follows from the groups: each group was forced before the next one was written, so a hole
/// was promised to somebody if a record of a later group exists, and is the unfinished end of the last group if not. Of such a group every whole record counts, but for
/// GONE: the settlement that it follows from may be what is missing.
final class Reconstruction implements Closeable {
    /// Takes facts as they are met.
    interface Facts {
        void accept(long sequence, byte[] facts);
    }

    /// A file of the journal's folder.
    /// @param header null if no copy is whole
    /// @param wholeHeaders how many copies are whole and alike
    /// @param first sequence of the first record; -1 if there is none
    record Found(Path path, long number, Disk.File file, long size, @Nullable SegmentHeader header, int wholeHeaders, long first) {}

    /// Bytes that should be a record.
    /// @param promised somebody was told that it is safe; otherwise it is the unfinished end of a group
    record Flaw(Segment segment, Hole hole, long sequence, boolean promised, String what) {}

    /// Of a flaw: it may have been promised, so that it is kept for people to look at.
    static final String UNCLEAR = "the only record of a segment is bad";

    private final Disk disk;
    private final Facts facts;
    private final Index index = new Index();
    private final List<Found> files = new ArrayList<>();
    private final List<Found> spares = new ArrayList<>();
    private final Map<Segment, Found> segments = new LinkedHashMap<>();
    private final List<Abort> aborts = new ArrayList<>();
    private final List<Flaw> flaws = new ArrayList<>();
    private final Map<Long, Blocks.Gone> unsaid = new HashMap<>();
    private final List<Blocks.Gone> newestGone = new ArrayList<>();
    private final List<Pending> open = new ArrayList<>();
    private final List<Doubt> doubts = new ArrayList<>();
    private long records;
    private long greatestId;
    private long lastSequence;

    /// A hole of which it is not yet known whether it was promised.
    private record Pending(Segment segment, Hole hole, long sequence, String what) {}

    /// A GONE record in a group with a hole.
    private record Doubt(Segment segment, long sequence, List<Blocks.Gone> gone) {}

    private Reconstruction(Disk disk, Facts facts) {
        this.disk = disk;
        this.facts = facts;
    }

    /// @throws UnknownFormat if another version wrote it
    static Reconstruction of(Disk disk, Path folder, Facts facts) throws IOException {
        Reconstruction made = new Reconstruction(disk, facts);
        boolean whole = false;
        try {
            made.find(folder);
            made.scanAll();
            whole = true;
            return made;
        } finally {
            if (!whole) {
                made.close();
            }
        }
    }

    /// Closes all files; not for a recovery that hands them on.
    @Override
    public void close() throws IOException {
        for (Found file : files) {
            file.file().close();
        }
    }

    Index index() {
        return index;
    }

    List<Found> files() {
        return files;
    }

    /// Files without records.
    List<Found> spares() {
        return spares;
    }

    /// Segments with records, oldest first.
    Map<Segment, Found> segments() {
        return segments;
    }

    List<Flaw> flaws() {
        return flaws;
    }

    /// Messages whose settlements say that they are gone, but of which no GONE record says it.
    List<Blocks.Gone> unsaid() {
        return List.copyOf(unsaid.values());
    }

    /// What the newest segment says of messages that are gone.
    List<Blocks.Gone> newestGone() {
        return List.copyOf(newestGone);
    }

    /// What does not count, as the segments say it.
    List<Abort> aborts() {
        return List.copyOf(aborts);
    }

    long records() {
        return records;
    }

    long greatestId() {
        return greatestId;
    }

    /// Of all records that were or may have been written.
    long lastSequence() {
        return lastSequence;
    }

    private void find(Path folder) throws IOException {
        for (String name : disk.list(folder)) {
            if (name.matches("\\d{10}\\.seg")) {
                files.add(found(folder.resolve(name), Long.parseLong(name.substring(0, 10))));
            }
        }
        for (Found file : files) {
            if (file.header() != null) {
                seenId(file.header().idFloor());
                lastSequence = Math.max(lastSequence, file.header().sequenceFloor());
            }
            if (file.header() == null || file.first() < 0) {
                spares.add(file);
            } else {
                segments.put(new Segment(file.path(), file.file(), file.header()), file);
            }
        }
        List<Map.Entry<Segment, Found>> order = new ArrayList<>(segments.entrySet());
        order.sort(Comparator.comparingLong(entry -> entry.getValue().first()));
        segments.clear();
        order.forEach(entry -> segments.put(entry.getKey(), entry.getValue()));
    }

    private Found found(Path path, long number) throws IOException {
        Disk.File file = disk.open(path);
        long size = file.size();
        SegmentHeader.Found read = SegmentHeader.read(file);
        SegmentHeader header = read.header();
        ByteBuffer bytes = ByteBuffer.allocate(1 << 12);
        int length = file.read(bytes, SegmentHeader.FIRST_RECORD);
        if (header == null && length >= RecordHeader.SIZE) {
            // Both copies are bad. The first record still says in whose life it was written; if it is an end mark, the segment is empty.
            header = new SegmentHeader((int) Math.min(size, Integer.MAX_VALUE), 0, ByteReader.u64(bytes.array(), 16), 0, 0);
            if (RecordHeader.parse(bytes.array(), 0, header.life()) == null) {
                header = null;
            }
        }
        if (header == null || length < RecordHeader.SIZE) {
            return new Found(path, number, file, size, null, read.whole(), -1);
        }
        RecordHeader first = RecordHeader.parse(bytes.array(), 0, header.life());
        if (first != null && first.type() == RecordType.ABORT && first.length() <= size) {
            readAborts(file, first);
        }
        boolean empty = first == null ? neverUsed(bytes.array()) : first.type() == RecordType.END;
        long sequence = empty ? -1 : first == null ? firstReadable(file, size, header) : first.sequence();
        return new Found(path, number, file, size, header, read.whole(), sequence);
    }

    /// No record of this life was ever written here: there are zeros still, or a record of the file's life before. A write that was torn leaves the one or the other,
    /// because the first record begins a sector.
    private static boolean neverUsed(byte[] bytes) throws UnknownFormat {
        boolean zero = true;
        for (int i = 0; i < RecordHeader.SIZE; i++) {
            zero &= bytes[i] == 0;
        }
        return zero || RecordHeader.parse(bytes, 0, ByteReader.u64(bytes, 16)) != null;
    }

    /// Of a segment whose first record is bad; the greatest number if all are, so that it comes last.
    private static long firstReadable(Disk.File file, long size, SegmentHeader header) throws IOException {
        long[] first = {Long.MAX_VALUE};
        new SegmentScanner(file, header.life(), (int) Math.min(size, header.size())).scan(new SegmentScanner.Visitor() {
            @Override
            public void record(RecordHeader record, int at, byte[] payload, int payloadAt) {
                first[0] = Math.min(first[0], record.sequence());
            }

            @Override
            public void hole(Hole hole) {
                first[0] = hole.header() == null ? first[0] : Math.min(first[0], hole.header().sequence());
            }
        });
        return first[0];
    }

    private void readAborts(Disk.File file, RecordHeader header) throws IOException {
        byte[] payload = JournalReader.bytes(file, SegmentHeader.FIRST_RECORD + RecordHeader.SIZE, header.length());
        if (Checksum.of(payload, 0, payload.length) == header.crc()) {
            for (Block block : Blocks.of(payload, 0, payload.length)) {
                if (block.kind() == BlockKind.ABORT) {
                    aborts.addAll(Blocks.aborts(block));
                }
            }
        }
    }

    private void scanAll() throws IOException {
        for (Map.Entry<Segment, Found> one : segments.entrySet()) {
            Segment segment = one.getKey();
            newestGone.clear();
            int limit = (int) Math.min(one.getValue().size(), segment.size());
            Scan scan = new Scan(segment);
            int end = new SegmentScanner(segment.file(), segment.life(), limit).scan(scan);
            segment.advance(end, scan.last);
            segment.suspect(aborts.stream().anyMatch(abort -> abort.life() == segment.life()));
        }
        for (Pending hole : open) {
            flaws.add(new Flaw(hole.segment(), hole.hole(), hole.sequence(), false, hole.what()));
        }
        for (Doubt doubt : doubts) {
            Hole none = new Hole(0, 0, doubt.sequence(), null, false);
            flaws.add(new Flaw(doubt.segment(), none, doubt.sequence(), false, "messages said to be gone in an unfinished group"));
        }
    }

    private boolean aborted(long life, long sequence) {
        for (Abort abort : aborts) {
            if (abort.life() == life && abort.first() <= sequence && sequence <= abort.last()) {
                return true;
            }
        }
        return false;
    }

    private void seenId(long id) {
        if (Long.compareUnsigned(id, greatestId) > 0) {
            greatestId = id;
        }
    }

    private final class Scan implements SegmentScanner.Visitor {
        private final Segment segment;
        private long last;
        private @Nullable Hole unnumbered;

        Scan(Segment segment) {
            this.segment = segment;
        }

        @Override
        public void hole(Hole hole) {
            if (hole.sequence() < 0 && hole.last()) {
                onlyHole(hole);
            } else if (hole.sequence() < 0) {
                unnumbered = hole;
            } else if (!aborted(segment.life(), hole.sequence())) {
                lastSequence = Math.max(lastSequence, hole.sequence());
                open.add(new Pending(segment, hole, hole.sequence(), hole.header() == null ? "no record where one should be" : "a record with a wrong checksum"));
            }
        }

        /// The segment's first record is bad, and nothing follows: a write that was cut short within a sector, or the last record of all is damaged. Nobody can tell.
        private void onlyHole(Hole hole) {
            if (aborts.stream().noneMatch(abort -> abort.life() == segment.life())) {
                flaws.add(new Flaw(segment, hole, lastSequence, false, UNCLEAR));
            }
        }

        @Override
        public void record(RecordHeader header, int at, byte[] bytes, int payloadAt) throws IOException {
            if (unnumbered != null && !aborted(segment.life(), header.sequence() - 1)) {
                open.add(new Pending(segment, unnumbered, header.sequence() - 1, "no record where one should be"));
            }
            unnumbered = null;
            last = header.sequence();
            lastSequence = Math.max(lastSequence, last);
            if (aborted(segment.life(), last)) {
                return;
            }
            records++;
            forgetEnds(header.groupFirst());
            settleDoubts(header.groupFirst());
            try {
                apply(header, at, bytes, Blocks.of(bytes, payloadAt, header.length()), payloadAt);
            } catch (Damaged e) {
                Hole hole = new Hole(at, at + RecordHeader.SIZE + header.length(), last, header, false);
                flaws.add(new Flaw(segment, hole, last, true, "a record that cannot be read: " + e.getMessage()));
            }
        }

        /// Where an older segment lacks its end mark, but this group follows without a gap, no record is missing.
        private void forgetEnds(long groupFirst) {
            open.removeIf(hole -> {
                boolean mark = hole.segment() != segment && hole.hole().last() && groupFirst <= hole.sequence();
                if (mark) {
                    flaws.add(new Flaw(hole.segment(), hole.hole(), hole.sequence(), false, "no end mark"));
                }
                return mark;
            });
        }

        /// Holes before this group were promised; what was in doubt because of them no longer is.
        private void settleDoubts(long groupFirst) {
            open.removeIf(hole -> {
                boolean promised = hole.sequence() < groupFirst;
                if (promised) {
                    flaws.add(new Flaw(hole.segment(), hole.hole(), hole.sequence(), true, hole.what()));
                }
                return promised;
            });
            doubts.removeIf(doubt -> {
                boolean promised = doubt.sequence() < groupFirst;
                if (promised) {
                    doubt.gone().forEach(this::leave);
                }
                return promised;
            });
        }

        private void apply(RecordHeader header, int at, byte[] bytes, List<Block> blocks, int payloadAt) throws IOException {
            int shift = at + RecordHeader.SIZE - payloadAt;
            for (Block block : blocks) {
                switch (block.kind()) {
                    case MESSAGE -> message(block, shift);
                    case DELTA -> delta(block, shift);
                    case STATES -> states(block, shift);
                    case FACTS -> facts.accept(header.sequence(), Blocks.facts(block));
                    case GONE -> gone(header, Blocks.gone(block));
                    case ABORT -> {}
                }
            }
        }

        private void message(Block block, int shift) throws Damaged {
            Blocks.Summary summary = Blocks.summary(block);
            seenId(summary.id());
            Entry old = index.get(summary.id());
            if (old != null) {
                // Its copying out of the old segment was not brought to an end: that segment is emptied before any other.
                old.segment().begin();
            }
            Entry entry = Entry.of(summary.id(), segment, block.at() + shift, block.length(), summary.count(), summary.octets(), block.apart());
            if (!unsaid.containsKey(summary.id())) {
                index.put(summary.settled().length == 0 ? entry : entry.settled(summary.count(), summary.settled(), null));
            }
        }

        private void delta(Block block, int shift) throws Damaged {
            Blocks.Delta delta = Blocks.delta(block.head());
            Entry entry = index.get(delta.id());
            if (entry == null) {
                return;
            }
            if (delta.count() < entry.count()) {
                throw new Damaged("states of another message");
            }
            Entry after = entry.settle(delta.numbers(), delta.ended(), delta.count(), new Place(segment, block.at() + shift, delta.adds()));
            if (after.isGone()) {
                index.remove(delta.id());
                unsaid.put(delta.id(), new Blocks.Gone(delta.id(), entry.segment().life()));
            } else {
                index.put(after);
            }
        }

        private void states(Block block, int shift) throws Damaged {
            Blocks.Summary summary = Blocks.summary(block);
            Entry entry = index.get(summary.id());
            if (entry != null) {
                index.put(entry.settled(summary.count(), summary.settled(), new Place(segment, block.at() + shift, true)));
            }
        }

        private void gone(RecordHeader header, List<Blocks.Gone> gone) {
            boolean doubtful = open.stream().anyMatch(hole -> hole.sequence() >= header.groupFirst());
            gone.forEach(one -> seenId(one.id()));
            if (doubtful) {
                doubts.add(new Doubt(segment, header.sequence(), gone));
            } else {
                gone.forEach(this::leave);
            }
        }

        private void leave(Blocks.Gone one) {
            newestGone.add(one);
            index.remove(one.id());
            unsaid.remove(one.id());
        }
    }
}
