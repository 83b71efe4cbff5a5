// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.isthmus.auth.Authenticator;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.Returns;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.XsiteKey;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.policy.Policy;
import org.isthmus.policy.Strangers;
import org.isthmus.policy.Throttle;
import org.isthmus.receive.MailCall;
import org.isthmus.receive.Rooms;
import org.isthmus.route.SiteRouter;
import org.isthmus.tls.ServerTls;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.trials.dialogue.Dialogue.Phrase;
import org.isthmus.trials.world.SimulatedDisk;

/// The server that a dialogue's `given` lines ask for: they become a configuration text, a recipients file, and what DNS says. All rooms but the spool are the real ones.
final class Scene implements Tracker {
    /// As cheap as it gets, of the password "secret".
    private static final String PASSWORD_IS_SECRET = "$argon2id$v=19$m=64,t=1,p=1$YWJjZGVmZ2gwMTIzNDU2Nw$QbMr+R9s+fQw/wnlCeoIbpqvH9mxEBwNVxgWlGfWOqY";
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);

    final MemorySpool spool;
    private final FakeDns dns = new FakeDns();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, String> domains = new LinkedHashMap<>();
    private final Set<String> recipients = new LinkedHashSet<>();
    private final List<String> aliases = new ArrayList<>();
    private final List<String> users = new ArrayList<>();
    private final List<String> more = new ArrayList<>();
    private final List<String> trusted = new ArrayList<>();
    private final List<String> listener = new ArrayList<>(List.of("address = \"127.0.0.1:0\""));
    private final List<String> limits = new ArrayList<>();
    private final List<String> loop = new ArrayList<>();
    private final Settings settings;
    private InetAddress client = InetAddress.ofLiteral("192.0.2.9");
    private boolean outward;
    private boolean unreadable;
    private boolean mistaken;

    Scene(Dialogue dialogue, Time time) {
        spool = new MemorySpool(time);
        for (Phrase phrase : dialogue.given()) {
            if (!given(phrase.text().split(" "))) {
                throw new IllegalArgumentException(dialogue.name() + ".smtp:" + phrase.number() + ": nothing of this name can be given: " + phrase.text());
            }
        }
        settings = ConfigLoader.parse(text()).orThrow();
    }

    private boolean given(String[] words) {
        switch (words[0]) {
            case "accepted-domain" -> domain(words[1], "authoritative", "any");
            case "relay-domain" -> domain(words[1], "relay", "any");
            case "shared-domain" -> domain(words[1], "shared", "file:/recipients");
            case "recipients" -> listed(words);
            case "alias" -> aliases.add(String.join(" ", words).substring("alias ".length()));
            case "setting" -> more.add(String.join(" ", words).substring("setting ".length()));
            case "trusted" -> trusted.add("\"" + words[1] + "\"");
            case "client" -> client = InetAddress.ofLiteral(words[1]);
            case "auth" -> listener.add("auth = " + words[1] + ", auth-without-tls = true");
            case "user" -> users.add(words[1] + ":" + PASSWORD_IS_SECRET + (words.length > 2 ? " " + words[2] : ""));
            case "leniency" -> listener.add("leniency = [" + words[1] + "]");
            case "listener" -> listener.add(String.join(" ", words).substring("listener ".length()));
            case "hop-limit" -> loop.add("hop-limit = " + words[1]);
            case "loopback" -> {
                outward = true;
                loop.add("loopback = " + words[1]);
            }
            case "xsite" -> loop.add("xsite = " + words[1]);
            case "limit" -> limits.add(words[1] + " = " + words[2] + (words[1].endsWith("size") ? " B" : ""));
            case "trouble" -> trouble(words[1]);
            case "nowhere" -> dns.nowhere(words[1]);
            case "null-mx" -> dns.nullMx(words[1]);
            case "listed" -> dns.listed(words[1], words[2]);
            case "reverse-name" -> dns.named(words[1], words[2]);
            case "dns-trouble" -> dns.trouble(words[1]);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void trouble(String where) {
        switch (where) {
            case "directory" -> unreadable = true;
            case "mistake" -> mistaken = true;
            default -> spool.fail(MemorySpool.Trouble.named(where));
        }
    }

    private void domain(String name, String kind, String source) {
        domains.putIfAbsent(name, "kind = " + kind + ", recipients = \"" + source + "\"");
    }

    private void listed(String[] words) {
        for (int i = 1; i < words.length; i++) {
            domain(words[i].substring(words[i].lastIndexOf('@') + 1), "authoritative", "file:/recipients");
            recipients.add(words[i]);
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder("""
                connector { hostname = "mx1.example.org", data = /data, postmaster = "postmaster@example.org" }
                next-hops { store { url = "lmtp://127.0.0.1:24" } }
                routes = [{ to = "*", via = mx }]
                """);
        text.append("listeners { internet { ").append(String.join(", ", listener)).append(" } }\n");
        text.append("trusted-networks = [").append(String.join(", ", trusted)).append("]\n");
        text.append("limits { ").append(String.join(", ", limits)).append(" }\n");
        text.append("loop { ").append(String.join(", ", loop)).append(" }\n");
        text.append("domains {\n");
        domains.forEach((name, body) -> {
            String sources = unreadable ? body.replaceAll("recipients = \"[^\"]*\"", "recipients = \"file:/missing\"") : body;
            text.append("\"").append(name).append("\" { ").append(sources).append(", deliver-to = ").append(outward ? "mx" : "store");
            text.append(body.contains("shared") ? ", elsewhere = store" : "").append(aliases.isEmpty() ? "" : ", aliases = \"file:/aliases\"").append(" }\n");
        });
        text.append("}\n");
        if (text.indexOf("auth = ") >= 0) {
            text.append("auth.users = \"file:/users\"\n");
        }
        more.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    InetAddress client() {
        return client;
    }

    Settings.Listener listener() {
        return settings.listeners().getFirst();
    }

    Rooms rooms(Time time, Entropy entropy, Threads threads, Network network) throws IOException {
        FileDirectory directory = new FileDirectory(disk(), time);
        Classifier real = new SiteClassifier(directory);
        Classifier classifier = mistaken
                ? (address, snapshot) -> {
                    throw new IllegalStateException("a mistake, as the dialogue wants it");
                }
                : real;
        ServerTls tls = new ServerTls(disk(), time, entropy);
        tls.prepare(settings);
        LiveConfig config = new LiveConfig(new Snapshot(1, settings));
        Authenticator authenticator = new Authenticator(() -> settings, new Authenticator.Parts(disk(), time, entropy, network, LocalSockets.NONE));
        SiteIdentity identity = SiteIdentity.of(settings, Map.of("internet", SERVER), List.of());
        SiteRouter router = new SiteRouter(real, snapshot -> identity, dns, entropy);
        return new Rooms(time, entropy, threads, network, config, new Policy(new Throttle(time), null, new Strangers(dns, threads, time)), classifier, router, directory, spool, this, XsiteKey.ephemeral(entropy), LoopWatch.NONE,
                Returns.forgetful(entropy, time), MailCall.NONE, tls, authenticator);
    }

    private Disk disk() throws IOException {
        Disk disk = new SimulatedDisk(0);
        write(disk, "/recipients", recipients);
        write(disk, "/aliases", aliases);
        write(disk, "/users", users);
        return disk;
    }

    private static void write(Disk disk, String path, Collection<String> lines) throws IOException {
        try (Disk.File file = disk.create(Path.of(path))) {
            file.write(ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        }
    }

    @Override
    public synchronized void record(Event event) {
        events.add(event);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }
}
