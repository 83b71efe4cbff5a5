// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.auth.Authenticator;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Caller;
import org.isthmus.deliver.SmtpCourier;
import org.isthmus.directory.FileDirectory;
import org.isthmus.explain.Probe;
import org.isthmus.loop.AlertDesk;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.Ledger;
import org.isthmus.loop.LiveIdentity;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.PairFile;
import org.isthmus.loop.PairRate;
import org.isthmus.loop.Returns;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.SiteLineage;
import org.isthmus.loop.TraceStamp;
import org.isthmus.loop.WireRecognition;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.policy.Policy;
import org.isthmus.policy.Pressure;
import org.isthmus.policy.Strangers;
import org.isthmus.policy.Throttle;
import org.isthmus.predict.Foresight;
import org.isthmus.predict.SeenForwards;
import org.isthmus.receive.Receiver;
import org.isthmus.receive.Rooms;
import org.isthmus.receive.SessionView;
import org.isthmus.report.DsnReporter;
import org.isthmus.route.GuardedRouter;
import org.isthmus.route.Router;
import org.isthmus.route.SiteRouter;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.MailCalls;
import org.isthmus.schedule.QueueControl;
import org.isthmus.schedule.Scheduler;
import org.isthmus.spool.Draft;
import org.isthmus.spool.JournalSpool;
import org.isthmus.spool.Spool;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.ServerTls;
import org.isthmus.tracking.Counters;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Facts;
import org.isthmus.tracking.TrackingLog;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Report;
import org.isthmus.transport.DkimStamp;
import org.isthmus.transport.ReportMail;
import org.isthmus.transport.StsFolder;
import org.isthmus.transport.StsPolicies;
import org.isthmus.transport.TallyFolder;
import org.isthmus.transport.TlsReporter;
import org.isthmus.transport.TlsTally;
import org.isthmus.transport.TransportRules;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole server on a platform: every part and what it is connected to, in the order in which it starts. It stops in the opposite order.
/// The simulated world starts this very class.
public final class Connector implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    private final Platform platform;
    private final LiveConfig config;
    private final LearnedAddresses learned;
    private final LiveIdentity identity;
    private final WireRecognition recognition;
    private final FileDirectory directory;
    private final ServerTls tls;
    private final TrackingLog tracking;
    private final JournalSpool spool;
    private final Scheduler scheduler;
    private final SmtpCourier courier;
    private final Ledger ledger;
    private final Returns returns;
    private final AlertDesk alerts;
    private final LoopDesk loops;
    private final Pressure pressure;
    private final Receiver receiver;
    private final MailCalls mailCalls;
    private final Caller caller;
    private final TlsReporter tlsReporter;
    private final Foresight foresight;
    private final Foreseen foreseen;
    private final Closeable lock;
    private boolean stopped;

    /// Starts everything. When this returns, mail is accepted and the queue moves.
    ///
    /// @param processId for whoever tries to start a second one on the same folder
    /// @throws DataFolderTaken if another process has the data folder
    /// @throws IOException if a listener cannot be opened or the disk does not work; the message says which
    public static Connector start(Platform platform, LiveConfig config, long processId) throws IOException, DataFolderTaken {
        return start(platform, config, processId, JournalSpool.Options.DEFAULT);
    }

    /// As the other, with another measure for the spool's files: small ones show in an hour what large ones show in a month.
    public static Connector start(Platform platform, LiveConfig config, long processId, JournalSpool.Options spool) throws IOException, DataFolderTaken {
        Settings settings = config.current().settings();
        Path data = settings.connector().data();
        platform.disk().createFolders(data);
        Closeable lock = lock(platform.disk(), data, processId);
        boolean started = false;
        try {
            Connector connector = new Connector(platform, config, data, lock, spool);
            started = true;
            return connector;
        } finally {
            if (!started) {
                lock.close();
            }
        }
    }

    private static Closeable lock(Disk disk, Path data, long processId) throws IOException, DataFolderTaken {
        Path file = data.resolve("lock");
        Optional<Closeable> lock = disk.lock(file, processId + "\n");
        if (lock.isEmpty()) {
            throw new DataFolderTaken("another Isthmus, process " + owner(disk, file) + ", has the data folder " + data);
        }
        return lock.get();
    }

    private static String owner(Disk disk, Path file) {
        try (Disk.File open = disk.open(file)) {
            ByteBuffer text = ByteBuffer.allocate(20);
            open.read(text, 0);
            return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private Connector(Platform platform, LiveConfig config, Path data, Closeable lock, JournalSpool.Options options) throws IOException {
        this.platform = platform;
        this.config = config;
        this.lock = lock;
        directory = new FileDirectory(platform.disk(), platform.time());
        tls = new ServerTls(platform.disk(), platform.time(), platform.entropy());
        tls.prepare(config.current().settings());
        directory.prepare(config.current().settings());
        learned = new LearnedAddresses(platform.time());
        identity = new LiveIdentity(platform.network(), platform.time(), learned);
        SiteKeys keys = SiteKeys.open(platform.disk(), platform.entropy(), platform.time(), data);
        SeenForwards forwards = new SeenForwards();
        ledger = Ledger.open(platform.disk(), platform.time(), platform.threads(), platform.entropy(), data, () -> settings().loop().ledgerSize().octets());
        SiteClassifier classifier = new SiteClassifier(directory);
        tracking = TrackingLog.open(
                data, () -> settings().tracking(), () -> settings().log(), platform.disk(), platform.time(), platform.threads());
        Arrivals arrivals = new Arrivals();
        spool = JournalSpool.open(
                platform.disk(), platform.time(), platform.entropy(), platform.threads(), data.resolve("spool"),
                arrivals::arrived, tracking, Facts::encode, options);
        alerts = new AlertDesk(this::settings, platform.time(), platform.threads(), tracking, this::post, alert -> {});
        loops = new LoopDesk(new LoopDesk.Parts(config, classifier, platform.time(), platform.threads(), platform.disk(), data, tracking, alerts));
        loops.also(forwards);
        returns = new Returns(keys, ledger, loops, platform.time());
        Router router = new GuardedRouter(new SiteRouter(classifier, identity::current, platform.dns(), platform.entropy()), loops.breaker(), loops::refuses, platform.time()::now);
        recognition = new WireRecognition(config, identity::current, learned, keys, platform.entropy(), platform.time(), loops);
        TlsTally tally = new TlsTally(platform.time());
        StsPolicies policies = new StsPolicies(platform.dns(), platform.https(), platform.time(), new StsFolder(platform.disk(), data.resolve("mta-sts")));
        ClientTls clientTls = new ClientTls(platform.disk(), platform.time());
        TransportRules rules = new TransportRules(this::settings, platform.dns(), policies, tally);
        courier = new SmtpCourier(platform.network(), platform.time(), platform.threads(), platform.entropy(),
                clientTls, rules);
        caller = new Caller(platform.network(), platform.time(), clientTls, rules);
        DkimStamp dkim = new DkimStamp(new TraceStamp(config, keys, platform.time()), config, platform.disk(), platform.time());
        TallyFolder tallies = new TallyFolder(platform.disk(), data.resolve("tlsrpt"));
        tallies.restore(tally);
        tlsReporter = new TlsReporter(new TlsReporter.Parts(this::settings, tally, tallies, platform.dns(), platform.https(), platform.time(), platform.threads(),
                platform.entropy(), new ReportMail(new SiteLineage(keys), dkim::signs, this::post), tracking));
        scheduler = new Scheduler(new Scheduler.Parts(
                config, spool, router, courier, new DsnReporter(new SiteLineage(keys), new UnsaidReports(tracking, alerts)),
                recognition, dkim, loops,
                platform.time(), platform.threads(), platform.entropy(), platform.disk(), data, courier::forgetHosts,
                new PairRate(() -> settings().loop(), alerts, loops, new PairFile(platform.disk(), data)), ledger, returns));
        arrivals.to(scheduler);
        pressure = new Pressure(platform.machine(), () -> usable(data), scheduler::size, platform.time(), this::pressed);
        Policy policy = new Policy(new Throttle(platform.time()), pressure, new Strangers(platform.dns(), platform.threads(), platform.time()));
        receiver = new Receiver(new Rooms(
                platform.time(), platform.entropy(), platform.threads(), platform.network(), config,
                policy, classifier, router, directory, spool, tracking, keys, loops, returns, scheduler::callFor, tls,
                new Authenticator(this::settings, new Authenticator.Parts(platform.disk(), platform.time(), platform.entropy(), platform.network(), platform.sockets()))));
        mailCalls = new MailCalls(platform, config::current, classifier, identity::current, tracking, caller);
        foresight = new Foresight(new Foresight.Parts(config, identity::current, directory, forwards, platform, alerts));
        foreseen = new Foreseen(foresight, loops);
        open();
    }

    private void open() throws IOException {
        boolean open = false;
        try {
            receiver.open(settings().listeners());
            identity.bound(receiver.addresses());
            // Nothing is delivered before we know at which addresses and ports we are ourselves.
            alerts.start();
            loops.start();
            scheduler.start();
            receiver.start();
            foresight.start();
            mailCalls.start();
            tlsReporter.start();
            open = true;
        } finally {
            if (!open) {
                closeStores();
            }
        }
        note("started", "configuration " + config.current().version());
    }

    /// Where messages go from the spool: the scheduler, which is made after it.
    private static final class Arrivals {
        private @Nullable Scheduler scheduler;

        void to(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        void arrived(QueuedMessage message) {
            Scheduler to = scheduler;
            if (to != null) {
                to.arrived(message);
            }
        }
    }

    private Settings settings() {
        return config.current().settings();
    }

    /// Where the listeners are, by name, with the ports that were chosen.
    public Map<String, InetSocketAddress> addresses() {
        return receiver.addresses();
    }

    /// The configuration in force.
    public Snapshot configuration() {
        return config.current();
    }

    /// The loops that are predicted, beside the running server.
    public Foresight foresight() {
        return foresight;
    }

    /// What the wire taught about addresses and still counts.
    public List<LearnedAddresses.Entry> learned() {
        return learned.entries();
    }

    /// Calls on every door that mail could come home by; what is proved is learned.
    public Probe.Report probe() throws InterruptedException {
        Snapshot snapshot = config.current();
        learned.forgetStrangers();
        return new Probe(platform, snapshot, identity.current(snapshot), recognition, caller).run();
    }

    public QueueControl queue() {
        return scheduler.control();
    }

    public List<SessionView> sessions() {
        return receiver.sessions();
    }

    public Spool.Room room() {
        return spool.room();
    }

    /// How much of what went out is known.
    public Ledger.Depth ledger() {
        return ledger.depth();
    }

    /// What came back.
    public Returns.Counts returns() {
        return returns.counts();
    }

    /// How TLS with other domains fared, and what they were told of it.
    public TlsReporter.Seen tlsReports() {
        return tlsReporter.seen();
    }

    public Counters counters() {
        return tracking.counters();
    }

    /// Writes out what tracking has in memory.
    public void syncTracking() throws IOException {
        tracking.force();
    }

    /// Swaps the configuration in one step: transactions and attempts that have begun finish under the one they began with. The caller has checked it.
    public void replace(Settings next) {
        directory.prepare(next);
        try {
            tls.prepare(next);
        } catch (IOException e) {
            LOG.warn("a certificate of our own cannot be made: {}", e.toString());
        }
        long version = config.current().version() + 1;
        config.replace(new Snapshot(version, next));
        learned.forget();
        foreseen.reconfigured(next.loop().predict());
        scheduler.reconfigured();
        foresight.reconfigured();
        note("reloaded", "configuration " + version);
    }

    /// Letters of ours go the way of all mail.
    private void post(Report letter) throws IOException {
        try (Draft draft = spool.draft(letter.content().length)) {
            draft.content().write(letter.content());
            draft.commit(letter.envelope(), letter.origin(), letter.facts(), letter.passage(), List.of(List.of()));
        }
    }

    public LoopControl loopControl() {
        return scheduler.loops();
    }

    /// What loop control knows of this server.
    public LoopDesk loops() {
        return loops;
    }

    /// Whether mail is put off, and why.
    public Pressure.State pressure() {
        return pressure.state(settings());
    }

    /// A disk that does not answer is the spool's trouble to tell.
    private long usable(Path folder) {
        try {
            return platform.disk().usable(folder);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    private void pressed(String change) {
        LOG.warn("{}", change);
        note("pressure", change);
    }

    private void note(String what, String detail) {
        Instant now = platform.time().now();
        tracking.record(new Event.Noted(now, what, detail));
    }

    /// Stops in order: no new clients, open transactions and attempts finish, everything is written down.
    /// @param patience for sessions and attempts together; what is not finished by then is cut off, and loses nothing
    public synchronized void stop(Duration patience) throws InterruptedException {
        if (stopped) {
            return;
        }
        stopped = true;
        Duration end = platform.time().elapsed().plus(patience);
        note("stopping", "");
        foresight.close();
        mailCalls.stop();
        tlsReporter.stop();
        receiver.drain(patience);
        Duration left = end.minus(platform.time().elapsed());
        scheduler.stop(left.isNegative() ? Duration.ZERO : left);
        courier.closeIdle();
        tlsReporter.keep();
        closeStores();
    }

    /// The spool first: it hands its last facts to the tracking.
    private void closeStores() {
        loops.close();
        alerts.close();
        try {
            spool.close();
        } catch (IOException e) {
            LOG.error("closing the spool: {}", e.toString());
        }
        ledger.close();
        tracking.close();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.error("releasing the data folder: {}", e.toString());
        }
    }

    /// {@link #stop} with ten seconds of patience.
    @Override
    public void close() {
        try {
            stop(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
