// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;

/// DNS as a dialogue gives it; every other domain has one exchanger at 198.51.100.1.
final class FakeDns implements Resolver {
    private static final Duration TTL = Duration.ofMinutes(5);
    private static final String SERVER = "127.0.0.1:53";

    private enum Kind {
        NOWHERE,
        NULL_MX,
        TROUBLE
    }

    private final Map<String, Kind> domains = new HashMap<>();

    void nowhere(String domain) {
        domains.put(domain, Kind.NOWHERE);
    }

    void nullMx(String domain) {
        domains.put(domain, Kind.NULL_MX);
    }

    /// A record of a list of addresses; other names below {@code dnsbl.example} don't exist.
    void listed(String name, String answer) {
        listed.put(name, InetAddress.ofLiteral(answer));
    }

    /// A name of an address that leads back to it.
    void named(String address, String name) {
        names.put(InetAddress.ofLiteral(address), Domain.of(name));
        listed.put(name, InetAddress.ofLiteral(address));
    }

    void trouble(String domain) {
        domains.put(domain, Kind.TROUBLE);
    }

    private final Map<String, InetAddress> listed = new HashMap<>();
    private final Map<InetAddress, Domain> names = new HashMap<>();

    private <T extends DnsRecord> Answer<T> answer(String name, T record, T forNullMx) {
        return switch (domains.get(name.toLowerCase(Locale.ROOT))) {
            case NOWHERE -> new Answer.NoSuchName<>(TTL, false, SERVER);
            case TROUBLE -> new Answer.Failed<>("SERVFAIL", SERVER);
            case NULL_MX -> new Answer.Found<>(List.of(forNullMx), TTL, false, SERVER);
            case null -> new Answer.Found<>(List.of(record), TTL, false, SERVER);
        };
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return answer(name, new DnsRecord.Mx(10, "mail." + name), new DnsRecord.Mx(0, ""));
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        InetAddress known = listed.get(name);
        if (known != null) {
            return new Answer.Found<>(List.of(new DnsRecord.Address(known)), TTL, false, SERVER);
        }
        if (name.endsWith("dnsbl.example")) {
            return domains.get(name.substring(name.indexOf("dnsbl"))) == Kind.TROUBLE ? new Answer.Failed<>("SERVFAIL", SERVER) : new Answer.NoSuchName<>(TTL, false, SERVER);
        }
        DnsRecord.Address address = new DnsRecord.Address(InetAddress.ofLiteral("198.51.100.1"));
        return answer(name, address, address);
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return new Answer.NoData<>(TTL, false, SERVER);
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return new Answer.NoData<>(TTL, false, SERVER);
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        if (names.containsKey(address)) {
            return new Answer.Found<>(List.of(new DnsRecord.Pointer(names.get(address))), TTL, false, SERVER);
        }
        return new Answer.NoData<>(TTL, false, SERVER);
    }
}
