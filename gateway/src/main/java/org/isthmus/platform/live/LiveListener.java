// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;

/// A listening socket. When the machine is out of descriptors, clients wait in the backlog, and {@link #accept} pauses before it throws:
/// whoever calls it in a loop does not spin.
final class LiveListener implements Listener {
    private static final long PAUSE_MILLIS = 100;

    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private final WriteWatch watch;
    private final Set<InetSocketAddress> listening;

    /// @param listening where this one strikes itself out when it is closed
    LiveListener(ServerSocketChannel channel, WriteWatch watch, Set<InetSocketAddress> listening) throws IOException {
        this.channel = channel;
        this.address = (InetSocketAddress) channel.getLocalAddress();
        this.watch = watch;
        this.listening = listening;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public Connection accept() throws IOException {
        while (true) {
            SocketChannel client = next();
            try {
                return new LiveConnection(client, watch);
            } catch (IOException e) {
                // This client left before it was served; the next one is not to suffer for it.
                client.close();
            }
        }
    }

    private SocketChannel next() throws IOException {
        try {
            return channel.accept();
        } catch (IOException e) {
            if (channel.isOpen()) {
                pause();
            }
            throw e;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listening.remove(address);
        channel.close();
    }
}
