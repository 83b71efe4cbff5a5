// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.isthmus.cli.Checked;
import org.isthmus.cli.Logs;
import org.isthmus.cli.Program;
import org.isthmus.cli.control.ControlServer;
import org.isthmus.cli.control.Operations;
import org.isthmus.cli.control.Reloaded;
import org.isthmus.cli.control.ServerStatus;
import org.isthmus.cli.control.Shown;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.explain.Probe;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.platform.Channel;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.ServiceManager;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.QueueControl;
import org.isthmus.transport.TlsReporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connector as a process: the control socket, signals, reload.
final class Server implements Closeable, Operations {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Platform platform;
    private final Program.RunOptions options;
    private final Function<Path, Checked> reader;
    private final Connector connector;
    private final ControlServer control;
    private final Channel<Boolean> stop;
    private final Instant started;
    private volatile Instant configured;
    private volatile ServiceManager manager = new ServiceManager(null);
    private List<Problem> findings;
    private volatile String state = "starting";

    /// @param reader reads and checks the configuration again, at a reload
    static Server start(Platform platform, LocalSockets sockets, Program.RunOptions options, Settings settings, Function<Path, Checked> reader)
            throws IOException, DataFolderTaken {
        Connector connector = Connector.start(platform, new LiveConfig(new Snapshot(1, settings)), ProcessHandle.current().pid());
        try {
            return new Server(platform, sockets, options, reader, connector);
        } catch (IOException e) {
            connector.close();
            throw e;
        }
    }

    private Server(Platform platform, LocalSockets sockets, Program.RunOptions options, Function<Path, Checked> reader, Connector connector)
            throws IOException {
        this.platform = platform;
        this.options = options;
        this.reader = reader;
        this.connector = connector;
        this.stop = platform.threads().channel(1);
        this.started = platform.time().now();
        this.configured = started;
        this.findings = options.configuration().problems();
        Path data = connector.configuration().settings().connector().data();
        control = ControlServer.start(data, this, sockets, platform.threads(), platform.time());
        Signals.on("TERM", () -> stop.offer(true));
        Signals.on("INT", () -> stop.offer(true));
        Signals.on("HUP", () -> platform.threads().start("reload", () -> reload(options.acceptedLoops(), "SIGHUP")));
        state = "ready";
    }

    /// From now on the service manager hears of reloads.
    void tells(ServiceManager whom) {
        manager = whom;
    }

    /// The line that says that mail is accepted, with every listener's address.
    String ready() {
        return "ready " + connector.addresses().entrySet().stream()
                .map(one -> one.getKey() + "=" + Shown.text(one.getValue()))
                .collect(Collectors.joining(" "));
    }

    boolean isToldToStop() {
        return stop.size() > 0;
    }

    void untilToldToStop() throws InterruptedException {
        stop.receive();
        LOG.info("stopping: finishing what is in flight");
    }

    @Override
    public ServerStatus status() {
        Map<String, Long> sessions = connector.sessions().stream()
                .collect(Collectors.groupingBy(view -> view.client().listener(), Collectors.counting()));
        List<ServerStatus.Door> doors = connector.addresses().entrySet().stream()
                .map(one -> new ServerStatus.Door(one.getKey(), Shown.text(one.getValue()), sessions.getOrDefault(one.getKey(), 0L).intValue()))
                .toList();
        return new ServerStatus(state, ProcessHandle.current().pid(), started, platform.time().now(), options.file().toString(),
                connector.configuration().version(), configured, doors, connector.queue().status(), connector.room(), connector.counters(), connector.loopControl().status(), connector.ledger(), connector.returns(),
                connector.pressure().words());
    }

    /// One at a time: two that overlap would race for the next version.
    @Override
    public synchronized Reloaded reload(Set<String> acceptedLoops, String by) {
        manager.reloading();
        try {
            return reread(acceptedLoops, by);
        } finally {
            manager.ready(ready());
        }
    }

    private Reloaded reread(Set<String> acceptedLoops, String by) {
        Set<String> accepted = new HashSet<>(options.acceptedLoops());
        accepted.addAll(acceptedLoops);
        Checked checked = reader.apply(options.file());
        List<Problem> problems = new ArrayList<>(checked.problems());
        Settings next = checked.settings();
        boolean usable = next != null && checked.isUsableAfter(findings, accepted);
        if (next != null && usable) {
            List<Problem> restart = ConfigLoader.restartNeeded(connector.configuration().settings(), next);
            problems.addAll(restart);
            usable = restart.isEmpty();
        }
        if (next != null && usable) {
            connector.replace(next);
            findings = checked.problems();
            Logs.server(next.log());
            configured = platform.time().now();
            LOG.info("configuration {} is in force, asked for by {}", connector.configuration().version(), by);
        } else {
            problems.stream().filter(Problem::isError).forEach(problem -> LOG.error("{}", problem.text()));
            LOG.error("the new configuration has errors and was refused; version {} stays in force", connector.configuration().version());
        }
        return new Reloaded(usable, connector.configuration().version(), problems);
    }

    @Override
    public List<LearnedAddresses.Entry> learned() {
        return connector.learned();
    }

    @Override
    public Probe.Report probe() throws IOException {
        try {
            return connector.probe();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is stopping", e);
        }
    }

    @Override
    public TlsReporter.Seen tlsReports() {
        return connector.tlsReports();
    }

    @Override
    public LoopControl loops() {
        return connector.loopControl();
    }

    @Override
    public QueueControl queue() {
        return connector.queue();
    }

    @Override
    public void syncTracking() throws IOException {
        connector.syncTracking();
    }

    @Override
    public void close() throws IOException {
        state = "stopping";
        control.close();
        try {
            connector.stop(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
