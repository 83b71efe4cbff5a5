// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.platform.Disk;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a spool's folder in order at the start: reads the journal, sets aside what is broken, removes what nobody was promised. It writes nothing into segments with
/// records: what must be said about them goes into the first fresh one. So a crash in the middle of a recovery leaves what it found.
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    /// Between the last sequence found and the first one given: more than a group that was lost without a trace can have used.
    private static final long GAP = 100_000;

    private static final int UNCLEAR_BYTES = 2 << 20;

    private final Disk disk;
    private final Path contents;
    private final Quarantine quarantine;
    private final Reconstruction found;
    private final List<String> damaged = new ArrayList<>();
    private final List<Blocks.Abort> aborts = new ArrayList<>();
    private final List<Blocks.Gone> owed;
    private int unfinished;
    private int leftovers;

    private Recovery(Disk disk, Path contents, Quarantine quarantine, Reconstruction found) {
        this.disk = disk;
        this.contents = contents;
        this.quarantine = quarantine;
        this.found = found;
        this.owed = new ArrayList<>(found.unsaid());
    }

    /// @param journal the folder of the segments
    /// @param contents the folder of content that has files of its own
    /// @param sink gets all facts again that it does not have yet
    static Recovery of(Disk disk, Path journal, Path contents, Quarantine quarantine, FactSink sink) throws IOException {
        long[] passed = {sink.durable()};
        Reconstruction.Facts facts = (sequence, one) -> {
            if (sequence > passed[0]) {
                passed[0] = sequence;
                sink.accept(sequence, one);
            }
        };
        Reconstruction found = Reconstruction.of(disk, journal, facts);
        boolean forced = forceNewest(found);
        if (!forced) {
            // Nobody knows what a failed force left: what counts is what can be read now.
            found.close();
            found = Reconstruction.of(disk, journal, facts);
        }
        Recovery recovery = new Recovery(disk, contents, quarantine, found);
        if (!forced) {
            recovery.sayNewestAgain();
        }
        recovery.judgeFlaws();
        recovery.checkContents();
        recovery.removeLeftovers();
        return recovery;
    }

    Reconstruction found() {
        return found;
    }

    /// What does not count, to be written before anything else.
    List<Blocks.Abort> aborts() {
        return aborts;
    }

    List<Blocks.Gone> owed() {
        return owed;
    }

    /// The last sequence that may have been used.
    long lastSequence() {
        return found.lastSequence() + GAP;
    }

    Recovered summary() {
        long recipients = 0;
        for (Entry entry : found.index().entries()) {
            recipients += entry.count();
        }
        return new Recovered(found.index().size(), recipients, found.records(), damaged, unfinished, leftovers);
    }

    /// Hands the files over.
    void adopt(Segments segments) throws IOException {
        for (Map.Entry<Segment, Reconstruction.Found> one : found.segments().entrySet()) {
            segments.adopt(one.getKey(), one.getValue().number());
        }
        for (Reconstruction.Found spare : found.spares()) {
            try {
                segments.adoptSpare(spare.path(), spare.file(), (int) Math.min(spare.size(), Integer.MAX_VALUE), spare.number());
            } catch (IOException e) {
                LOG.warn("{} was not taken as a spare segment: {}", spare.path(), e.toString());
            }
        }
    }

    private void judgeFlaws() throws IOException {
        for (Reconstruction.Flaw flaw : found.flaws()) {
            SegmentScanner.Hole hole = flaw.hole();
            flaw.segment().suspect(true);
            if (flaw.promised()) {
                String what = flaw.segment() + ", byte " + hole.from() + ": " + flaw.what();
                LOG.error("damaged: {}", what);
                damaged.add(what);
                quarantine.bytes(flaw.segment(), hole.from(), hole.to() - hole.from(), what);
            } else {
                unfinished++;
                if (flaw.what().equals(Reconstruction.UNCLEAR)) {
                    quarantine.bytes(flaw.segment(), hole.from(), Math.min(hole.to() - hole.from(), UNCLEAR_BYTES), flaw.what());
                }
            }
            // From now on this place is known, and no later start needs to think about it.
            long last = hole.last() ? Long.MAX_VALUE : flaw.sequence();
            aborts.add(new Blocks.Abort(flaw.segment().life(), flaw.sequence(), last));
        }
    }

    /// Messages whose content should be in a file of its own, and is not.
    private void checkContents() throws IOException {
        for (Entry entry : List.copyOf(found.index().entries())) {
            if (entry.apart()) {
                Path file = contents.resolve(new QueueId(entry.id()).toString());
                long size = disk.facts(file).map(Disk.Facts::size).orElse(-1L);
                if (size != entry.octets()) {
                    String what = "content of " + new QueueId(entry.id()) + ": "
                            + (size < 0 ? "no file" : size + " octets where there should be " + entry.octets());
                    LOG.error("damaged: {}", what);
                    damaged.add(what);
                    quarantine.bytes(entry.segment(), entry.offset(), entry.length(), what);
                    found.index().remove(entry.id());
                    owed.add(new Blocks.Gone(entry.id(), entry.segment().life()));
                }
            }
        }
    }

    /// Content files that no message names: of drafts, and of messages that left just before the crash. When records are damaged it may be one of these that named it.
    private void removeLeftovers() throws IOException {
        for (String name : disk.list(contents)) {
            Entry entry = QueueId.parse(name).map(id -> found.index().get(id.value())).orElse(null);
            if (entry == null || !entry.apart()) {
                if (damaged.isEmpty()) {
                    disk.delete(contents.resolve(name));
                } else {
                    quarantine.file(contents.resolve(name), "no message names this content; a damaged record may have");
                }
                leftovers++;
            }
        }
    }

    /// What was read may stand in memory only: the process died, the machine did not. It must be on the disk before anybody acts on it.
    private static boolean forceNewest(Reconstruction found) {
        Segment newest = newest(found);
        try {
            if (newest != null) {
                newest.file().force(false);
            }
            return true;
        } catch (IOException e) {
            LOG.error("{} could not be forced; what it holds is copied to a fresh segment: {}", newest, e.toString());
            return false;
        }
    }

    private static @Nullable Segment newest(Reconstruction found) {
        Segment newest = null;
        for (Segment segment : found.segments().keySet()) {
            newest = segment;
        }
        return newest;
    }

    /// The newest segment may be read and yet be lost with the power: its messages are copied forward by the keeper, and what it says of others is said again.
    private void sayNewestAgain() {
        Segment newest = newest(found);
        if (newest != null) {
            newest.suspect(true);
            owed.addAll(found.newestGone());
            aborts.addAll(found.aborts());
        }
    }
}
