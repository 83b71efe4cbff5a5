// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.world.Chance;

/// The sessions that clients will make.
final class Traffic {
    /// One session.
    record Session(Duration at, String client, InetSocketAddress server, Client.Manner manner, List<Letter> letters) {}

    private final Site site;
    private final Chance chance;
    private int letters;

    Traffic(Site site, Chance chance) {
        this.site = site;
        this.chance = chance;
    }

    List<Session> sessions(Duration during) {
        List<Session> sessions = new ArrayList<>();
        long count = chance.between(3, 20);
        for (int i = 0; i < count; i++) {
            boolean inside = chance.coin();
            List<Letter> batch = new ArrayList<>();
            for (int j = 0; j < chance.between(1, 3); j++) {
                batch.add(letter(inside));
            }
            Duration at = Duration.ofMillis(chance.below(during.toMillis()));
            String client = chance.oneOf(inside ? Site.INSIDE_CLIENTS : Site.OUTSIDE_CLIENTS);
            sessions.add(new Session(at, client, inside ? Site.INSIDE : Site.INTERNET, manner(), batch));
        }
        return sessions;
    }

    private Client.Manner manner() {
        return chance.happens(0.6) ? chance.oneOf(Client.Manner.PLAIN, Client.Manner.PIPELINED, Client.Manner.CHUNKED) : chance.oneOf(Client.Manner.values());
    }

    private Letter letter(boolean inside) {
        String from = chance.happens(0.05) ? "" : inside ? chance.oneOf(Site.users()) + "@" + chance.oneOf(site.locals()).domain() : remoteUser(false);
        Set<String> to = new LinkedHashSet<>();
        long count = chance.oneOf(1, 1, 1, 2, 3, 6);
        for (int i = 0; i < count; i++) {
            to.add(inside && chance.happens(0.7) ? remoteUser(true) : localUser());
        }
        return Letter.random(chance, "L" + ++letters, from, List.copyOf(to), chance.happens(0.1) ? 3000 : 30);
    }

    private String localUser() {
        return (chance.happens(0.1) ? Site.GHOST : chance.oneOf(Site.users())) + "@" + chance.oneOf(site.locals()).domain();
    }

    /// @param strange also users and domains that do not exist
    private String remoteUser(boolean strange) {
        if (strange && chance.happens(0.1)) {
            return "x@" + chance.oneOf("nowhere.example", chance.oneOf(site.nullMx()).domain());
        }
        return (strange && chance.happens(0.15) ? Site.GHOST : chance.oneOf(Site.users())) + "@" + chance.oneOf(site.remotes()).domain();
    }
}
