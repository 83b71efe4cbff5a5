// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.isthmus.config.Settings;
import org.isthmus.directory.AddressKey;
import org.isthmus.transit.LoopEvidence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Two machines that answer each other write new messages for ever, of which no trace tells. Their rate does: A to B after B to A after A to B, again and again, in mail that
/// shows a machine or repeats itself. Layer 6 of loop control.
///
/// | counts | does not |
/// |---|---|
/// | what says that it answers (RFC 3834 auto-replied, reports), or has the other's subject in its own and a trait of a machine | a storm of alarms, even if each is acknowledged: alarms answer nothing |
/// | the same topic in about the same size as the one before, with the mark of an answer or at once upon the other's letter | people: they write something else each time, and that begins the count anew |
///
/// What is held then: mail of the same kind, between the same two, from the same client networks. Where one of the two writes from inside and the other does not, only what comes
/// from outside: addresses are forgeable, so a stranger can have nobody's mail held but their own. Nothing is lost: what is held is released by a person.
///
/// Bounded memory; what is held stays known over a restart. Safe for all threads.
public final class PairRate {
    /// As `by` of what is held.
    public static final String NAME = "pair-rate";

    private static final Logger LOG = LoggerFactory.getLogger(PairRate.class);
    /// Powers of two: the lower bits of a hash name a place.
    private static final int ONE_WAY_PLACES = 1 << 15;
    private static final int JUDGED_PLACES = 1 << 14;
    private static final int MOST_TALKS = 5_000;
    private static final int MOST_HOLDS = 1_000;
    /// A hold that nothing has come for in so long is over for mail to come.
    private static final Duration LAPSE = Duration.ofDays(1);

    private final Supplier<Settings.Loop> settings;
    private final Alerts alerts;
    private final LoopWatch watch;
    private final PairFile file;
    /// Pairs of which letters went one way only, as nearly all do; a new one takes the place of whichever stood there. Only an answer that comes later than some ten thousand
    /// letters of others can miss its run.
    private final @Nullable OneWay[] oneWay = new OneWay[ONE_WAY_PLACES];
    private final Map<String, PairRun> talks = talks();
    /// Letters that were counted, by hashes of their names, each at its place.
    private final long[] judged = new long[JUDGED_PLACES];
    private final Map<String, PairHold> holds = new LinkedHashMap<>();

    private record OneWay(String pair, PairRun run) {}

    /// @param file where holds are written down
    public PairRate(Supplier<Settings.Loop> settings, Alerts alerts, LoopWatch watch, PairFile file) {
        this.settings = settings;
        this.alerts = alerts;
        this.watch = watch;
        this.file = file;
        file.read().forEach(hold -> holds.put(hold.key(), hold));
    }

    private static Map<String, PairRun> talks() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, PairRun> eldest) {
                return size() > MOST_TALKS;
            }
        };
    }

    /// Counts a letter, once, and says whether it is to be held.
    /// @param fresh it has just arrived; what waited over a restart is not counted again
    /// @return why; empty if it may go
    public Optional<String> judge(PairLetter letter, boolean fresh) {
        Settings.PairRate rules = settings.get().pairRate();
        if (!rules.enabled()) {
            return Optional.empty();
        }
        String from = AddressKey.of(letter.from());
        String to = AddressKey.of(letter.to());
        if (from.equals(to)) {
            return Optional.empty();
        }
        PairRun.Tripped tripped = null;
        PairHold hold;
        synchronized (this) {
            if (isFirst(letter) && fresh) {
                tripped = count(from, to, letter, rules);
            }
            if (tripped != null && !hold(from, to, letter, tripped)) {
                // It is held already.
                tripped = null;
            }
            hold = held(from, to, letter);
        }
        if (tripped != null) {
            tell(letter, tripped);
            file.write(this::holds);
        }
        return Optional.ofNullable(hold).map(PairHold::why);
    }

    /// A message may be prepared more than once before it is tried; it counts once.
    private boolean isFirst(PairLetter letter) {
        long name = (letter.message().value() * 31 + letter.recipient()) * 0x9E37_79B9_7F4A_7C15L;
        int place = (int) (name >>> 40) & JUDGED_PLACES - 1;
        boolean first = judged[place] != name;
        judged[place] = name;
        return first;
    }

    private PairRun.@Nullable Tripped count(String from, String to, PairLetter letter, Settings.PairRate rules) {
        boolean first = from.compareTo(to) < 0;
        String pair = first ? from + "\n" + to : to + "\n" + from;
        PairRun talk = talks.get(pair);
        if (talk != null) {
            return talk.take(first, letter, rules);
        }
        int hash = pair.hashCode();
        int place = (hash ^ hash >>> 15) & ONE_WAY_PLACES - 1;
        OneWay known = oneWay[place];
        PairRun run = known != null && known.pair().equals(pair) ? known.run() : new PairRun();
        PairRun.Tripped tripped = run.take(first, letter, rules);
        if (run.isTalk()) {
            oneWay[place] = null;
            talks.put(pair, run);
        } else if (known == null || known.run() != run) {
            oneWay[place] = new OneWay(pair, run);
        }
        return tripped;
    }

    /// Of a pair of which one writes from inside, the other's mail is held; that ends it, and strangers cannot hold what people inside write.
    /// @return false if nothing is held that was not held before
    private boolean hold(String from, String to, PairLetter letter, PairRun.Tripped tripped) {
        PairRun.Seen mine = tripped.mine();
        PairRun.Seen other = tripped.other();
        boolean more = false;
        if (!mine.trusted() || other.trusted()) {
            more = put(new PairHold(from, to, mine.network(), mine.automatic(), PairLetter.bare(mine.topic()), mine.size(), letter.at(), letter.at()));
        }
        if (!other.trusted() || mine.trusted()) {
            more |= put(new PairHold(to, from, other.network(), other.automatic(), PairLetter.bare(other.topic()), other.size(), letter.at(), letter.at()));
        }
        return more;
    }

    private boolean put(PairHold hold) {
        return holds.size() < MOST_HOLDS && holds.putIfAbsent(hold.key(), hold) == null;
    }

    private @Nullable PairHold held(String from, String to, PairLetter letter) {
        if (holds.isEmpty()) {
            return null;
        }
        String key = PairHold.key(from, to, ClientNetwork.of(letter.client()));
        PairHold hold = holds.get(key);
        if (hold == null) {
            return null;
        }
        if (hold.last().plus(LAPSE).isBefore(letter.at())) {
            holds.remove(key);
            return null;
        }
        if (!hold.covers(letter)) {
            return null;
        }
        PairHold later = hold.at(letter.at());
        holds.put(key, later);
        return later;
    }

    private void tell(PairLetter letter, PairRun.Tripped tripped) {
        String why = PairHold.why(AddressKey.of(letter.from()), AddressKey.of(letter.to()));
        List<String> held = new ArrayList<>();
        for (PairHold hold : holds()) {
            if (hold.why().equals(why)) {
                held.add("from " + hold.from() + " to " + hold.to() + " by clients in " + hold.network() + (hold.automatic() ? ", written by a machine" : ", on the same topic and of about the same size"));
            }
        }
        String finding = why + ": " + tripped.answers() + " answers to answers";
        LOG.info("mail is held by the pair rate: {}", finding);
        watch.saw(new Sighting(letter.at(), 0, letter.message(), letter.to(), null, Sighting.Certainty.SUSPECTED, new LoopEvidence("L6", finding, null, held)));
        alerts.raise(new Alert(letter.at(), NAME + " " + why, "Mail is held: " + why, text(letter, tripped, why, held), null));
    }

    private String text(PairLetter letter, PairRun.Tripped tripped, String why, List<String> held) {
        Settings.PairRate rules = settings.get().pairRate();
        return """
                Two machines answer each other: %s and %s.

                Between them went %d answers to answers; loop.pair-rate allows %d within %d minutes and %d a day.
                The subject of the last one was:
                    %s

                Held from now on is what is of the same kind:
                    %s
                What others write to these addresses goes on, and so does what people write. Nothing is lost.

                To mend it: turn off the automatic reply at one of the two, or make it one that keeps to RFC 3834 (it answers no automatic mail).
                To let the held mail go, and to begin to count anew:
                    isthmus queue release --held --reason "%s"
                """.formatted(letter.from(), letter.to(), tripped.answers(), rules.most(), rules.window().toMinutes(), rules.mostADay(), tripped.mine().topic(), String.join("\n    ", held), why);
    }

    /// All that is held now, in order of time.
    public synchronized List<PairHold> holds() {
        return List.copyOf(holds.values());
    }

    /// Ends holds, and begins to count anew between those two. What is held already, the queue releases.
    /// @return how many
    public int release(Predicate<PairHold> which) {
        int released;
        synchronized (this) {
            List<PairHold> ended = new ArrayList<>(holds.values().stream().filter(which).toList());
            ended.forEach(hold -> {
                holds.remove(hold.key());
                talks.remove(hold.from().compareTo(hold.to()) < 0 ? hold.from() + "\n" + hold.to() : hold.to() + "\n" + hold.from());
            });
            released = ended.size();
        }
        if (released > 0) {
            file.write(this::holds);
        }
        return released;
    }
}
