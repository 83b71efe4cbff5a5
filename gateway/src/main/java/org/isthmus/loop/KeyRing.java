// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.platform.Entropy;
import org.isthmus.trace.TraceKey;

/// The keys of a site at one moment. Immutable.
///
/// @param site the site's name, {@link TraceKey#SITE_OCTETS} octets; not to be changed
/// @param keys newest first, at least one, with different ids
record KeyRing(byte[] site, List<SiteKey> keys) {

    KeyRing {
        keys = List.copyOf(keys);
    }

    /// One master key with what is derived from it.
    /// @param made when it began to sign
    /// @param master {@link TraceKey#OCTETS} octets; not to be changed
    record SiteKey(int id, Instant made, byte[] master, TraceKey derived) {
        static SiteKey of(byte[] site, int id, Instant made, byte[] master) {
            return new SiteKey(id, made, master, TraceKey.derive(id, site, master));
        }

        @Override
        public String toString() {
            return "site key " + id + " of " + made;
        }
    }

    /// A new site with its first key.
    static KeyRing fresh(Entropy entropy, Instant now) {
        byte[] site = new byte[TraceKey.SITE_OCTETS];
        entropy.fill(site);
        return new KeyRing(site, List.of(fresh(site, List.of(), entropy, now)));
    }

    /// With one key more, without those that have signed nothing for so long that no token of theirs can be valid.
    KeyRing rotated(Entropy entropy, Instant now, Duration validity) {
        List<SiteKey> next = new ArrayList<>();
        next.add(fresh(site, keys, entropy, now));
        Instant retired = now;
        for (SiteKey key : keys) {
            if (!retired.plus(validity).isBefore(now)) {
                next.add(key);
            }
            retired = key.made();
        }
        return new KeyRing(site, next);
    }

    private static SiteKey fresh(byte[] site, List<SiteKey> others, Entropy entropy, Instant now) {
        byte[] master = new byte[TraceKey.OCTETS];
        entropy.fill(master);
        int id = (int) entropy.below(256);
        while (taken(others, id)) {
            id = id + 1 & 255;
        }
        return SiteKey.of(site, id, now, master);
    }

    private static boolean taken(List<SiteKey> keys, int id) {
        return keys.stream().anyMatch(key -> key.id() == id);
    }

    /// The one that signs.
    SiteKey current() {
        return keys.getFirst();
    }

    Optional<TraceKey> find(int id) {
        for (SiteKey key : keys) {
            if (key.id() == id) {
                return Optional.of(key.derived());
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return keys.toString();
    }
}
