// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Cidr;

/// Who might relay (Q193922): RelayFlags says which of the lists count, the deny list first; without it everybody might. Isthmus lets nobody relay but
/// {@code trusted-networks}, so only the lists can be carried over, never the absence of rules.
final class RelayRules {
    private static final long DENY = 1;
    private static final long ALLOW = 2;
    private static final long LOCAL = 4;
    private static final long AUTHENTICATED = 8;

    private RelayRules() {}

    private static boolean counts(Export export, long flag) {
        return (export.number("RelayFlags").orElse(0L) & flag) != 0;
    }

    static Meaning flags(RegistryValue value, Export export) {
        List<String> said = new ArrayList<>();
        said.add(counts(export, DENY) ? "the deny list counts" : "the deny list does not count");
        said.add(counts(export, ALLOW) ? "the allow list counts" : "the allow list does not count");
        if (counts(export, LOCAL)) {
            said.add("the list of local addresses counts");
        }
        if (counts(export, AUTHENTICATED)) {
            said.add("clients that have authenticated may relay, which here waits for authentication");
        }
        if (!counts(export, ALLOW)) {
            said.add("so everybody not denied might relay, which is not carried over: here nobody may but trusted-networks");
        }
        return Meaning.none(String.join("; ", said));
    }

    static Meaning denied(RegistryValue value, Export export) {
        List<Networks.Entry> entries = entries(value);
        if (!counts(export, DENY)) {
            return Meaning.none("clients that might never relay; RelayFlags does not turn it on");
        }
        String lost = unreached(entries);
        return Meaning.none((counts(export, ALLOW) ? "clients that might never relay: taken out of trusted-networks" : "clients that might never relay; here nobody may by default") + lost);
    }

    static Meaning allowed(RegistryValue value, Export export) {
        List<Networks.Entry> entries = entries(value);
        if (!counts(export, ALLOW)) {
            return Meaning.none("clients that might relay; RelayFlags does not turn it on");
        }
        List<Cidr> denied = new ArrayList<>();
        if (counts(export, DENY)) {
            // What is wrong in it is told where it stands.
            export.value("RelayDenyList").map(RelayRules::entries).orElse(List.of()).stream().filter(Networks.Entry::reaches).map(Networks.Entry::network).forEach(denied::add);
        }
        List<Cidr> allowed = entries.stream().filter(Networks.Entry::reaches).map(Networks.Entry::network).toList();
        if (allowed.stream().anyMatch(network -> network.bits() == 0)) {
            return Meaning.none("clients that might relay: everybody, which is not carried over, since that is an open relay; name your own networks in trusted-networks");
        }
        List<Cidr> left = Networks.without(allowed, denied);
        String list = String.join(", ", left.stream().distinct().map(network -> "\"" + network + "\"").toList());
        return Meaning.of("clients that might relay" + (denied.isEmpty() ? "" : ", without those of RelayDenyList") + unreached(entries)
                + ". It takes the place of another trusted-networks, if there is one", "trusted-networks = [" + list + "]");
    }

    static Meaning local(RegistryValue value, Export export) {
        entries(value);
        return Meaning.none("relaying for clients that connect to these addresses of the connector" + (counts(export, LOCAL) ? "" : "; RelayFlags does not turn it on")
                + ". No counterpart: who may relay depends on the client alone; name the clients' networks in trusted-networks");
    }

    private static List<Networks.Entry> entries(RegistryValue value) {
        List<Networks.Entry> entries = new ArrayList<>();
        if (value.data() instanceof RegistryValue.Several several) {
            for (String text : several.texts()) {
                try {
                    entries.add(Networks.entry(text));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("the entry \"" + RegistryReader.clip(text) + "\" " + e.getMessage() + "; expected net;mask", e);
                }
            }
        }
        return entries;
    }

    private static String unreached(List<Networks.Entry> entries) {
        List<String> lost = entries.stream().filter(entry -> !entry.reaches()).map(entry -> entry.network().toString()).toList();
        return lost.isEmpty() ? "" : "; never matched a client, having bits outside the mask (Q258140): the entries for " + String.join(", ", lost);
    }
}
