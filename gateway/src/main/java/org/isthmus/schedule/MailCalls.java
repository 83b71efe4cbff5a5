// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Caller;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.route.Lead;
import org.isthmus.route.Survey;
import org.isthmus.smtp.Reply;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Way;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls at providers for the mail that waits there for us: ETRN (RFC 1985) to every next hop with `etrn-domains`, at the start and then every `etrn-every`.
/// One actor; a provider that does not answer holds the others up for as long as {@link Caller} waits.
public final class MailCalls {
    private static final Logger LOG = LoggerFactory.getLogger(MailCalls.class);
    private static final Duration LONGEST_NAP = Duration.ofMinutes(1);

    private final Platform platform;
    private final Supplier<Snapshot> config;
    private final Classifier classifier;
    private final Function<Snapshot, SiteIdentity> identity;
    private final Tracker tracker;
    private final Caller caller;
    private final Map<String, Duration> next = new HashMap<>();
    private Threads.@Nullable Actor actor;

    /// @param caller calls under the TLS that mail to the same server would have
    public MailCalls(Platform platform, Supplier<Snapshot> config, Classifier classifier, Function<Snapshot, SiteIdentity> identity, Tracker tracker, Caller caller) {
        this.caller = caller;
        this.platform = platform;
        this.config = config;
        this.classifier = classifier;
        this.identity = identity;
        this.tracker = tracker;
    }

    /// Begins.
    public void start() {
        actor = platform.threads().start("mail calls", this::run);
    }

    /// Ends; a call that is under way is cut off.
    public void stop() throws InterruptedException {
        Threads.Actor one = actor;
        if (one != null) {
            one.interrupt();
            one.join();
        }
    }

    private void run() {
        try {
            while (true) {
                Snapshot snapshot = config.get();
                Duration nap = LONGEST_NAP;
                for (Settings.Hop hop : snapshot.settings().nextHops().values()) {
                    if (!hop.etrnDomains().isEmpty()) {
                        Duration left = due(hop, snapshot);
                        nap = left.compareTo(nap) < 0 ? left : nap;
                    }
                }
                platform.time().sleep(nap);
            }
        } catch (InterruptedException e) {
            // Stopping.
        }
    }

    /// Calls if it is time.
    /// @return how long until it is time again
    private Duration due(Settings.Hop hop, Snapshot snapshot) throws InterruptedException {
        Duration now = platform.time().elapsed();
        Duration at = next.getOrDefault(hop.name(), now);
        // An interval that was made shorter counts from now on.
        Duration soonest = at.minus(now).compareTo(hop.etrnEvery()) > 0 ? now.plus(hop.etrnEvery()) : at;
        if (soonest.compareTo(now) > 0) {
            next.put(hop.name(), soonest);
            return soonest.minus(now);
        }
        try {
            call(hop, snapshot);
        } catch (RuntimeException e) {
            LOG.error("calling next hop {} for mail failed", hop.name(), e);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        next.put(hop.name(), platform.time().elapsed().plus(hop.etrnEvery()));
        return hop.etrnEvery();
    }

    private void call(Settings.Hop hop, Snapshot snapshot) {
        Lead lead = new Survey(classifier, snapshot, identity.apply(snapshot), platform.dns()).hop(hop);
        Way way = new Way(new NextHop.Named(hop.name()), hop.protocol(), lead.exchanges(), false);
        String heard = "no address: " + lead.step().outcome();
        for (Exchange exchange : lead.exchanges()) {
            for (var address : exchange.addresses()) {
                Caller.Called called = caller.callForMail(way, exchange, address, hop.etrnDomains(), snapshot.settings());
                heard = called.trouble() != null ? Wording.brief(called.trouble()) : words(hop.etrnDomains(), called.replies());
                if (called.trouble() == null) {
                    note(hop, heard);
                    return;
                }
            }
        }
        note(hop, heard);
    }

    private static String words(List<Domain> domains, List<Reply> replies) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < replies.size(); i++) {
            words.append(i == 0 ? "" : "; ").append(domains.get(i).text()).append(": ").append(replies.get(i).text());
        }
        return replies.isEmpty() ? "it does not offer ETRN" : words.toString();
    }

    private void note(Settings.Hop hop, String what) {
        tracker.record(new Event.Noted(platform.time().now(), "called for mail", hop.name() + ": " + what));
        LOG.info("called {} for mail: {}", hop.name(), what);
    }
}
