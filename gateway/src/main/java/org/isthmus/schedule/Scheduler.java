// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.address.Domain;
import org.isthmus.address.ReversePath;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Courier;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.PairRate;
import org.isthmus.platform.Channel;
import org.isthmus.loop.Departures;
import org.isthmus.loop.Ledger;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.report.Reporter;
import org.isthmus.route.Router;
import org.isthmus.spool.Spool;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Stamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the queue: what is due is routed with the present configuration, waits in the lane of its destination, is handed to the courier, and what came of
/// it is settled in the spool together with the reports that it asks for.
///
/// | who | does | waits for |
/// |---|---|---|
/// | the pump, one actor | looks for messages whose time has come and for lanes whose pause is over | the next such moment |
/// | a preparation, one actor a message | reads, routes, expands, settles what needs no attempt, puts jobs into lanes | DNS, the spool |
/// | a worker, one actor a slot | takes job after job from the lanes, attempts, settles | the peer, the spool |
///
/// A message is claimed in the {@link MessageTable} by the one preparation or command that works on it; recipients that a worker has are left alone by both.
/// A preparation takes back the jobs that still wait in lanes, so whoever looks at a message sees all of it but what is on the wire.
///
/// The spool is the truth: everything in memory is made again from it at a start, and nothing is said or forgotten before {@link Spool#settle} has returned.
public final class Scheduler {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    /// Preparations at one time. Many, because each may wait for a slow name server.
    private static final int MOST_PREPARATIONS = 500;

    /// The pump looks up at least this often, so that a jump of the wall clock is noticed. No retry is planned more closely than this.
    private static final Duration LONGEST_NAP = Duration.ofMinutes(1);

    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(1);

    private final Parts parts;
    private final Crew crew;
    private final Preparation preparation;
    private final Attempts attempts;
    private final Channel<Boolean> wake;
    private final AtomicInteger preparing = new AtomicInteger();
    private volatile boolean stopping;
    /// When the pump will look up by itself; null while it is awake.
    private volatile @Nullable Instant napEnd;
    private Threads.@Nullable Actor pump;

    final MessageTable table = new MessageTable();
    final Lanes lanes;
    final Sluice sluice;
    final Suspensions suspensions;
    final OnDemand onDemand = new OnDemand();
    final Tally tally = new Tally();
    private final Jumps jumps = new Jumps();

    /// What the scheduler works with.
    ///
    /// @param data the data folder
    /// @param forgetHosts makes the courier forget what it remembers of hosts
    /// @param pairs knows machines that answer each other
    /// @param ledger is told what leaves
    /// @param departures is asked before
    /// @param loops what loop control knows; it is told of attempts, and holds what circles
    public record Parts(
            LiveConfig config,
            Spool spool,
            Router router,
            Courier courier,
            Reporter reporter,
            Recognition recognition,
            Stamp stamp,
            LoopDesk loops,
            Time time,
            Threads threads,
            Entropy entropy,
            Disk disk,
            Path data,
            Runnable forgetHosts,
            PairRate pairs,
            Ledger ledger,
            Departures departures) {}

    public Scheduler(Parts parts) throws IOException {
        this.parts = parts;
        this.crew = new Crew(parts.threads(), parts.time());
        this.wake = parts.threads().channel(1);
        this.suspensions = new Suspensions(parts.disk(), parts.data());
        this.lanes = new Lanes(parts.loops().caution());
        this.sluice = new Sluice(this, parts);
        this.preparation = new Preparation(this, parts);
        this.attempts = new Attempts(this, parts);
    }

    /// Takes in what the spool has, and begins.
    public void start() throws IOException {
        parts.spool().replay(message -> {
            table.add(message);
            sluice.add(message);
        });
        sluice.start();
        pump = parts.threads().start("scheduler", this::pump);
    }

    /// A message has just become durable. Called by the spool on the thread that committed it; never waits.
    public void arrived(QueuedMessage message) {
        if (stopping || preparing.get() >= MOST_PREPARATIONS) {
            table.add(message);
            wake();
        } else {
            table.addClaimed(message);
            startPreparation(message.id(), message);
        }
    }

    /// The configuration was replaced: jobs that still wait are routed again.
    public void reconfigured() {
        lookAgainAtWaiting();
    }

    /// Messages in the queue. Cheap.
    public int size() {
        return table.size();
    }

    /// What operators see and do.
    public QueueControl control() {
        return new QueueActions(this, parts);
    }

    /// Somebody calls for the mail of a domain. RFC 1985. Never waits.
    /// @param below for the domains below it too
    public void callFor(Domain domain, boolean below) {
        if (onDemand.call(domain, below, parts.time().elapsed()) && !stopping) {
            crew.start("mail call " + domain.ascii(), () -> {
                try {
                    LOG.info("{} recipients in {} were called for", new QueueActions(this, parts).called(domain, below), domain.ascii());
                } catch (IOException e) {
                    LOG.error("starting the mail of {}", domain.ascii(), e);
                }
            });
        }
    }

    /// What operators see of loops and do about them.
    public LoopControl loops() {
        return new LoopActions(this, parts);
    }

    /// Finishes the attempts that are on the wire, begins no others.
    /// @param patience after which they are interrupted; their recipients stay in the queue
    public void stop(Duration patience) throws InterruptedException {
        stopping = true;
        Threads.Actor actor = pump;
        if (actor != null) {
            actor.interrupt();
            actor.join();
        }
        sluice.stop();
        crew.finish(patience);
    }

    /// By how much a moment seems to be longer ago than it is, because the wall clock jumped.
    Duration jumpedSince(Instant moment) {
        jumps.look(parts.time().now(), parts.time().elapsed());
        return jumps.since(moment);
    }

    boolean stopping() {
        return stopping;
    }

    /// Makes the pump look up now.
    void wake() {
        wake.offer(true);
    }

    /// Makes the pump look up at a time if it would sleep on. The table has been told before.
    void wakeAt(Instant look) {
        Instant end = napEnd;
        if (end == null || look.isBefore(end)) {
            wake();
        }
    }

    void lookAgainAtWaiting() {
        lanes.waiting().forEach(job -> table.lookNow(job.id));
        wake();
    }

    private void pump() {
        try {
            while (!stopping) {
                Instant now = parts.time().now();
                jumps.look(now, parts.time().elapsed());
                while (preparing.get() < MOST_PREPARATIONS) {
                    QueueId due = table.claimDue(now);
                    if (due == null) {
                        break;
                    }
                    startPreparation(due, null);
                }
                startWorkers();
                Duration nap = nap(now);
                napEnd = now.plus(nap);
                wake.receive(nap);
                napEnd = null;
            }
        } catch (InterruptedException e) {
            // Stopping.
        }
    }

    private Duration nap(Instant now) {
        Duration nap = LONGEST_NAP;
        Instant look = table.nextLook();
        if (look != null && preparing.get() < MOST_PREPARATIONS) {
            Duration untilLook = look.isAfter(now) ? Duration.between(now, look) : Duration.ZERO;
            nap = untilLook.compareTo(nap) < 0 ? untilLook : nap;
        }
        Duration elapsed = parts.time().elapsed();
        Duration pauseEnd = lanes.nextPauseEnd();
        if (pauseEnd != null && pauseEnd.minus(elapsed).compareTo(nap) < 0) {
            nap = pauseEnd.minus(elapsed);
        }
        return nap.isPositive() ? nap : Duration.ofMillis(1);
    }

    private void startPreparation(QueueId id, @Nullable QueuedMessage known) {
        preparing.incrementAndGet();
        crew.start("prepare " + id, () -> {
            try {
                prepare(id, known);
            } finally {
                if (preparing.getAndDecrement() >= MOST_PREPARATIONS) {
                    wake();
                }
            }
            work();
        });
    }

    private void prepare(QueueId id, @Nullable QueuedMessage known) {
        try {
            preparation.prepare(known != null ? known : parts.spool().read(id));
        } catch (NoSuchElementException e) {
            table.drop(id);
        } catch (InterruptedException e) {
            table.release(id, parts.time().now());
        } catch (IOException | RuntimeException e) {
            // Local trouble, or a bug of ours: in doubt, defer.
            LOG.error("cannot prepare {}, trying again in a minute", id, e);
            table.release(id, parts.time().now().plus(AFTER_TROUBLE));
            wake();
        }
    }

    /// Starts a worker for every job that may go now.
    void startWorkers() {
        for (Lanes.Grant grant = next(); grant != null; grant = next()) {
            Lanes.Grant granted = grant;
            crew.start("deliver " + granted.job().id, () -> {
                attempts.attempt(granted);
                work();
            });
        }
    }

    /// Goes on with the next job that may go now, on this thread, and starts workers for the others.
    private void work() {
        for (Lanes.Grant grant = next(); grant != null; grant = next()) {
            startWorkers();
            attempts.attempt(grant);
        }
        // A lane may have come to wait for a time just now, and the pump sleeps by what it knew before.
        Duration opens = lanes.nextPauseEnd();
        if (opens != null) {
            wakeAt(parts.time().now().plus(opens.minus(parts.time().elapsed())));
        }
    }

    private Lanes.@Nullable Grant next() {
        return stopping ? null : lanes.next(delivery(), parts.time().elapsed());
    }

    private Settings.Delivery delivery() {
        return parts.config().current().settings().delivery();
    }

    /// Makes changes durable, with the report that they ask for. Trouble of the disk is waited out: what was delivered must not be forgotten.
    void commit(QueuedMessage message, Changes changes, Snapshot snapshot) throws InterruptedException {
        boolean last = table.settling(message.id(), changes.settled(), changes.added());
        table.heldMore(message.id(), changes.heldMore());
        Duration pause = Duration.ofSeconds(1);
        while (true) {
            try {
                parts.spool().settle(message.id(), changes.settling(reports(message.id(), changes, snapshot), last));
                tally.count(changes);
                if (changes.heldMore() > 0) {
                    sluice.held(changes.after(), changes.numbers());
                }
                return;
            } catch (IOException e) {
                LOG.error("cannot settle {}, trying again in {} s: {}", message.id(), pause.toSeconds(), e.toString());
                parts.time().sleep(pause);
                pause = pause.compareTo(AFTER_TROUBLE) < 0 ? pause.multipliedBy(2) : AFTER_TROUBLE;
            }
        }
    }

    /// One for each who is to be told.
    private List<Changes.Told> reports(QueueId id, Changes changes, Snapshot snapshot) throws IOException {
        List<Changes.Told> reports = new ArrayList<>();
        for (Map.Entry<ReversePath, List<Reporter.Happening>> one : changes.happenedBySender().entrySet()) {
            QueuedMessage seen = changes.after().sentBy(one.getKey());
            parts.reporter().report(seen, one.getValue(), parts.spool().content(id), parts.time().now(), snapshot)
                    .ifPresent(report -> reports.add(new Changes.Told(report, one.getValue())));
        }
        return reports;
    }

    /// Takes back the jobs of a claimed message that still wait; gives the numbers of their recipients.
    List<Integer> recall(QueueId id) {
        List<Integer> numbers = new ArrayList<>();
        for (Job job : table.jobs(id)) {
            if (lanes.recall(job)) {
                table.jobOver(job);
                numbers.addAll(job.recipients);
            }
        }
        return numbers;
    }
}
