// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.TlsForecast;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.Breaker;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.LoopFile;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.Returns;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.XsiteKey;
import org.isthmus.platform.Platform;
import org.isthmus.policy.Policy;
import org.isthmus.policy.Strangers;
import org.isthmus.receive.Assumed;
import org.isthmus.receive.Receiver;
import org.isthmus.receive.Rooms;
import org.isthmus.route.GuardedRouter;
import org.isthmus.route.Router;
import org.isthmus.route.SiteRouter;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.schedule.Forecast.Prospect;
import org.isthmus.schedule.Forecast;
import org.isthmus.transit.Cause;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Step;
import org.isthmus.transport.TransportRules;

/// Says what would happen to a message, by letting it happen: a real session of the real rooms holds the conversation with a client in memory, and what it would have
/// stored is routed as the scheduler does it. Only spool, tracking and courier are replaced, by a {@link Recorder} and by a {@link Forecast}. It asks DNS; it changes nothing.
public final class Explainer {
    private final Platform platform;
    private final Snapshot snapshot;
    private final Map<String, InetSocketAddress> bound;
    private final FileDirectory directory;
    private final Classifier classifier;
    private final Router router;

    /// @param platform whose resolver asks the servers of this configuration
    /// @param bound where the listeners of a running server are, by name; those that are missing are taken as configured
    public Explainer(Platform platform, Snapshot snapshot, Map<String, InetSocketAddress> bound) throws IOException {
        this(platform, snapshot, bound, List.of());
    }

    /// @param taught what the wire taught a running server
    public Explainer(Platform platform, Snapshot snapshot, Map<String, InetSocketAddress> bound, List<LearnedAddresses.Entry> taught) throws IOException {
        this.platform = platform;
        this.snapshot = snapshot;
        this.bound = Map.copyOf(bound);
        directory = new FileDirectory(platform.disk(), platform.time());
        directory.prepare(snapshot.settings());
        LearnedAddresses learned = new LearnedAddresses(platform.time());
        taught.forEach(learned::take);
        SiteIdentity identity = SiteIdentity.of(snapshot.settings(), bound, platform.network().localAddresses(), learned);
        classifier = new SiteClassifier(directory);
        Breaker breaker = Breaker.remembered(new LoopFile(platform.disk(), snapshot.settings().connector().data()), snapshot.settings().loop().breaker(), platform.time());
        router = new GuardedRouter(new SiteRouter(classifier, present -> identity, platform.dns(), platform.entropy()), breaker, sighting -> true, platform.time()::now);
    }

    /// @throws IllegalArgumentException if the configuration has no such listener
    public Explanation explain(Question question) throws IOException {
        Settings.Listener listener = listener(question.listener());
        Instant now = platform.time().now();
        Recorder recorder = new Recorder(now, question.size());
        Conversation conversation = new Conversation(question, local(listener, question.client()));
        Rooms rooms = new Rooms(platform.time(), platform.entropy(), platform.threads(), platform.network(), new LiveConfig(snapshot), new Policy(new Strangers(platform.dns(), platform.threads(), platform.time())), classifier, router, directory,
                recorder, recorder, XsiteKey.ephemeral(platform.entropy()), LoopWatch.NONE,
                Returns.forgetful(platform.entropy(), platform.time()), platform.disk());
        new Receiver(rooms).converse(listener, conversation, new Assumed(question.user(), question.requireTls() && listener.tls() != Settings.Listener.Tls.OFF));
        conversation.end();
        QueuedMessage message = recorder.message();
        List<Prospect> prospects = message == null ? List.of()
                : shielded(message, Forecast.open(router, platform.disk(), snapshot.settings().connector().data(), platform.entropy()).of(message, snapshot, now));
        return new Explanation(question, conversation.command(), conversation.reply(), recorder.steps(), prospects,
                Changers.of(conversation.reply(), recorder.steps(), prospects));
    }

    /// With what would decide about the TLS of each server, asked as the courier asks it. What leaves no server that may be used decides what becomes of the copy.
    private List<Prospect> shielded(QueuedMessage message, List<Prospect> prospects) {
        TransportRules rules = TransportRules.unheard(platform, snapshot.settings());
        List<Prospect> all = new ArrayList<>();
        for (Prospect prospect : prospects) {
            if (!(prospect.fate() instanceof Fate.Goes goes) || goes.suspended() != null) {
                all.add(prospect);
                continue;
            }
            TlsForecast tls = TlsForecast.of(message, goes.ways(), snapshot.settings(), rules);
            List<Step> steps = new ArrayList<>(prospect.steps());
            steps.addAll(tls.steps());
            Cause against = tls.against();
            Fate fate = against == null ? goes : against.status().isPermanent() ? new Fate.Fails(against) : new Fate.Waits(against);
            all.add(new Prospect(prospect.number(), prospect.recipient(), prospect.outcome(), steps, fate));
        }
        return all;
    }

    private Settings.Listener listener(String name) {
        List<Settings.Listener> listeners = snapshot.settings().listeners();
        return listeners.stream().filter(one -> one.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no listener is called \"" + name + "\"; there are "
                        + String.join(", ", listeners.stream().map(Settings.Listener::name).toList())));
    }

    /// Where the client would have connected to: a listener at a wildcard address has the loopback address for want of a better one.
    private InetSocketAddress local(Settings.Listener listener, InetAddress client) {
        InetSocketAddress at = bound.getOrDefault(listener.name(), listener.address());
        return at.getAddress().isAnyLocalAddress() ? new InetSocketAddress(InetAddress.ofLiteral(client instanceof Inet4Address ? "127.0.0.1" : "::1"), at.getPort()) : at;
    }
}
