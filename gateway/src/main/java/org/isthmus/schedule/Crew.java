// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// The actors that work at this moment, so that a stop can wait for them and, when its patience ends, interrupt them.
final class Crew {
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final Threads threads;
    private final Time time;
    private final Set<Member> members = new HashSet<>();

    private static final class Member {
        Threads.@Nullable Actor actor;
    }

    Crew(Threads threads, Time time) {
        this.threads = threads;
        this.time = time;
    }

    void start(String name, Runnable body) {
        Member member = new Member();
        synchronized (members) {
            members.add(member);
        }
        Threads.Actor actor = threads.start(name, () -> {
            try {
                body.run();
            } finally {
                synchronized (members) {
                    members.remove(member);
                }
            }
        });
        synchronized (members) {
            member.actor = actor;
        }
    }

    int size() {
        synchronized (members) {
            return members.size();
        }
    }

    /// Waits until all have ended; after the patience interrupts them and waits once more, briefly.
    void finish(Duration patience) throws InterruptedException {
        waitFor(patience);
        List<Member> left;
        synchronized (members) {
            left = new ArrayList<>(members);
        }
        for (Member member : left) {
            Threads.Actor actor = member.actor;
            if (actor != null) {
                actor.interrupt();
            }
        }
        waitFor(Duration.ofSeconds(5));
    }

    private void waitFor(Duration patience) throws InterruptedException {
        Duration end = time.elapsed().plus(patience);
        while (size() > 0 && time.elapsed().compareTo(end) < 0) {
            time.sleep(GLANCE);
        }
    }
}
