// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.platform.Time;
import org.isthmus.transit.NextHop;

/// What was learned on the wire about addresses and ports, for fifteen minutes: which are ourselves, and which are not. Safe for all threads; only memory.
///
/// That an address is ourselves counts only for the next hop it was learned for, and never refuses mail: it turns mail of the site around without another
/// connection, and everything else proves it anew. So who forwards one challenge to us can spoil no address for anybody but himself.
/// That it is not saves the question at the next connection.
public final class LearnedAddresses {
    /// How long something learned counts.
    public static final Duration KEPT = Duration.ofMinutes(15);
    private static final int MOST = 10_000;

    private final Time time;
    private final Map<Spot, Proved> ours = bounded();
    private final Map<InetSocketAddress, Duration> strangers = bounded();
    private final Map<InetSocketAddress, Duration> namesakes = bounded();

    private record Spot(InetSocketAddress address, NextHop hop) {}

    private record Proved(String what, Duration until) {}

    /// Something learned, for people.
    /// @param ours that it is ourselves; otherwise that it is not
    /// @param hop for which it counts; every one if it is not ourselves
    /// @param left how long it still counts
    public record Entry(InetSocketAddress address, boolean ours, Optional<NextHop> hop, String what, Duration left) {}

    public LearnedAddresses(Time time) {
        this.time = time;
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST;
            }
        };
    }

    /// It has just proved that it is ourselves.
    /// @param what how, in the operator's words
    public synchronized void proved(InetSocketAddress address, NextHop hop, String what) {
        strangers.remove(address);
        ours.put(new Spot(address, hop), new Proved(what, time.elapsed().plus(KEPT)));
    }

    /// It could not prove it, or cannot be asked.
    public synchronized void stranger(InetSocketAddress address, NextHop hop) {
        ours.remove(new Spot(address, hop));
        strangers.put(address, time.elapsed().plus(KEPT));
    }

    /// Whether it was asked lately, and was not ourselves.
    public synchronized boolean isStranger(InetSocketAddress address) {
        Duration until = strangers.get(address);
        return until != null && until.compareTo(time.elapsed()) > 0;
    }

    /// Whether this address has called itself like us for the first time since a while.
    synchronized boolean isNewNamesake(InetSocketAddress address) {
        Duration now = time.elapsed();
        Duration until = namesakes.get(address);
        if (until != null && until.compareTo(now) > 0) {
            return false;
        }
        namesakes.remove(address);
        namesakes.put(address, now.plus(KEPT));
        return true;
    }

    /// That it was ourselves lately, by this next hop.
    public synchronized Optional<SelfMatch> match(InetSocketAddress address, NextHop hop) {
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        Proved proved = ours.get(new Spot(address, hop));
        Duration now = time.elapsed();
        return proved == null || proved.until().compareTo(now) <= 0
                ? Optional.empty()
                : Optional.of(new SelfMatch(proved.what() + ", learned on the wire and counted for " + proved.until().minus(now).toSeconds() + " s more", null));
    }

    /// Everything that still counts.
    public synchronized List<Entry> entries() {
        Duration now = time.elapsed();
        List<Entry> entries = new ArrayList<>();
        ours.forEach((spot, proved) -> entries.add(new Entry(spot.address(), true, Optional.of(spot.hop()), proved.what(), proved.until().minus(now))));
        strangers.forEach((address, until) -> entries.add(new Entry(address, false, Optional.empty(), "did not prove to be us", until.minus(now))));
        entries.removeIf(entry -> !entry.left().isPositive());
        entries.sort(Comparator.comparing((Entry entry) -> !entry.ours()).thenComparing(entry -> entry.address().toString()));
        return entries;
    }

    /// Takes over what somebody else has learned, for as long as it counts there.
    public synchronized void take(Entry entry) {
        Duration until = time.elapsed().plus(entry.left());
        if (entry.ours() && entry.hop().isPresent()) {
            ours.put(new Spot(entry.address(), entry.hop().get()), new Proved(entry.what(), until));
        } else if (!entry.ours()) {
            strangers.put(entry.address(), until);
        }
    }

    /// Who was no use to ask is asked again.
    public synchronized void forgetStrangers() {
        strangers.clear();
    }

    /// Forgets everything: after a change of the configuration, everybody is asked again.
    public synchronized void forget() {
        ours.clear();
        strangers.clear();
        namesakes.clear();
    }
}
