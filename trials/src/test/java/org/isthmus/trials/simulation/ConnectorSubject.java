// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.platform.Platform;
import org.isthmus.schedule.QueueControl;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.spool.JournalSpool;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.jspecify.annotations.Nullable;

/// The real server on trial: the very class that `main` starts, with the site written as an operator would write it.
final class ConnectorSubject implements Subject {
    private static final String SUSPENDED = """
            delivery { suspended = [store0, "%s"], reuse = false }
            queue { retry = [30s, 2m, 10m, 1h] }
            """;
    private static final String LETTERS = "@letters.example>";

    private static final List<Integer> SEGMENTS = List.of(64 << 10, 256 << 10, 2 << 20);
    private static final List<Integer> INLINE = List.of(1 << 10, 32 << 10, 1 << 20);

    private final UnaryOperator<Platform> around;
    private JournalSpool.@Nullable Options spool;

    ConnectorSubject() {
        this(platform -> platform);
    }

    /// @param around puts something between the server and its platform, to see that a flaw there is found
    ConnectorSubject(UnaryOperator<Platform> around) {
        this.around = around;
    }

    @Override
    public Program start(Platform platform, Site site) throws Exception {
        LiveConfig config = new LiveConfig(new Snapshot(1, settings(configuration(site))));
        Connector connector = Connector.start(around.apply(platform), config, 1, spool(platform));
        return new Running(connector, site);
    }

    private record Running(Connector connector, Site site) implements Program {
        @Override
        public Set<Waiting> waiting() throws IOException {
            return ConnectorSubject.waiting(connector);
        }

        @Override
        public void stop() throws InterruptedException {
            connector.stop(Duration.ofSeconds(30));
        }

        @Override
        public void meddle(Meddling how) throws IOException {
            QueueControl queue = connector.queue();
            switch (how) {
                case FLUSH -> queue.flush(null, "trial");
                case HOLD -> queue.hold(Selector.ALL, false, "trial");
                case RELEASE -> queue.release(Selector.ALL, false, "trial");
                case SUSPEND -> queue.suspend("*", "trial");
                case RESUME -> queue.resume("*", "trial");
                case RECONFIGURE -> connector.replace(settings(configuration(site) + SUSPENDED.formatted(site.remotes().getFirst().domain())));
                case RESTORE -> connector.replace(settings(configuration(site)));
            }
        }
    }

    private static Settings settings(String text) throws IOException {
        return ConfigLoader.parse(text).orThrow();
    }

    /// Spools with small files, so that segments are emptied and reused and content has files of its own within the few hours of a run. The same at each start of a run.
    private JournalSpool.Options spool(Platform platform) {
        JournalSpool.Options chosen = spool;
        if (chosen == null) {
            chosen = new JournalSpool.Options(SEGMENTS.get((int) platform.entropy().below(SEGMENTS.size())), Duration.ofMillis(1), INLINE.get((int) platform.entropy().below(INLINE.size())), 1 << 20);
            spool = chosen;
        }
        return chosen;
    }

    private static Set<Waiting> waiting(Connector connector) throws IOException {
        Set<Waiting> all = new HashSet<>();
        for (QueuedMessage message : connector.queue().list(Selector.ALL, Integer.MAX_VALUE)) {
            String letter = letter(message.facts().messageId());
            for (int i = 0; i < message.states().size(); i++) {
                if (!(message.states().get(i) instanceof RecipientState.Settled)) {
                    all.add(new Waiting(letter, message.envelope().recipients().get(i).address().toString()));
                }
            }
        }
        return all;
    }

    private static String letter(@Nullable String messageId) {
        return messageId != null && messageId.endsWith(LETTERS) ? messageId.substring(1, messageId.length() - LETTERS.length()) : "report";
    }

    /// The site as text of `isthmus.conf`. Every second domain takes every user, so that its store has to refuse some and reports have to be sent.
    static String configuration(Site site) {
        StringBuilder text = new StringBuilder("""
                connector { hostname = "%s", data = "/data", postmaster = "postmaster@%s" }
                listeners { internet { address = "%s" }, inside { address = "%s" } }
                trusted-networks = ["10.0.0.0/8"]
                loop.predict = false
                """.formatted(Site.HOSTNAME, site.locals().getFirst().domain(), endpoint(Site.INTERNET), endpoint(Site.INSIDE)));
        text.append("next-hops {\n");
        for (int i = 0; i < site.stores().size(); i++) {
            Site.Store store = site.stores().get(i);
            text.append("  store%d { url = \"%s://%s\" }\n".formatted(i, store.lmtp() ? "lmtp" : "smtp", endpoint(store.address())));
        }
        text.append("}\ndomains {\n");
        List<String> users = Site.users().stream().map(user -> "\"pattern:" + user + "\"").toList();
        for (int i = 0; i < site.locals().size(); i++) {
            Site.Local local = site.locals().get(i);
            String loopback = local.loopback().name().toLowerCase(Locale.ROOT).replace('_', '-');
            text.append("  \"%s\" { kind = authoritative, recipients = %s, deliver-to = store%d, loopback = %s }\n"
                    .formatted(local.domain(), i % 2 == 0 ? users : "any", local.store(), loopback));
        }
        text.append("}\nroutes = [\n");
        site.locals().stream().filter(Site.Local::outward).forEach(local -> text.append("  { to = \"%s\", via = mx }\n".formatted(local.domain())));
        return text.append("  { to = \"*\", via = mx }\n]\n").toString();
    }

    private static String endpoint(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
