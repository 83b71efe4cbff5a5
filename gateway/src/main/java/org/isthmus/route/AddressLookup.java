// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Entropy;
import org.jspecify.annotations.Nullable;

/// The addresses of a host, IPv4 and IPv6.
///
/// Order: within a family by chance, the families taking turns, and chance says which begins. RFC 5321 §5.1 leaves it to us; taking turns means that a
/// family that does not work here costs one vain attempt and not all of them, and nobody has to configure which one that is.
final class AddressLookup {
    private static final int MOST = 32;

    private final Resolver resolver;
    private final Entropy entropy;

    AddressLookup(Resolver resolver, Entropy entropy) {
        this.resolver = resolver;
        this.entropy = entropy;
    }

    /// @param addresses where there are any, in the order in which to try them
    /// @param failed why it cannot be told whether there are (others); none if DNS answered
    /// @param missing the name itself does not exist
    /// @param evidence what DNS said, with TTL and server
    record Found(List<InetAddress> addresses, @Nullable String failed, boolean missing, List<String> evidence) {
        Found {
            addresses = List.copyOf(addresses);
            evidence = List.copyOf(evidence);
        }
    }

    Found find(String host) {
        InetAddress literal = literal(host);
        if (literal != null) {
            return new Found(List.of(literal), null, false, List.of());
        }
        if (isLocalhost(host)) {
            // RFC 6761 §6.3: localhost names are never asked of DNS.
            return new Found(List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")), null, false, List.of(host + " is this machine (RFC 6761 §6.3)"));
        }
        List<String> evidence = new ArrayList<>();
        Answer<DnsRecord.Address> four = resolver.ipv4(host);
        Answer<DnsRecord.Address> six = resolver.ipv6(host);
        List<InetAddress> addresses = inTurns(addresses(four), addresses(six));
        evidence.add(evidence(host, "A", four));
        evidence.add(evidence(host, "AAAA", six));
        String failed = four instanceof Answer.Failed<DnsRecord.Address> no ? no.problem() : six instanceof Answer.Failed<DnsRecord.Address> no ? no.problem() : null;
        boolean missing = four instanceof Answer.NoSuchName && six instanceof Answer.NoSuchName;
        return new Found(addresses, failed, missing, evidence);
    }

    private List<InetAddress> inTurns(List<InetAddress> four, List<InetAddress> six) {
        Chance.shuffle(four, entropy);
        Chance.shuffle(six, entropy);
        boolean sixFirst = !four.isEmpty() && !six.isEmpty() && entropy.below(2) == 0;
        List<InetAddress> first = sixFirst ? six : four;
        List<InetAddress> second = sixFirst ? four : six;
        List<InetAddress> all = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), second.size()) && all.size() < MOST; i++) {
            if (i < first.size()) {
                all.add(first.get(i));
            }
            if (i < second.size()) {
                all.add(second.get(i));
            }
        }
        return all;
    }

    private static List<InetAddress> addresses(Answer<DnsRecord.Address> answer) {
        List<InetAddress> addresses = new ArrayList<>();
        if (answer instanceof Answer.Found<DnsRecord.Address> found) {
            for (DnsRecord.Address record : found.records()) {
                if (!addresses.contains(record.address())) {
                    addresses.add(record.address());
                }
            }
        }
        return addresses;
    }

    /// The address that a text is; null if it is a name.
    static @Nullable InetAddress literal(String host) {
        boolean plausible = !host.isEmpty() && (host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
        if (!plausible) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static boolean isLocalhost(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    /// A connection to such an address reaches no one host.
    static boolean unusable(InetAddress address) {
        return address.isMulticastAddress() || address.isAnyLocalAddress() || address.getHostAddress().equals("255.255.255.255");
    }

    static String evidence(String host, String type, Answer<? extends DnsRecord> answer) {
        return host + " " + type + " " + switch (answer) {
            case Answer.Found<? extends DnsRecord> found -> records(found.records()) + source(found.ttl(), found.server());
            case Answer.NoSuchName<? extends DnsRecord> none -> "no such name" + source(none.ttl(), none.server());
            case Answer.NoData<? extends DnsRecord> none -> "none" + source(none.ttl(), none.server());
            case Answer.Failed<? extends DnsRecord> failed -> "cannot be told: " + failed.problem() + " (" + failed.server() + ")";
        };
    }

    private static String records(List<? extends DnsRecord> records) {
        String shown = String.join(", ", records.stream().limit(12).map(AddressLookup::text).toList());
        return records.size() > 12 ? shown + " and " + (records.size() - 12) + " more" : shown;
    }

    private static String text(DnsRecord record) {
        return switch (record) {
            case DnsRecord.Mx mx -> mx.preference() + " " + (mx.isNull() ? "." : mx.exchange());
            case DnsRecord.Address address -> address.address().getHostAddress();
            case DnsRecord.Text text -> "\"" + text.text() + "\"";
            case DnsRecord.Tlsa tlsa -> tlsa.usage() + " " + tlsa.selector() + " " + tlsa.matching() + " " + tlsa.data();
            case DnsRecord.Pointer pointer -> pointer.name().text();
        };
    }

    private static String source(Duration ttl, String server) {
        return " (TTL " + ttl.toSeconds() + " s, from " + server + ")";
    }
}
