// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.config.Cidr;
import org.isthmus.config.Rate;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// Makes guessing slow. Each failure of a client fills its bucket, which empties evenly; while it is full, the client's attempts are not looked at. Users have buckets too, ten times as large, against
/// guesses from many places; a client that the user has logged in from before is let through, so that nobody can lock him out. One of the last few wrong passwords again is a forgotten program, not a guess.
///
/// Bounded: at most 20,000 entries of each kind; those not seen for longest go first.
final class Damping {
    private static final int MOST = 20_000;
    private static final int USER_FACTOR = 10;
    /// Wrong passwords of each bucket: behind one address there may be some programs that were forgotten.
    private static final int REMEMBERED = 4;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int LONGEST_PAUSE = 8;

    private final Time time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Bucket> clients = bounded();
    private final Map<String, Bucket> users = bounded();
    private final Map<String, Boolean> known = bounded();

    private static final class Bucket {
        private double level;
        private Duration at = Duration.ZERO;
        private final long[] last = new long[REMEMBERED];
        private int next;

        /// Whether it was tried lately; it is remembered from now on.
        private boolean knows(long guess) {
            for (long one : last) {
                if (one == guess) {
                    return true;
                }
            }
            last[next++ % REMEMBERED] = guess;
            return false;
        }
    }

    Damping(Time time) {
        this.time = time;
    }

    private static <T> Map<String, T> bounded() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > MOST;
            }
        };
    }

    /// Whether a client must wait before anything of it is looked at.
    /// @param address null if the client is trusted: a webmail server is many people
    boolean isFull(@Nullable InetAddress address, Rate rate) {
        lock.lock();
        try {
            return address != null && full(clients.get(host(address)), rate, 1);
        } finally {
            lock.unlock();
        }
    }

    /// Whether guesses at this user come from many places, and this client is not known to be his.
    /// @param user in any case: it is the same user
    boolean isGuessed(InetAddress address, String user, Rate rate) {
        lock.lock();
        try {
            return full(users.get(UsersFile.key(user)), rate, USER_FACTOR) && !known.containsKey(home(user, address));
        } finally {
            lock.unlock();
        }
    }

    /// Counts a failure.
    /// @param address null if the client is trusted
    /// @param guess a mark of what was tried: the same one again does not count
    /// @return how long the answer should wait
    Duration failed(@Nullable InetAddress address, @Nullable String user, long guess, Rate rate) {
        lock.lock();
        try {
            double level = 1;
            if (address != null) {
                level = add(clients.computeIfAbsent(host(address), name -> new Bucket()), guess, rate, 1);
            }
            if (user != null) {
                add(users.computeIfAbsent(UsersFile.key(user), name -> new Bucket()), guess, rate, USER_FACTOR);
            }
            int times = 1 << (int) Math.min(Math.max(level - 1, 0), 3);
            return FIRST_PAUSE.multipliedBy(Math.min(times, LONGEST_PAUSE));
        } finally {
            lock.unlock();
        }
    }

    /// A user has proved himself from this client.
    void passed(InetAddress address, String user) {
        lock.lock();
        try {
            known.put(home(user, address), true);
        } finally {
            lock.unlock();
        }
    }

    private double add(Bucket bucket, long guess, Rate rate, int factor) {
        double level = level(bucket, rate, factor);
        // A bucket that is full does not get fuller: who stops may try again after one spacing.
        bucket.level = bucket.knows(guess) ? level : Math.min(level + 1, (double) rate.count() * factor);
        bucket.at = time.elapsed();
        return bucket.level;
    }

    private boolean full(@Nullable Bucket bucket, Rate rate, int factor) {
        return bucket != null && level(bucket, rate, factor) > rate.count() * factor - 1;
    }

    private double level(Bucket bucket, Rate rate, int factor) {
        double drained = (double) time.elapsed().minus(bucket.at).toMillis() / rate.per().toMillis() * rate.count() * factor;
        return Math.max(0, bucket.level - drained);
    }

    private static String home(String user, InetAddress address) {
        return UsersFile.key(user) + " " + host(address);
    }

    /// An address; of IPv6 its network of 64 bits, which one customer has.
    private static String host(InetAddress address) {
        return Cidr.around(address, 32, 64).toString();
    }
}
