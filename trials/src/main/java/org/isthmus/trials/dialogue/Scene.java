// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ByteSize;
import org.isthmus.config.Cidr;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.policy.Policy;
import org.isthmus.receive.Rooms;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Leniency;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.Cause;
import org.isthmus.transit.SourceLine;
import org.isthmus.trials.dialogue.Dialogue.Phrase;

/// The server that a dialogue's `given` lines ask for.
final class Scene implements Tracker {
    private static final SourceLine HERE = new SourceLine("isthmus.conf", 1);

    final MemorySpool spool;
    private final FakeSite site = new FakeSite();
    private final List<Event> events = new ArrayList<>();
    private final List<Settings.SiteDomain> domains = new ArrayList<>();
    private final List<Cidr> trusted = new ArrayList<>();
    private final Set<Leniency> leniency = EnumSet.noneOf(Leniency.class);
    private InetAddress client = InetAddress.ofLiteral("192.0.2.9");
    private boolean authRequired;
    private int hopLimit = 100;
    private ByteSize messageSize = ByteSize.mebibytes(50);
    private ByteSize headerSize = new ByteSize(256 * 1024);
    private int headerFields = 1000;
    private int recipients = 2000;
    private int errors = 20;
    private Duration idle = Duration.ofMinutes(5);

    Scene(Dialogue dialogue, Time time) {
        spool = new MemorySpool(time);
        for (Phrase phrase : dialogue.given()) {
            String[] words = phrase.text().split(" ");
            if (!given(words)) {
                throw new IllegalArgumentException(dialogue.name() + ".smtp:" + phrase.number() + ": nothing of this name can be given: " + phrase.text());
            }
        }
    }

    private boolean given(String[] words) {
        switch (words[0]) {
            case "accepted-domain" -> domain(words[1], Settings.SiteDomain.Kind.AUTHORITATIVE, true);
            case "relay-domain" -> domain(words[1], Settings.SiteDomain.Kind.RELAY, true);
            case "shared-domain" -> domain(words[1], Settings.SiteDomain.Kind.SHARED, false);
            case "recipients" -> listed(words);
            case "trusted" -> trusted.add(Cidr.parse(words[1]));
            case "client" -> client = InetAddress.ofLiteral(words[1]);
            case "auth" -> authRequired = true;
            case "leniency" -> leniency.add(Leniency.valueOf(words[1].toUpperCase(Locale.ROOT).replace('-', '_')));
            case "hop-limit" -> hopLimit = Integer.parseInt(words[1]);
            case "loopback" -> site.loopback = words[1];
            case "limit" -> {
                return limit(words[1], words[2]);
            }
            case "trouble" -> {
                return trouble(words[1]);
            }
            case "nowhere" -> site.nowhere.put(Domain.of(words[1]), new Cause.Unresolved(Domain.of(words[1]), "does not exist", EnhancedStatus.of("5.1.2")));
            case "null-mx" -> site.nowhere.put(Domain.of(words[1]), new Cause.Unresolved(Domain.of(words[1]), "accepts no mail", EnhancedStatus.of("5.1.10")));
            case "dns-trouble" -> site.later.put(Domain.of(words[1]), new Cause.Unresolved(Domain.of(words[1]), "no answer", EnhancedStatus.of("4.4.3")));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean limit(String name, String value) {
        switch (name) {
            case "message-size" -> messageSize = new ByteSize(Long.parseLong(value));
            case "header-size" -> headerSize = new ByteSize(Long.parseLong(value));
            case "header-fields" -> headerFields = Integer.parseInt(value);
            case "recipients" -> recipients = Integer.parseInt(value);
            case "errors" -> errors = Integer.parseInt(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean trouble(String where) {
        switch (where) {
            case "directory" -> site.undecided = true;
            case "mistake" -> site.broken = true;
            default -> spool.fail(MemorySpool.Trouble.valueOf(where.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return true;
    }

    private void domain(String name, Settings.SiteDomain.Kind kind, boolean any) {
        Settings.RecipientSource source = any ? new Settings.RecipientSource.Any() : new Settings.RecipientSource.File(Path.of("/recipients"));
        domains.add(new Settings.SiteDomain(new Settings.DomainPattern.Exact(Domain.of(name)), kind, List.of(source), "store", null, null, Optional.empty(), null,
                Optional.empty(), HERE));
    }

    private void listed(String[] words) {
        for (int i = 1; i < words.length; i++) {
            Mailbox mailbox = Mailbox.of(words[i]);
            String domain = mailbox.host().text();
            if (domains.stream().noneMatch(one -> one.name().matches(Domain.of(domain)))) {
                domain(domain, Settings.SiteDomain.Kind.AUTHORITATIVE, false);
            }
            site.listed.add(mailbox);
        }
    }

    InetAddress client() {
        return client;
    }

    Settings.Listener listener() {
        return new Settings.Listener("internet", new InetSocketAddress("127.0.0.1", 0), Settings.Listener.Tls.OFF, authRequired, leniency, HERE);
    }

    Rooms rooms(Time time, Entropy entropy, Threads threads, Network network) {
        return new Rooms(time, entropy, threads, network, new LiveConfig(new Snapshot(1, settings())), new Policy(), site, site, spool, this);
    }

    private Settings settings() {
        return new Settings(
                new Settings.Connector(Domain.of("mx1.example.org"), Path.of("/data"), Mailbox.of("postmaster@example.org"), null),
                new Settings.Identity(List.of(), List.of(), 25),
                List.of(listener()),
                trusted,
                domains,
                Map.of(),
                List.of(),
                new Settings.Loop(new Settings.LoopbackSetting(Settings.Loopback.TURN_AROUND, "loopback", null), hopLimit),
                new Settings.Queue(List.of(Duration.ofMinutes(1)), Duration.ofDays(5), List.of(), Map.of()),
                new Settings.Delivery(1000, 20, List.of(), true, null, new Settings.Timeouts(
                        Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(2), Duration.ofMinutes(3), Duration.ofMinutes(10))),
                new Settings.Limits(messageSize, recipients, 10000, 100, errors, idle, headerSize, headerFields),
                new Settings.Dns(List.of()),
                new Settings.Tracking(Duration.ofDays(30), ByteSize.mebibytes(100)),
                new Settings.Log("info", "text", null));
    }

    @Override
    public synchronized void record(Event event) {
        events.add(event);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }
}
