// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.jspecify.annotations.Nullable;

/// TCP by blocking sockets, which cost a virtual thread next to nothing while they wait.
///
/// An IPv4 address is listened on and connected to by an IPv4 socket, so {@code 0.0.0.0} means IPv4 alone. {@code [::]} takes IPv4 clients too, as the system has it.
final class LiveNetwork implements Network {
    private static final int BACKLOG = 1024;

    private final WriteWatch watch;
    private final Map<InetSocketAddress, ServerSocketChannel> reserved = new ConcurrentHashMap<>();
    private final Set<InetSocketAddress> listening = ConcurrentHashMap.newKeySet();

    LiveNetwork(WriteWatch watch) {
        this.watch = watch;
    }

    /// Binds addresses now that will be listened on later, when the process may no longer do it. Nobody is let in before.
    void reserve(List<InetSocketAddress> addresses) throws IOException {
        for (InetSocketAddress at : addresses) {
            if (at.getPort() != 0) {
                reserved.put(at, open(at));
            }
        }
    }

    @Override
    public Listener listen(InetSocketAddress at) throws IOException {
        ServerSocketChannel ready = reserved.remove(at);
        LiveListener listener = new LiveListener(ready == null ? open(at) : ready, watch, listening);
        listening.add(listener.address());
        return listener;
    }

    private ServerSocketChannel open(InetSocketAddress at) throws IOException {
        StandardProtocolFamily family = family(known(at));
        try {
            boolean besideOurs = at.getPort() != 0
                    && Stream.concat(listening.stream(), reserved.keySet().stream()).anyMatch(other -> other.getPort() == at.getPort() && !other.equals(at));
            if (!besideOurs) {
                bound(family, at, false).close();
            }
            // Lets 0.0.0.0:25 and 10.0.0.5:25 stand side by side; the one that fits better gets the client. That no other process has the address,
            // which this option would allow, has just been seen.
            return bound(family, at, true);
        } catch (IOException e) {
            BindException named = new BindException("cannot listen on " + text(at) + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private ServerSocketChannel bound(StandardProtocolFamily family, InetSocketAddress at, boolean shared) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(family);
        try {
            if (listening.contains(at) || reserved.containsKey(at)) {
                throw new BindException("Address already in use");
            }
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, shared);
            return channel.bind(at, BACKLOG);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
        StandardProtocolFamily family = family(known(to));
        if (from != null && family(known(from)) != family) {
            throw new ConnectException("cannot reach " + text(to) + " from " + text(from) + ": one is IPv4, the other IPv6");
        }
        SocketChannel channel = SocketChannel.open(family);
        try {
            if (from != null) {
                channel.bind(from);
            }
            channel.socket().connect(to, Limits.millis(limit));
            return new LiveConnection(channel, watch);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public List<InetAddress> localAddresses() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static InetAddress known(InetSocketAddress at) throws UnknownHostException {
        if (at.isUnresolved()) {
            // Names are asked of the resolver, never here, where the system's search list would come in.
            throw new UnknownHostException(at.getHostString() + " is a name, not an address");
        }
        return at.getAddress();
    }

    private static StandardProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    private static String text(InetSocketAddress at) {
        String host = at.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + at.getPort();
    }
}
