// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.nio.file.Path;
import org.isthmus.platform.Disk;

/// One life of a segment file. When the file is recycled, this object is retired and another one stands for its next life.
final class Segment {
    private final Path path;
    private final Disk.File file;
    private final SegmentHeader header;
    private volatile int end = SegmentHeader.FIRST_RECORD;
    private volatile long lastSequence;
    private volatile boolean retired;
    private volatile boolean suspect;
    private volatile boolean begun;
    private volatile boolean written;
    private volatile int references;
    private volatile long live;

    Segment(Path path, Disk.File file, SegmentHeader header) {
        this.path = path;
        this.file = file;
        this.header = header;
    }

    Path path() {
        return path;
    }

    Disk.File file() {
        return file;
    }

    SegmentHeader header() {
        return header;
    }

    long life() {
        return header.life();
    }

    int size() {
        return header.size();
    }

    /// Behind the last record that was forced.
    int end() {
        return end;
    }

    /// Of the last record that was forced; 0 if there is none.
    long lastSequence() {
        return lastSequence;
    }

    void advance(int newEnd, long sequence) {
        end = newEnd;
        lastSequence = sequence;
    }

    /// True once its bytes may be overwritten: what was read from it before this was asked is good, what is read after is not.
    boolean retired() {
        return retired;
    }

    void retire() {
        retired = true;
    }

    /// The writer has it, or is about to: whatever it holds, nobody may empty it.
    boolean written() {
        return written;
    }

    void written(boolean value) {
        written = value;
    }

    /// Its emptying has begun: it may hold messages that stand elsewhere too, so that no other segment may be retired before it.
    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    /// A write or force failed here, or it holds what does not count: it must be emptied soon, and its file is not used again.
    boolean suspect() {
        return suspect;
    }

    void suspect(boolean value) {
        suspect = value;
    }

    /// How many places in here the index still needs.
    int references() {
        return references;
    }

    /// Bytes that these take, roughly.
    long live() {
        return live;
    }

    /// Called by the committer alone, or before it starts.
    void refer(int change, long bytes) {
        references = references + change;
        live = live + bytes;
    }

    @Override
    public String toString() {
        return String.valueOf(path.getFileName());
    }
}
