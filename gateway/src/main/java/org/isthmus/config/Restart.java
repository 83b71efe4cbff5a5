// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Tells apart what a reload can change from what only a restart can.
final class Restart {
    private static final String ID = "needs-restart";

    private Restart() {}

    static List<Problem> needed(Settings running, Settings next) {
        List<Problem> problems = new ArrayList<>();
        if (!running.connector().data().equals(next.connector().data())) {
            problems.add(Problem.error(ID, null, "connector.data cannot change while mail is in it: running with " + running.connector().data() + ", the file says "
                    + next.connector().data() + "; stop, move the folder, start", null));
        }
        for (Settings.Listener listener : next.listeners()) {
            Optional<Settings.Listener> before = named(running, listener.name());
            if (before.isEmpty()) {
                problems.add(Problem.error(ID, listener.at(), "listeners." + listener.name() + " is new; listeners are opened at the start only: restart to add it", null));
            } else if (!same(before.get(), listener)) {
                problems.add(Problem.error(ID, listener.at(), "listeners." + listener.name() + " has another address or protection than the running one ("
                        + text(before.get().address()) + "); restart to change it", null));
            }
        }
        for (Settings.Listener listener : running.listeners()) {
            if (named(next, listener.name()).isEmpty()) {
                problems.add(Problem.error(ID, null, "listeners." + listener.name() + " (" + text(listener.address()) + ") is gone; restart to close it", null));
            }
        }
        return problems;
    }

    private static Optional<Settings.Listener> named(Settings settings, String name) {
        return settings.listeners().stream().filter(listener -> listener.name().equals(name)).findFirst();
    }

    private static boolean same(Settings.Listener one, Settings.Listener other) {
        return Objects.equals(one.address(), other.address()) && one.tls() == other.tls() && one.authRequired() == other.authRequired();
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
