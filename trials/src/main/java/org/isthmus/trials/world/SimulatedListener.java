// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.trials.world.SimulatedActor.Woken;

/// A listening socket of a host, with the clients that wait in its backlog.
final class SimulatedListener implements Listener {
    private static final int BACKLOG = 128;

    final WaitList clients = new WaitList();
    private final Baton baton;
    private final SimulatedHost host;
    private final InetSocketAddress address;
    private final ArrayDeque<SimulatedConnection> backlog = new ArrayDeque<>();
    private final WaitList acceptors = new WaitList();
    private boolean closed;

    SimulatedListener(Baton baton, SimulatedHost host, InetSocketAddress address) {
        this.baton = baton;
        this.host = host;
        this.address = address;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public Connection accept() throws IOException {
        baton.step("accept", address);
        while (true) {
            if (closed) {
                throw new SocketException("Socket closed");
            }
            if (!backlog.isEmpty()) {
                host.needDescriptor();
                SimulatedConnection connection = backlog.remove();
                host.remember(connection);
                baton.signalAll(clients);
                return connection;
            }
            if (baton.await(acceptors, Baton.NEVER, "accept at " + address) == Woken.INTERRUPT) {
                close();
                Thread.currentThread().interrupt();
                throw new SocketException("Closed by interrupt");
            }
        }
    }

    boolean full() {
        return backlog.size() >= BACKLOG;
    }

    boolean closed() {
        return closed;
    }

    void arrive(SimulatedConnection connection) {
        backlog.add(connection);
        baton.signalAll(acceptors);
    }

    @Override
    public void close() {
        if (!closed) {
            baton.step("close", address);
            end(false);
        }
    }

    /// Who waits in the backlog is reset, or hears nothing if the machine lost its power.
    void end(boolean silently) {
        if (closed) {
            return;
        }
        closed = true;
        host.forget(this);
        for (SimulatedConnection connection : backlog) {
            if (silently) {
                host.vanish(connection);
            } else {
                connection.abort();
            }
        }
        backlog.clear();
        baton.signalAll(acceptors);
        baton.signalAll(clients);
    }
}
