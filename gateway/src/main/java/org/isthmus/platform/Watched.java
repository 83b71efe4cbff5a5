// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Something made of files, kept in memory and made again when one of them changes.
///
/// Whoever asks looks, at most once a second, whether size or time of a file are others than when it was read; that one reads them again on his own time, and everybody else goes
/// on with what was there. So nothing runs while nobody asks. What cannot be used does not take the place of what could: the last good content stays. Safe for all threads.
public final class Watched<T> {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final List<Path> files;
    private final Haste haste;
    private final Disk disk;
    private final Time time;
    private final Use<T> use;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Made<T> made;
    private volatile @Nullable String trouble;
    private volatile @Nullable Duration checked;
    private @Nullable List<Optional<Disk.Facts>> useless; // only whoever holds busy looks at it

    /// When files that have just changed are read again.
    public enum Haste {
        /// Once they have not changed for a second: somebody may still be writing, or exchange one after the other.
        WHEN_CALM,
        /// At once; and again until they have not changed for a second, for the clock of a disk may not tell two changes apart.
        AT_ONCE
    }

    /// What is made of the files, and who is told.
    public interface Use<T> {
        /// Makes it.
        /// @param before what is in use; none at first
        /// @throws Useless if nothing can come of the files as they are, so that nobody needs to try it again
        /// @throws IOException if they cannot be read or used now
        T make(@Nullable T before) throws IOException;

        /// It has come into use.
        /// @param again in place of something else
        void taken(T content, boolean again);

        /// It could not be made, for another reason than the last time.
        /// @param again whether the last good content stays in use; otherwise there is none
        void failed(String why, boolean again);
    }

    /// The files hold nothing of use, however often they are read.
    public static final class Useless extends IOException {
        public Useless(String why) {
            super(why);
        }
    }

    /// @param facts of the files when they were read
    /// @param calm whether another change would show in their facts
    private record Made<T>(T content, List<Optional<Disk.Facts>> facts, boolean calm) {}

    /// @param files all that it is made of
    public Watched(List<Path> files, Haste haste, Disk disk, Time time, Use<T> use) {
        this.files = List.copyOf(files);
        this.haste = haste;
        this.disk = disk;
        this.time = time;
        this.use = use;
    }

    /// The present content, or the last good one; null if there never was one, and then {@link #trouble} says why.
    public @Nullable T content() {
        Duration last = checked;
        boolean due = last == null || time.elapsed().minus(last).compareTo(INTERVAL) >= 0;
        if (due && busy.compareAndSet(false, true)) {
            try {
                refresh();
            } finally {
                checked = time.elapsed();
                busy.set(false);
            }
        } else if (made == null && trouble == null) {
            awaitFirst();
        }
        Made<T> now = made;
        return now == null ? null : now.content();
    }

    /// Why the files as they are now are not in use; null if they are.
    public @Nullable String trouble() {
        return trouble;
    }

    /// Another thread reads them for the first time; nothing can be said before it is done.
    private void awaitFirst() {
        Duration until = time.elapsed().plus(PATIENCE);
        try {
            while (made == null && trouble == null && time.elapsed().compareTo(until) < 0) {
                time.sleep(GLANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refresh() {
        Made<T> before = made;
        List<Optional<Disk.Facts>> now = List.of();
        try {
            now = facts();
            boolean same = before != null && before.facts().equals(now);
            if (before != null && same && before.calm()) {
                trouble = null;
                return;
            }
            boolean calm = now.stream().noneMatch(this::inMotion);
            if (before != null && (now.equals(useless) || (haste == Haste.WHEN_CALM && !calm))) {
                return;
            }
            T content = use.make(before == null ? null : before.content());
            if (before != null && haste == Haste.WHEN_CALM && !now.equals(facts())) {
                return;
            }
            made = new Made<>(content, now, calm || haste == Haste.WHEN_CALM);
            trouble = null;
            if (!same) {
                use.taken(content, before != null);
            }
        } catch (Useless e) {
            useless = now;
            failed(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            failed("it does not exist");
        } catch (IOException e) {
            failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private void failed(String why) {
        if (!why.equals(trouble)) {
            use.failed(why, made != null);
        }
        trouble = why;
    }

    private List<Optional<Disk.Facts>> facts() throws IOException {
        List<Optional<Disk.Facts>> facts = new ArrayList<>(files.size());
        for (Path file : files) {
            facts.add(disk.facts(file));
        }
        return facts;
    }

    /// Changed within the last second, so that somebody may still be writing. A time in the future says nothing and is no reason to wait.
    private boolean inMotion(Optional<Disk.Facts> facts) {
        if (facts.isEmpty()) {
            return false;
        }
        Duration age = Duration.between(facts.get().changed(), time.now());
        return !age.isNegative() && age.compareTo(INTERVAL) < 0;
    }
}
