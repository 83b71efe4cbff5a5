// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Optional;

/// {@code host}, {@code host:port}, {@code [ipv6]:port} or a bare IPv6 address, taken apart. What the host is, others check.
record HostPort(String host, Optional<Integer> port) {

    /// @throws IllegalArgumentException if the port is none
    static HostPort split(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close < 0) {
                throw new IllegalArgumentException("has a [ without a ]");
            }
            String behind = text.substring(close + 1);
            if (!behind.isEmpty() && !behind.startsWith(":")) {
                throw new IllegalArgumentException("has \"" + behind + "\" behind the ]");
            }
            return new HostPort(text.substring(1, close), behind.isEmpty() ? Optional.empty() : Optional.of(port(behind.substring(1))));
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new HostPort(text, Optional.empty());
        }
        if (text.indexOf(':', colon + 1) >= 0) {
            // An IPv6 address; a port behind it would need brackets.
            return new HostPort(text, Optional.empty());
        }
        return new HostPort(text.substring(0, colon), Optional.of(port(text.substring(colon + 1))));
    }

    private static int port(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("has the port \"" + text + "\"; a port is a number up to 65535");
        }
        return port;
    }
}
