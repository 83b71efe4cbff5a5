// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.isthmus.config.Settings;
import org.jspecify.annotations.Nullable;

/// What is remembered of two addresses: the last letter in each direction from each client network, and, for each two networks, when one answered the other's answer.
/// Bounded. Used under the lock of {@link PairRate}.
final class PairRun {
    private static final int MOST_NETWORKS = 4;
    private static final Duration DAY = Duration.ofDays(1);
    /// Without a mark of an answer, only what comes at once upon the other's letter can be one.
    private static final Duration PROMPT = Duration.ofSeconds(10);

    /// One for each network, the latest last. Nearly all letters begin a run of which nothing more is ever seen, so an empty run is small.
    private final List<Seen> there = new ArrayList<>(1);
    private final List<Seen> back = new ArrayList<>(0);
    private final List<Turns> turns = new ArrayList<>(0);

    /// What is kept of the last letter of a direction and network.
    record Seen(String network, boolean trusted, boolean automatic, @Nullable String subject, long size, Instant at) {
        static Seen of(String network, PairLetter letter) {
            return new Seen(network, letter.trusted(), letter.isAutomatic(), letter.subject(), letter.size(), letter.at());
        }

        /// Made when it is asked for: of nearly all letters it never is.
        String topic() {
            return PairLetter.topic(subject);
        }
    }

    /// Answers between two networks.
    private static final class Turns {
        private final String one;
        private final String other;
        private final Deque<Instant> times = new ArrayDeque<>(4);
        /// Whose turn was the last: that of the first direction?
        private boolean first;
        private boolean begun;

        Turns(String one, String other) {
            this.one = one;
            this.other = other;
        }

        void reset() {
            times.clear();
            begun = false;
        }
    }

    /// Whether letters went both ways.
    boolean isTalk() {
        return !there.isEmpty() && !back.isEmpty();
    }

    /// What a letter completes.
    /// @param mine the letter itself
    /// @param other the one that it answers
    record Tripped(Seen mine, Seen other, int answers) {}

    /// Takes a letter into account.
    /// @param first its direction
    /// @return what is to be held from now on; null if the two may go on
    @Nullable Tripped take(boolean first, PairLetter letter, Settings.PairRate rules) {
        List<Seen> mine = first ? there : back;
        String network = ClientNetwork.of(letter.client());
        Seen before = take(mine, network);
        Seen now = Seen.of(network, letter);
        boolean alike = before != null && !now.automatic() && !before.automatic() && PairLetter.bare(now.topic()).equals(PairLetter.bare(before.topic()))
                && PairLetter.alike(now.size(), before.size());
        Tripped tripped = null;
        for (Seen other : (first ? back : there)) {
            Turns between = turns(first ? network : other.network(), first ? other.network() : network);
            if (!isAnswer(letter, other, alike)) {
                if (before != null && !alike) {
                    // A person writes, or a machine that begins something new.
                    between.reset();
                }
                continue;
            }
            int count = count(between, first, letter, rules);
            if (count > 0) {
                tripped = new Tripped(now, other, count);
            }
        }
        mine.add(now);
        if (mine.size() > MOST_NETWORKS) {
            mine.removeFirst();
        }
        return tripped;
    }

    private static @Nullable Seen take(List<Seen> seen, String network) {
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).network().equals(network)) {
                return seen.remove(i);
            }
        }
        return null;
    }

    private static boolean isAnswer(PairLetter letter, Seen other, boolean alike) {
        boolean marked = PairLetter.answers(letter.topic(), other.topic());
        if (letter.isAutomatic()) {
            return letter.saysItAnswers() || marked;
        }
        boolean prompt = !letter.at().isAfter(other.at().plus(PROMPT));
        return alike && (marked || prompt);
    }

    /// @return the answers that are too many; 0 if they are not
    private static int count(Turns between, boolean first, PairLetter letter, Settings.PairRate rules) {
        if (between.begun && between.first == first) {
            if (!letter.isAutomatic()) {
                // Two in a row: nobody waits for answers here.
                between.reset();
            }
            return 0;
        }
        if (between.begun) {
            // An answer to an answer, at least.
            between.times.addLast(letter.at());
        }
        between.begun = true;
        between.first = first;
        while (!between.times.isEmpty() && (between.times.size() > rules.mostADay() + 1 || !between.times.peekFirst().isAfter(letter.at().minus(DAY)))) {
            between.times.removeFirst();
        }
        int inWindow = (int) between.times.stream().filter(time -> time.isAfter(letter.at().minus(rules.window()))).count();
        return inWindow > rules.most() ? inWindow : between.times.size() > rules.mostADay() ? between.times.size() : 0;
    }

    private Turns turns(String one, String other) {
        for (Turns known : turns) {
            if (known.one.equals(one) && known.other.equals(other)) {
                return known;
            }
        }
        Turns fresh = new Turns(one, other);
        turns.add(fresh);
        if (turns.size() > MOST_NETWORKS * MOST_NETWORKS) {
            turns.removeFirst();
        }
        return fresh;
    }
}
