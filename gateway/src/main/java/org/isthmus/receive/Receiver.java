// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Threads;
import org.isthmus.policy.Verdict;
import org.isthmus.smtp.Reply;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The doors: opens the listeners, lets clients in as long as there is room, and knows every session that is open. Safe for all threads.
///
/// {@link #open} all listeners first, so that an address that is taken is noticed before anything starts; then {@link #start}. {@link #drain} at the end.
public final class Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Rooms rooms;
    private final Occupancy occupancy = new Occupancy();
    private final Map<Session, Place> sessions = new ConcurrentHashMap<>();
    private final Set<Connection> unnamed = ConcurrentHashMap.newKeySet();
    private final List<Door> doors = new ArrayList<>();
    private final List<Threads.Actor> welcomers = new ArrayList<>();
    private final TurnedAway turnedAway = new TurnedAway();
    private volatile boolean stopping;

    public Receiver(Rooms rooms) {
        this.rooms = rooms;
    }

    private record Door(Settings.Listener settings, Listener listener) {}

    /// What belongs to an open session.
    private record Place(Gate gate, Connection connection) {}

    /// Opens a listener for each of the settings. If one can't be opened, none stays open.
    /// @throws IOException naming the listener, its address and where it is configured
    public void open(List<Settings.Listener> listeners) throws IOException {
        for (Settings.Listener settings : listeners) {
            try {
                doors.add(new Door(settings, rooms.network().listen(settings.address())));
            } catch (IOException e) {
                closeDoors();
                InetSocketAddress at = settings.address();
                throw new IOException("listener \"" + settings.name() + "\" (" + settings.at() + ") cannot listen on "
                        + at.getAddress().getHostAddress() + ":" + at.getPort() + ": " + e.getMessage(), e);
            }
        }
    }

    /// Begins to let clients in.
    public void start() {
        for (Door door : doors) {
            welcomers.add(rooms.threads().start("listener " + door.settings().name(), () -> welcome(door)));
        }
    }

    /// Where the listeners are, by name, with the ports that were chosen; in the order of the configuration.
    public Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
        doors.forEach(door -> addresses.put(door.settings().name(), door.listener().address()));
        return addresses;
    }

    /// The open sessions, oldest first.
    public List<SessionView> sessions() {
        return sessions.keySet().stream().map(Session::view).sorted(Comparator.comparing(SessionView::began)).toList();
    }

    /// Stops: no client is let in any more, those between transactions are told 421 at once, those within one may finish it. RFC 5321 §3.8.
    /// @param limit after which what is still open is cut off
    /// @return whether everybody had finished by then
    public boolean drain(Duration limit) throws InterruptedException {
        stopping = true;
        closeDoors();
        for (Threads.Actor welcomer : welcomers) {
            welcomer.interrupt();
            welcomer.join();
        }
        Duration end = rooms.time().elapsed().plus(limit);
        while (true) {
            sessions.values().forEach(this::askToEnd);
            if (sessions.isEmpty()) {
                return true;
            }
            if (rooms.time().elapsed().compareTo(end) >= 0) {
                sessions.values().forEach(place -> place.connection().close());
                return false;
            }
            rooms.time().sleep(PAUSE);
        }
    }

    /// A client that says something at this very moment must still hear us: so its session reads on until it closes, or the moment is over.
    private void askToEnd(Place place) {
        if (place.gate().take()) {
            rooms.threads().start("farewell " + place.connection().remote(), () -> {
                try (Connection connection = place.connection()) {
                    say(connection, Replies.STOPPING.with(hostname()));
                    rooms.time().sleep(Bounds.LINGER);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private void closeDoors() {
        unnamed.forEach(Connection::close);
        for (Door door : doors) {
            try {
                door.listener().close();
            } catch (IOException e) {
                LOG.warn("closing listener {}: {}", door.settings().name(), e.getMessage());
            }
        }
    }

    /// Accepts until the listener is closed. When the machine is out of descriptors, the next client has to wait a little: no loop may spin on that.
    private void welcome(Door door) {
        Duration pause = PAUSE;
        while (!stopping) {
            try {
                admit(door, door.listener().accept());
                pause = PAUSE;
            } catch (IOException e) {
                if (stopping || !rest(door, pause, e)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private boolean rest(Door door, Duration pause, IOException why) {
        if (pause.equals(PAUSE)) {
            LOG.warn("listener {} cannot accept a client: {}", door.settings().name(), why.getMessage());
        }
        try {
            rooms.time().sleep(pause);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void admit(Door door, Connection connection) {
        Settings.Limits limits = rooms.config().current().settings().limits();
        InetAddress client = connection.remote().getAddress();
        if (Cidr.anyContains(door.settings().proxyHosts(), client)) {
            if (occupancy.enterUnnamed(limits)) {
                introduce(door, connection);
            } else {
                turnAwayFull(door, connection);
            }
            return;
        }
        if (isUnwanted(door, connection)) {
            return;
        }
        switch (occupancy.enter(client, limits)) {
            case ENTERED -> converse(door, connection, client);
            case FULL -> turnAwayFull(door, connection);
            case FULL_FOR_CLIENT -> turnAwayOneOfMany(door, connection);
        }
    }

    private void turnAwayFull(Door door, Connection connection) {
        turnAway(door, connection, Replies.TOO_MANY_SESSIONS.with(hostname()), Step.of("connect", "limits.sessions", null, "reached"));
    }

    private void turnAwayOneOfMany(Door door, Connection connection) {
        turnAway(door, connection, Replies.TOO_MANY_FROM_CLIENT.with(hostname(), connection.remote().getAddress().getHostAddress()),
                Step.of("connect", "limits.sessions-per-client", null, "reached"));
    }

    /// Asks policy before anything is spent on the client, and turns it away if it is not to come in.
    private boolean isUnwanted(Door door, Connection connection) {
        Verdict.Refuse refuse = rooms.policy().door(connection.remote().getAddress(), door.settings(), rooms.config().current());
        if (refuse != null) {
            turnAway(door, connection, refuse.reply(), refuse.step());
        }
        return refuse != null;
    }

    /// Waits for the header by which a proxy says whose connection this is. What has none is closed without a word: nobody knows who would hear it.
    private void introduce(Door door, Connection carrier) {
        unnamed.add(carrier);
        rooms.threads().start("proxied " + carrier.remote(), () -> {
            ProxiedConnection connection = null;
            try {
                connection = ProxiedConnection.of(carrier, rooms.time(), Bounds.PROXY_HEADER);
            } catch (ProxiedConnection.NoHeader e) {
                refuse(door.settings(), carrier, e);
            } catch (IOException e) {
                LOG.debug("proxy {} at listener {}: {}", carrier.remote(), door.settings().name(), e.getMessage());
            } finally {
                unnamed.remove(carrier);
                if (connection == null || stopping) {
                    occupancy.leaveUnnamed();
                    carrier.close();
                }
            }
            if (connection != null && !stopping) {
                enter(door, connection);
            }
        });
    }

    private void enter(Door door, ProxiedConnection connection) {
        InetAddress client = connection.remote().getAddress();
        if (isUnwanted(door, connection)) {
            occupancy.leaveUnnamed();
        } else if (occupancy.name(client, rooms.config().current().settings().limits())) {
            converse(door, connection, client);
        } else {
            turnAwayOneOfMany(door, connection);
        }
    }

    private void refuse(Settings.Listener listener, Connection carrier, ProxiedConnection.NoHeader why) {
        LOG.warn("listener {}: the proxy {} sends {}", listener.name(), carrier.remote(), why.problem());
        String traceId = rooms.freshName(Speech.TRACE_ID);
        Client client = new Client(listener.name(), carrier.local(), carrier.remote(), null, null, traceId);
        rooms.tracker().record(new Event.Refused(rooms.time().now(), traceId, client, "connect", null, null, Replies.traced(Replies.NO_PROXY_HEADER.with(hostname()), traceId),
                List.of(Step.of("proxy", "listeners." + listener.name() + ".proxy-hosts", listener.at(), why.problem()))));
    }

    private void converse(Door door, Connection connection, InetAddress client) {
        Gate gate = new Gate();
        Session session = new Session(rooms, door.settings(), connection, gate);
        sessions.put(session, new Place(gate, session.connection()));
        rooms.threads().start("session " + connection.remote(), () -> {
            try {
                session.run();
            } finally {
                sessions.remove(session);
                occupancy.leave(client);
            }
        });
    }

    /// Holds one conversation on the caller's thread, past the doors and their limits; for whoever brings a connection of his own.
    public void converse(Settings.Listener listener, Connection connection) {
        converse(listener, connection, Assumed.NOTHING);
    }

    /// The same with a client of which something is taken for granted.
    public void converse(Settings.Listener listener, Connection connection, Assumed assumed) {
        if (assumed.user() != null || !Cidr.anyContains(listener.proxyHosts(), connection.remote().getAddress())) {
            new Session(rooms, listener, connection, new Gate(), assumed).run();
            return;
        }
        try {
            new Session(rooms, listener, ProxiedConnection.of(connection, rooms.time(), Bounds.PROXY_HEADER), new Gate()).run();
        } catch (ProxiedConnection.NoHeader e) {
            refuse(listener, connection, e);
        } catch (IOException e) {
            LOG.debug("proxy {} at listener {}: {}", connection.remote(), listener.name(), e.getMessage());
        } finally {
            connection.close();
        }
    }

    /// On a thread of its own, so that a client that doesn't read keeps nobody else waiting; it lives for a moment and holds nothing.
    private void turnAway(Door door, Connection connection, Reply why, Step step) {
        rooms.threads().start("farewell " + connection.remote(), () -> {
            String traceId = rooms.freshName(Speech.TRACE_ID);
            Reply traced = Replies.traced(why, traceId);
            // In a flood the telling must not cost more than the turning away.
            if (turnedAway.tells(rooms.time().elapsed())) {
                Client client = new Client(door.settings().name(), connection.local(), connection.remote(), null, null, traceId);
                rooms.tracker().record(new Event.Refused(rooms.time().now(), traceId, client, "connect", null, null, traced, turnedAway.with(step)));
            }
            if (door.settings().tls() != Settings.Listener.Tls.IMPLICIT) {
                say(connection, traced);
            }
            connection.close();
        });
    }

    private static void say(Connection connection, Reply reply) {
        byte[] octets = reply.bytes();
        try {
            connection.write(octets, 0, octets.length, Bounds.FAREWELL);
        } catch (IOException e) {
            LOG.debug("client {} did not wait for its 421: {}", connection.remote(), e.getMessage());
        }
    }

    private String hostname() {
        return rooms.config().current().settings().connector().hostname().ascii();
    }
}
