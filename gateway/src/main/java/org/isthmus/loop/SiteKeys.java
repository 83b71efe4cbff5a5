// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys of this site, in the folder {@code keys} of the data folder: made at the first start, a new one every {@link #ROTATION}, each kept until no token of its can be
/// valid any more. Layer 4 of loop control; the challenge of layer 3 has its key from here too. Safe for all threads.
///
/// Mail never waits for it: what cannot be read is made anew, what cannot be written is used all the same until the process ends, and a line in the log says which
/// tokens are lost by that. Without its keys the site does not know again what it has sent so far, and the layers behind this one count.
public final class SiteKeys implements XsiteKey {
    /// For how long one key signs.
    public static final Duration ROTATION = Duration.ofDays(30);
    /// For how long a token says something: the longest time in a queue, and as much again.
    public static final Duration VALIDITY = Duration.ofDays(45);

    private static final Logger LOG = LoggerFactory.getLogger(SiteKeys.class);
    private static final Duration NEXT_TRY = Duration.ofHours(1);

    private final @Nullable KeyFile file;
    private final Entropy entropy;
    private final Time time;
    private final AtomicBoolean rotating = new AtomicBoolean();
    private volatile KeyRing ring;
    private volatile List<byte[]> challenges;
    private volatile boolean unsaved;
    private volatile Instant tryAgain = Instant.MIN;

    private SiteKeys(@Nullable KeyFile file, KeyRing ring, Entropy entropy, Time time) {
        this.file = file;
        this.entropy = entropy;
        this.time = time;
        this.ring = ring;
        this.challenges = challenges(ring);
    }

    /// Reads the keys, or makes the first one. Does not fail.
    /// @param data the data folder
    public static SiteKeys open(Disk disk, Entropy entropy, Time time, Path data) {
        KeyFile file = new KeyFile(disk, data);
        Optional<KeyRing> ring = Optional.empty();
        boolean replace = true;
        try {
            KeyFile.Found found = file.read();
            ring = found.ring();
            if (!found.badLines().isEmpty()) {
                LOG.warn("{}: lines {} are damaged; tokens made with those keys will not be known again", file.path(), found.badLines());
            }
            if (ring.isEmpty()) {
                LOG.warn("{}: there is no key in it that can be used; it is put aside as {}, and this site begins with a new key. Mail goes on, but what it has sent so far will not be "
                        + "known again by its trace", file.path(), file.putAside(time.now()));
            }
        } catch (NoSuchFileException e) {
            // The first start, or somebody took the folder away: which of the two, nobody can tell.
            LOG.info("{}: there is none yet; a key for this site is made", file.path());
        } catch (IOException e) {
            replace = false;
            LOG.warn("{}: cannot be read ({}). Mail goes on with a key that lives until the next start; what was sent before will not be known again by its trace. Give the user of "
                    + "Isthmus the right to read it, and restart", file.path(), e.toString());
        }
        SiteKeys keys = new SiteKeys(replace ? file : null, ring.orElseGet(() -> KeyRing.fresh(entropy, time.now())), entropy, time);
        keys.unsaved = ring.isEmpty();
        keys.tend(time.now());
        return keys;
    }

    /// What is wrong with the keys on disk, for {@code isthmus check}; changes nothing. Nothing is wrong where there are none yet.
    /// @param data the data folder
    public static Optional<String> trouble(Disk disk, Path data) {
        KeyFile file = new KeyFile(disk, data);
        try {
            KeyFile.Found found = file.read();
            if (found.ring().isEmpty()) {
                return Optional.of(file.path() + " holds no key that can be used: the next start puts it aside and makes a new one, and what was sent before will not be known again by its trace");
            }
            return found.badLines().isEmpty() ? Optional.empty()
                    : Optional.of(file.path() + ": lines " + found.badLines() + " are damaged: what was signed with those keys will not be known again by its trace");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(file.path() + " cannot be read (" + e + "): a server of this user signs with a key that lives until its next start");
        }
    }

    /// The keys of the challenge as they are on the disk, for commands beside the server: nothing is made or written.
    /// @return nothing if there are none that may be read
    public static Optional<XsiteKey> existing(Disk disk, Path data) {
        try {
            return new KeyFile(disk, data).read().ring().map(ring -> {
                List<byte[]> keys = challenges(ring);
                return () -> keys;
            });
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Keys that live as long as this object: for what tells what would happen, and for tests.
    public static SiteKeys ephemeral(Entropy entropy, Time time) {
        return new SiteKeys(null, KeyRing.fresh(entropy, time.now()), entropy, time);
    }

    /// The key that signs. May write a new one to the disk, once a month.
    public TraceKey current() {
        tend(time.now());
        return ring.current().derived();
    }

    /// The key of this id, if it is still here.
    public Optional<TraceKey> find(int id) {
        return ring.find(id);
    }

    /// What a token is worth here and now.
    public TraceCheck check(SealedToken sealed, TraceKey.Use use) {
        Optional<TraceKey> key = ring.find(sealed.keyId()).filter(known -> known.site() == sealed.site());
        if (key.isEmpty()) {
            return new TraceCheck.Foreign();
        }
        Optional<TraceToken> token = key.get().open(sealed, use);
        if (token.isEmpty()) {
            return new TraceCheck.Forged();
        }
        return token.get().isExpired(time.now(), VALIDITY) ? new TraceCheck.Expired(token.get()) : new TraceCheck.Ours(token.get(), key.get());
    }

    /// The keys of the challenge on the wire, newest first.
    @Override
    public List<byte[]> keys() {
        return challenges;
    }

    /// When each key began to sign, newest first.
    List<Instant> made() {
        return ring.keys().stream().map(KeyRing.SiteKey::made).toList();
    }

    /// Makes a new key when it is time, and writes down what could not be written before. One thread does it, the others go on with what there is.
    private void tend(Instant now) {
        if (!isDue(now) && !unsaved || now.isBefore(tryAgain) || !rotating.compareAndSet(false, true)) {
            return;
        }
        try {
            KeyRing next = isDue(now) ? ring.rotated(entropy, now, VALIDITY) : ring;
            if (file != null) {
                file.write(next);
            }
            ring = next;
            challenges = challenges(next);
            unsaved = false;
        } catch (IOException e) {
            // Signing goes on with the old key: one that is on no disk would be lost with the next start, and all that it signed with it.
            tryAgain = now.plus(NEXT_TRY);
            LOG.warn("{}: cannot be written ({}); tried again in an hour. Until then {}", file == null ? "" : file.path(), e.toString(),
                    unsaved ? "this site's key lives in memory alone, and what is sent now will not be known again after a restart" : "the old key stays in use");
        } finally {
            rotating.set(false);
        }
    }

    /// A key that is younger than now was made under a wrong clock; waiting for its month could take for ever.
    private boolean isDue(Instant now) {
        Instant made = ring.current().made();
        return now.isAfter(made.plus(ROTATION)) || made.isAfter(now.plus(ROTATION));
    }

    private static List<byte[]> challenges(KeyRing ring) {
        return ring.keys().stream().map(key -> key.derived().challenge()).toList();
    }
}
