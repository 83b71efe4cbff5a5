// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.config.Settings;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.Way;

/// The servers of a request in the order in which to try them: way by way, exchange by exchange, address by address, and those that
/// could not be reached lately behind all others.
final class ServerList {
    /// RFC 5321 §5.1 asks for at least two addresses and lets the client set a limit. Field: domains with dozens of exchangers exist to keep clients busy.
    static final int MOST = 10;

    private ServerList() {}

    static List<Server> of(List<Way> ways, Settings settings, HostMemory memory, Duration now) {
        List<Server> good = new ArrayList<>();
        List<Server> doubtful = new ArrayList<>();
        Set<Server.Key> seen = new HashSet<>();
        for (Way way : ways) {
            for (Exchange exchange : way.exchanges()) {
                for (InetSocketAddress address : exchange.addresses()) {
                    Server server = Server.of(way, exchange, address, settings);
                    // Field: several exchanger names often share one address; it is tried once.
                    if (seen.add(server.key())) {
                        (memory.isDoubtful(address, now) ? doubtful : good).add(server);
                    }
                }
            }
        }
        good.addAll(doubtful);
        return good.size() <= MOST ? good : good.subList(0, MOST);
    }
}
