// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file kept in memory, read again when it changes.
///
/// Whoever asks looks, at most once a second, whether size or time of the file are others than when it was read; that one reads it again on his own time, and
/// everybody else goes on with what was there. So nothing runs while nobody asks. What cannot be read, or holds not one good line, does not take the place
/// of what could: the last good content stays, with a warning in the log. A file that changes while it is read, or did within the last second, is
/// left alone until the writer is done.
final class WatchedFile<T extends Listed> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path path;
    private final Disk disk;
    private final Time time;
    private final Reader<T> reader;
    private final Runnable changed;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Loaded<T> loaded;
    private volatile @Nullable String trouble;
    private volatile @Nullable Duration checked;
    private Disk.@Nullable Facts refused; // only whoever holds busy looks at it

    WatchedFile(Path path, Disk disk, Time time, Reader<T> reader) {
        this(path, disk, time, reader, () -> {});
    }

    /// @param changed called when a changed content has come into use, by whoever read it
    WatchedFile(Path path, Disk disk, Time time, Reader<T> reader, Runnable changed) {
        this.path = path;
        this.disk = disk;
        this.time = time;
        this.reader = reader;
        this.changed = changed;
    }

    /// Makes the content of a file.
    interface Reader<T> {
        T read(Disk disk, Path path) throws IOException;
    }

    private record Loaded<T>(T content, Disk.Facts facts) {}

    /// The content: the present one, or the last good one; null if there never was one, and then {@link #trouble} says why.
    @Nullable T content() {
        Duration last = checked;
        boolean due = last == null || time.elapsed().minus(last).compareTo(INTERVAL) >= 0;
        if (due && busy.compareAndSet(false, true)) {
            try {
                refresh();
            } finally {
                checked = time.elapsed();
                busy.set(false);
            }
        } else if (loaded == null && trouble == null) {
            awaitFirst();
        }
        Loaded<T> now = loaded;
        return now == null ? null : now.content();
    }

    /// Why the file as it is now is not in use; null if it is.
    @Nullable String trouble() {
        return trouble;
    }

    /// Another thread reads it for the first time; nothing can be said before it is done.
    private void awaitFirst() {
        Duration until = time.elapsed().plus(PATIENCE);
        try {
            while (loaded == null && trouble == null && time.elapsed().compareTo(until) < 0) {
                time.sleep(Duration.ofMillis(20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refresh() {
        Loaded<T> before = loaded;
        try {
            Disk.Facts facts = facts();
            if (before != null && before.facts().equals(facts)) {
                trouble = null;
                return;
            }
            if (before != null && (facts.equals(refused) || inMotion(facts))) {
                return;
            }
            T content = reader.read(disk, path);
            if (before != null && !facts.equals(facts())) {
                return;
            }
            accept(content, facts, before);
        } catch (IOException e) {
            failed(e instanceof NoSuchFileException ? "it does not exist" : e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private void accept(T content, Disk.Facts facts, @Nullable Loaded<T> before) {
        if (before != null && content.entries() == 0 && content.badCount() > 0) {
            refused = facts;
            failed("none of its lines is good, the first bad one is line " + content.bad().getFirst().number());
            return;
        }
        loaded = new Loaded<>(content, facts);
        trouble = null;
        if (before == null) {
            LOG.debug("{}: {} entries", path, content.entries());
        } else {
            LOG.info("{}: read again because it changed, {} entries", path, content.entries());
        }
        if (content.badCount() > 0) {
            BadLine first = content.bad().getFirst();
            LOG.warn("{}:{}: {}{}", path, first.number(), first.problem(), content.badCount() == 1 ? "" : " (and " + (content.badCount() - 1) + " more bad lines)");
        }
        if (before != null) {
            changed.run();
        }
    }

    private void failed(String why) {
        if (!why.equals(trouble)) {
            LOG.warn("{} cannot be used: {}; {}", path, why, loaded == null ? "its addresses are answered with 451 until it can" : "its last good content stays in use");
        }
        trouble = why;
    }

    private Disk.Facts facts() throws IOException {
        Optional<Disk.Facts> facts = disk.facts(path);
        return facts.orElseThrow(() -> new NoSuchFileException(path.toString()));
    }

    /// Changed within the last second, so that somebody may still be writing. A time in the future says nothing and is no reason to wait.
    private boolean inMotion(Disk.Facts facts) {
        Duration age = Duration.between(facts.changed(), time.now());
        return !age.isNegative() && age.compareTo(INTERVAL) < 0;
    }
}
