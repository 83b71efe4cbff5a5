// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;

/// A zone in memory. A name with any record exists; others do not.
public final class FakeDns implements Resolver {
    private final Map<String, List<DnsRecord>> records = new HashMap<>();
    private final Set<String> failing = new HashSet<>();
    public final List<String> asked = new ArrayList<>();

    public FakeDns mx(String name, int preference, String exchange) {
        return add(name, new DnsRecord.Mx(preference, exchange));
    }

    public FakeDns address(String name, String... addresses) {
        for (String address : addresses) {
            add(name, new DnsRecord.Address(InetAddress.ofLiteral(address)));
        }
        return this;
    }

    /// The name exists, with nothing that mail looks at.
    public FakeDns exists(String name) {
        return add(name, new DnsRecord.Text("here"));
    }

    public FakeDns failing(String name) {
        failing.add(name);
        return this;
    }

    private FakeDns add(String name, DnsRecord record) {
        records.computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new ArrayList<>()).add(record);
        return this;
    }

    private <T extends DnsRecord> Answer<T> answer(String name, String type, Class<T> kind, int octets) {
        asked.add(type + " " + name);
        String key = name.toLowerCase(Locale.ROOT);
        if (failing.contains(key) || failing.contains(type + " " + key)) {
            return new Answer.Failed<>("SERVFAIL", "192.0.2.53:53");
        }
        List<T> found = new ArrayList<>();
        for (DnsRecord record : records.getOrDefault(key, List.of())) {
            boolean wanted = !(record instanceof DnsRecord.Address address) || address.address().getAddress().length == octets;
            if (kind.isInstance(record) && wanted) {
                found.add(kind.cast(record));
            }
        }
        if (!found.isEmpty()) {
            return new Answer.Found<>(found, Duration.ofMinutes(5), false, "192.0.2.53:53");
        }
        return records.containsKey(key) ? new Answer.NoData<>(Duration.ofMinutes(1), false, "192.0.2.53:53") : new Answer.NoSuchName<>(Duration.ofMinutes(1), false, "192.0.2.53:53");
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return answer(name, "MX", DnsRecord.Mx.class, 0);
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return answer(name, "A", DnsRecord.Address.class, 4);
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return answer(name, "AAAA", DnsRecord.Address.class, 16);
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return answer(name, "TXT", DnsRecord.Text.class, 0);
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return answer(address.getHostAddress(), "PTR", DnsRecord.Pointer.class, 0);
    }
}
