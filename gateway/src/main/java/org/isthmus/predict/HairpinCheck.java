// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.config.Cidr;
import org.isthmus.config.Problem;
import org.isthmus.config.Problem.Severity;
import org.isthmus.config.Settings;
import org.isthmus.transit.SourceLine;

/// LP12: an address of ours inside `trusted-networks`. Mail that we sent and that comes back from it, as it does through a NAT that bends connections back, would be taken for a trusted
/// client's and sent on to anywhere. A warning for declared and public addresses; a note for a listener inside the private network that it serves. Loopback addresses are no finding.
final class HairpinCheck {
    private final Settings settings;
    private final Findings findings;

    HairpinCheck(Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    void run() {
        Map<String, InetAddress> ours = new TreeMap<>();
        settings.listeners().forEach(listener -> ours.put("listeners." + listener.name() + " at " + listener.at(), listener.address().getAddress()));
        for (int i = 0; i < settings.identity().addresses().size(); i++) {
            SourceLine at = settings.place("identity.addresses[" + i + "]");
            ours.put("identity.addresses[" + i + "]" + (at == null ? "" : " at " + at), settings.identity().addresses().get(i).getAddress());
        }
        ours.forEach((what, address) -> {
            for (int i = 0; i < settings.trustedNetworks().size(); i++) {
                Cidr network = settings.trustedNetworks().get(i);
                if (!address.isLoopbackAddress() && !address.isAnyLocalAddress() && network.contains(address)) {
                    inside(what, address, i, network);
                }
            }
        });
    }

    private void inside(String what, InetAddress address, int index, Cidr network) {
        boolean home = isPrivate(address) && what.startsWith("listeners.");
        String message = "our own address " + address.getHostAddress() + " lies in trusted-networks[" + index + "] " + network + ": mail of ours that comes back from it would be taken for a trusted client's and sent on to anywhere";
        findings.add(new Problem("LP12", home ? Severity.NOTE : Severity.WARNING, false, settings.place("trusted-networks[" + index + "]"), message, List.of(what, "trusted-networks[" + index + "] = " + network),
                "trusted-networks = [the networks of your clients, without " + address.getHostAddress() + "]"), address.getHostAddress());
    }

    /// RFC 1918, RFC 4193.
    private static boolean isPrivate(InetAddress address) {
        return address.isSiteLocalAddress() || (address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc);
    }
}
