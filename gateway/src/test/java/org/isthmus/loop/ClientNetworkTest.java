// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ClientNetworkTest {
    @Test
    void neighboursAreOneNetworkAndOthersAreNot() {
        assertThat(ClientNetwork.of(InetAddress.ofLiteral("198.51.100.7"))).isEqualTo("198.51.100.0/24").isEqualTo(ClientNetwork.of(InetAddress.ofLiteral("198.51.100.250")));
        assertThat(ClientNetwork.of(InetAddress.ofLiteral("198.51.101.7"))).isEqualTo("198.51.101.0/24");
        assertThat(ClientNetwork.of(InetAddress.ofLiteral("2001:db8:1:2ff::1"))).isEqualTo("2001:db8:1:200::/56").isEqualTo(ClientNetwork.of(InetAddress.ofLiteral("2001:db8:1:201:a::9")));
        assertThat(ClientNetwork.of(InetAddress.ofLiteral("2001:db8:1:300::1"))).isEqualTo("2001:db8:1:300::/56");
        assertThat(ClientNetwork.of(null)).isEqualTo("ours");
    }
}
