// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.addressing.AddressingCheck;
import org.isthmus.cli.Checked;
import org.isthmus.cli.Program;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Loaded;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Caller;
import org.isthmus.directory.FileDirectory;
import org.isthmus.dns.Resolver;
import org.isthmus.explain.Probe;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.WireRecognition;
import org.isthmus.loop.XsiteKey;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LiveLocalSockets;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.platform.live.ServiceManager;
import org.isthmus.predict.KnownForwards;
import org.isthmus.predict.Prediction;
import org.isthmus.predict.Predictor;
import org.isthmus.spool.SpoolVerifier;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.TlsCheck;
import org.isthmus.transport.DkimCheck;
import org.isthmus.transport.TransportRules;

/// What the commands need of the wiring, on the real platform.
final class LiveProgram implements Program {
    private static final int EX_UNAVAILABLE = 69;
    private static final int EX_TEMPFAIL = 75;
    private static final int EX_NOPERM = 77;

    private volatile List<InetSocketAddress> dnsServers = List.of();
    private final LivePlatform live = LivePlatform.open(() -> dnsServers);

    @Override
    public Platform platform() {
        return live.platform();
    }

    @Override
    public Resolver resolver(Settings settings) {
        dnsServers = settings.dns().servers();
        return live.platform().dns();
    }

    @Override
    public LocalSockets sockets() {
        return new LiveLocalSockets();
    }

    /// What the file says, what the files say that it names, and where its routes would lead back to us. DNS is not asked: what only DNS
    /// makes certain stops neither a start nor a reload.
    @Override
    public Checked check(Path file) {
        Platform platform = live.platform();
        Loaded loaded = ConfigLoader.load(file, System.getenv()::get, platform.disk());
        List<Problem> more = new ArrayList<>();
        loaded.settings().ifPresent(settings -> {
            FileDirectory directory = new FileDirectory(platform.disk(), platform.time());
            more.addAll(directory.problems(settings));
            more.addAll(TlsCheck.check(settings, platform.disk(), platform.time().now()));
            more.addAll(DkimCheck.files(settings, platform.disk()));
            more.addAll(AddressingCheck.problems(settings, directory));
            more.addAll(predictor(settings, directory).withoutDns().problems());
            more.addAll(Standing.problems(settings, file));
            SiteKeys.trouble(platform.disk(), settings.connector().data()).ifPresent(trouble -> more.add(Problem.warning("site-keys", null, trouble, null)));
        });
        return Checked.of(loaded, more, file, platform.disk());
    }

    @Override
    public Checked load(Path file) {
        Platform platform = live.platform();
        return Checked.of(ConfigLoader.load(file, System.getenv()::get, platform.disk()), List.of(), file, platform.disk());
    }

    @Override
    public Prediction predict(Settings settings, Duration limit) {
        Predictor predictor = predictor(settings, new FileDirectory(live.platform().disk(), live.platform().time()));
        return limit.isZero() ? predictor.withoutDns() : predictor.withDns(resolver(settings), live.platform(), limit);
    }

    @Override
    public List<Problem> published(Settings settings, Duration limit) {
        Platform platform = live.platform();
        Duration end = platform.time().elapsed().plus(limit);
        return DkimCheck.published(settings, platform.disk(), resolver(settings), () -> platform.time().elapsed().compareTo(end) < 0);
    }

    @Override
    public Probe.Report probe(Settings settings) throws IOException {
        Platform platform = live.platform();
        Platform asking = new Platform(platform.time(), platform.entropy(), platform.threads(), platform.network(), resolver(settings), platform.disk(), platform.machine(), platform.https());
        Snapshot snapshot = new Snapshot(1, settings);
        XsiteKey keys = SiteKeys.existing(platform.disk(), settings.connector().data()).orElseGet(() -> XsiteKey.ephemeral(platform.entropy()));
        LearnedAddresses learned = new LearnedAddresses(platform.time());
        SiteIdentity identity = SiteIdentity.of(settings, Map.of(), platform.network().localAddresses(), learned);
        WireRecognition recognition = new WireRecognition(new LiveConfig(snapshot), any -> identity, learned, keys, platform.entropy(), platform.time(), LoopWatch.NONE);
        try {
            return new Probe(asking, snapshot, identity, recognition,
                    new Caller(asking.network(), asking.time(), new ClientTls(asking.disk(), asking.time()), TransportRules.unheard(asking, settings))).run();
        } catch (InterruptedException e) {
            throw new IOException("broken off", e);
        }
    }

    private Predictor predictor(Settings settings, FileDirectory directory) {
        SiteIdentity identity = SiteIdentity.of(settings, Map.of(), live.platform().network().localAddresses());
        return new Predictor(new Snapshot(1, settings), identity, directory, KnownForwards.NONE);
    }

    @Override
    public int run(RunOptions options, PrintStream out, PrintStream err) {
        Settings settings = java.util.Objects.requireNonNull(options.configuration().settings(), "a checked configuration has settings");
        dnsServers = settings.dns().servers();
        ServiceManager manager = new ServiceManager(System.getenv("NOTIFY_SOCKET"));
        try {
            Standing.lower(live, settings);
        } catch (IOException e) {
            err.println("isthmus: not started: " + e.getMessage());
            return EX_NOPERM;
        }
        try (Server server = Server.start(live.platform(), sockets(), options, settings, this::reload)) {
            server.tells(manager);
            out.println(server.ready());
            out.flush();
            manager.ready(server.ready());
            server.untilToldToStop();
            manager.stopping();
            return 0;
        } catch (DataFolderTaken e) {
            err.println("isthmus: " + e.getMessage());
            return EX_TEMPFAIL;
        } catch (IOException e) {
            err.println("isthmus: not started: " + e.getMessage());
            return EX_UNAVAILABLE;
        } catch (InterruptedException e) {
            return 0;
        }
    }

    private Checked reload(Path file) {
        Checked checked = check(file);
        Settings settings = checked.settings();
        if (settings != null) {
            dnsServers = settings.dns().servers();
            live.reloaded();
        }
        return checked;
    }

    @Override
    public int tour(boolean keep, PrintStream out, PrintStream err) {
        return new Tour(this, keep, out, err).run();
    }

    @Override
    public void entrust(Path fresh, Path before, Settings settings) throws IOException {
        Standing.entrust(fresh, before, settings);
    }

    @Override
    public SpoolCheck verifySpool(Path data) throws IOException {
        SpoolVerifier.Result result = SpoolVerifier.verify(live.platform().disk(), data.resolve("spool"));
        return new SpoolCheck(result.records(), result.messages(),
                result.findings().stream().map(one -> new Broken(one.place(), one.problem())).toList());
    }
}
