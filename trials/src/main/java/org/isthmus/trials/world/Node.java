// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a name on a simulated disk stands for: as programs see it now, and as it would be after a power cut.
sealed interface Node {

    /// How a power cut or a failed force treats what was not forced.
    enum Survival {
        ALL, NONE, FIRST_FEW, SOME, TORN;

        static Survival chosen(Chance chance) {
            return values()[chance.below(values().length)];
        }
    }

    /// Names and what they stand for.
    final class Folder implements Node {
        final Map<String, Node> live = new TreeMap<>();
        final Map<String, Node> durable = new TreeMap<>();
    }

    /// A change that is not durable yet.
    sealed interface Change {
        record Written(long position, byte[] bytes) implements Change {}

        record Resized(long size) implements Change {}
    }

    /// Content. {@code pending} leads from the durable to the live content, in order of time.
    final class Content implements Node {
        static final int SECTOR = 512;

        SparseBytes live = new SparseBytes();
        long size;
        Instant changed;
        private SparseBytes durable = new SparseBytes();
        private long durableSize;
        private List<Change> pending = new ArrayList<>();

        Content(Instant made) {
            changed = made;
        }

        void write(long position, byte[] bytes, Instant now) {
            live.write(position, bytes, 0, bytes.length);
            pending.add(new Change.Written(position, bytes));
            if (position + bytes.length > size) {
                size = position + bytes.length;
                pending.add(new Change.Resized(size));
            }
            changed = now;
        }

        void truncate(long to, Instant now) {
            if (to < size) {
                live.clearFrom(to);
                size = to;
                pending.add(new Change.Resized(to));
                changed = now;
            }
        }

        boolean hasPending() {
            return !pending.isEmpty();
        }

        /// What {@code force} does: all is durable; without the length, only the bytes. A file that shrank is always forced with its length, as the order of shrinking and writing matters.
        void force(boolean length) {
            boolean all = length || shrinks();
            List<Change> left = new ArrayList<>();
            for (Change change : pending) {
                if (all || change instanceof Change.Written) {
                    keep(change);
                } else {
                    left.add(change);
                }
            }
            pending = left;
        }

        private boolean shrinks() {
            long at = durableSize;
            for (Change change : pending) {
                if (change instanceof Change.Resized(long to)) {
                    if (to < at) {
                        return true;
                    }
                    at = to;
                }
            }
            return false;
        }

        private void keep(Change change) {
            switch (change) {
                case Change.Written(long position, byte[] bytes) -> durable.write(position, bytes, 0, bytes.length);
                case Change.Resized(long to) -> {
                    if (to < durableSize) {
                        durable.clearFrom(to);
                    }
                    durableSize = to;
                }
            }
        }

        /// A part of what was not forced reaches the disk, the rest never does.
        void losePending(Chance chance) {
            Survival survival = Survival.chosen(chance);
            int first = chance.below(pending.size() + 1);
            for (int i = 0; i < pending.size(); i++) {
                boolean kept = switch (survival) {
                    case ALL, TORN -> true;
                    case NONE -> false;
                    case FIRST_FEW -> i < first;
                    case SOME -> chance.coin();
                };
                if (kept && survival == Survival.TORN && pending.get(i) instanceof Change.Written written) {
                    keepSectors(written, chance);
                } else if (kept) {
                    keep(pending.get(i));
                }
            }
            pending = new ArrayList<>();
        }

        private void keepSectors(Change.Written written, Chance chance) {
            int done = 0;
            while (done < written.bytes.length) {
                long at = written.position + done;
                int part = (int) Math.min(written.bytes.length - done, SECTOR - at % SECTOR);
                if (chance.coin()) {
                    durable.write(at, written.bytes, done, part);
                }
                done += part;
            }
        }

        /// Programs see what is durable from now on.
        void showDurable() {
            // Bytes beyond the durable length were written, but no length ever made them part of the file.
            durable.clearFrom(durableSize);
            live = durable.copy();
            size = durableSize;
        }
    }
}
