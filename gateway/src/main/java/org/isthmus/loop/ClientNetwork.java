// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a message came from, as far as a sender of one network can be told from another: 256 addresses of IPv4, a /56 of IPv6 as one customer has it.
final class ClientNetwork {
    /// Of what we wrote ourselves.
    static final String OURS = "ours";

    private ClientNetwork() {}

    static String of(@Nullable InetAddress client) {
        if (client == null) {
            return OURS;
        }
        byte[] octets = client.getAddress();
        if (octets.length == 4) {
            return (octets[0] & 0xFF) + "." + (octets[1] & 0xFF) + "." + (octets[2] & 0xFF) + ".0/24";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i += 2) {
            int word = (octets[i] & 0xFF) << 8 | (i == 6 ? 0 : octets[i + 1] & 0xFF);
            text.append(Integer.toHexString(word).toLowerCase(Locale.ROOT)).append(':');
        }
        return text.append(":/56").toString();
    }
}
