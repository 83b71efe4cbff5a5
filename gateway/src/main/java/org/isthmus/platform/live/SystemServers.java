// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The DNS servers of the system: the {@code nameserver} lines of {@code /etc/resolv.conf}. Its search list is deliberately not read.
final class SystemServers {
    private static final int PORT = 53;

    private SystemServers() {}

    static List<InetSocketAddress> read() {
        try {
            return parse(Files.readAllLines(Path.of("/etc/resolv.conf")));
        } catch (IOException e) {
            return parse(List.of());
        }
    }

    /// As resolv.conf(5) has it: without a line, the server of this machine.
    static List<InetSocketAddress> parse(List<String> lines) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 2 && words[0].equals("nameserver")) {
                try {
                    servers.add(new InetSocketAddress(InetAddress.ofLiteral(words[1]), PORT));
                } catch (IllegalArgumentException e) {
                    // A line that the system's own resolver could not use either.
                }
            }
        }
        return servers.isEmpty() ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT)) : List.copyOf(servers);
    }
}
