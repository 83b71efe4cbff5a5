// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Problem;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.Alert;
import org.isthmus.loop.Alerts;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Predicts again and again beside the running server: at the start, after each change of the configuration, when answers of DNS expire, and in any case within the hour. A loop that
/// begins by itself, because somebody changed a record, is thereby told before much mail has met it; and that it is gone is told too.
///
/// One alert tells all loops that are new since the last time and that only DNS shows; what the configuration shows by itself, `check` and `run` have said. That DNS does not answer is no
/// change: what was known before stays known.
public final class Foresight implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Foresight.class);
    private static final Duration LEAST = Duration.ofMinutes(5);
    private static final Duration MOST = Duration.ofHours(1);
    /// DNS is asked ten times a second at most, in the long run.
    private static final Duration PER_QUESTION = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Parts parts;
    private final Channel<Boolean> wake;
    private final List<Listener> listeners = new ArrayList<>();
    private Threads.@Nullable Actor actor;
    private volatile @Nullable Prediction latest;
    private @Nullable Known known;

    private record Known(Snapshot snapshot, Prediction prediction) {}

    /// What it works with.
    /// @param identity who we are under a configuration
    public record Parts(LiveConfig config, Function<Snapshot, SiteIdentity> identity, FileDirectory directory, KnownForwards forwards, Platform platform, Alerts alerts) {}

    /// Hears of each prediction. Called by the actor that predicts; must not wait.
    @FunctionalInterface
    public interface Listener {
        /// @param before the last one of this run of the server; none at first
        /// @param now of the configuration in force, with DNS as it is
        void predicted(@Nullable Prediction before, Prediction now);
    }

    public Foresight(Parts parts) {
        this.parts = parts;
        this.wake = parts.platform().threads().channel(1);
    }

    /// Before {@link #start}.
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /// Begins, unless {@code loop.predict} is off.
    public void start() {
        actor = parts.platform().threads().start("predict", this::work);
    }

    /// The configuration has changed.
    public void reconfigured() {
        wake.offer(true);
    }

    /// The last prediction; none before the first is made.
    public @Nullable Prediction latest() {
        return latest;
    }

    private void work() {
        try {
            while (true) {
                Duration pause = parts.config().current().settings().loop().predict() ? predict() : MOST;
                wake.receive(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Once.
    /// @return how long it holds
    private Duration predict() {
        try {
            Snapshot snapshot = parts.config().current();
            Predictor predictor = new Predictor(snapshot, parts.identity().apply(snapshot), parts.directory(), parts.forwards());
            Prediction now = predictor.withDns(parts.platform().dns(), parts.platform(), LIMIT);
            Prediction before = latest;
            latest = now;
            tell(before, now, withoutDns(snapshot, predictor));
            listeners.forEach(listener -> listener.predicted(before, now));
            return pause(now);
        } catch (RuntimeException e) {
            LOG.error("internal error in a prediction", e);
            return MOST;
        }
    }

    /// What the configuration shows by itself, which changes only with it.
    private Prediction withoutDns(Snapshot snapshot, Predictor predictor) {
        Known last = known;
        if (last == null || last.snapshot() != snapshot) {
            last = new Known(snapshot, predictor.withoutDns());
            known = last;
        }
        return last.prediction();
    }

    private static Duration pause(Prediction now) {
        Duration least = PER_QUESTION.multipliedBy(now.questions());
        least = least.compareTo(LEAST) < 0 ? LEAST : least;
        Duration pause = now.fresh().compareTo(least) < 0 ? least : now.fresh();
        return pause.compareTo(MOST) > 0 ? MOST : pause;
    }

    private void tell(@Nullable Prediction before, Prediction now, Prediction known) {
        Set<String> old = keys(before);
        old.addAll(keys(known));
        List<Found> fresh = now.found().stream().filter(found -> found.isLoop() && found.problem().certain() && !old.contains(key(found))).toList();
        if (!fresh.isEmpty()) {
            alert(fresh);
        }
        Set<String> still = keys(now);
        if (before != null && now.unanswered().isEmpty()) {
            before.found().stream().filter(found -> found.isLoop() && !still.contains(key(found))).forEach(found -> LOG.info("no longer predicted: {}", found.problem().text()));
        }
    }

    private void alert(List<Found> fresh) {
        Problem first = fresh.getFirst().problem();
        String subject = "loop predicted, " + first.id() + ": " + first.message() + (fresh.size() == 1 ? "" : " (and " + (fresh.size() - 1) + " more)");
        StringBuilder text = new StringBuilder("Nothing has circled yet; this is what would happen by the configuration in force and by DNS as it is now.\n");
        for (Found found : fresh) {
            text.append('\n').append(found.problem().text()).append('\n');
            found.problem().evidence().forEach(line -> text.append("    ").append(line).append('\n'));
            Drawing.of(found.walk()).forEach(line -> text.append("        ").append(line).append('\n'));
        }
        text.append("\nisthmus loops predict tells it again.\n");
        parts.alerts().raise(new Alert(parts.platform().time().now(), "prediction " + first.id() + " " + fresh.getFirst().about(), subject, text.toString(), null));
    }

    private static Set<String> keys(@Nullable Prediction prediction) {
        Set<String> keys = new HashSet<>();
        if (prediction != null) {
            prediction.found().stream().filter(Found::isLoop).forEach(found -> keys.add(key(found)));
        }
        return keys;
    }

    private static String key(Found found) {
        return found.problem().id() + " " + found.about();
    }

    @Override
    public void close() {
        Threads.Actor working = actor;
        if (working != null) {
            working.interrupt();
        }
    }
}
