// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;

/// Answers from the world's {@link Zone}, as a recursive server would.
final class SimulatedResolver implements Resolver {
    private static final String SERVER = "192.0.2.53:53";
    private static final Duration NEGATIVE = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ALIASES = 8;

    private final Baton baton;
    private final Zone zone;
    private final Chance chance;

    SimulatedResolver(Baton baton, Zone zone, Chance chance) {
        this.baton = baton;
        this.zone = zone;
        this.chance = chance;
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return ask(name, "MX", DnsRecord.Mx.class);
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return addresses(ask(name, "A", DnsRecord.Address.class), Inet4Address.class);
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return addresses(ask(name, "AAAA", DnsRecord.Address.class), Inet6Address.class);
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return ask(name, "TXT", DnsRecord.Text.class);
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return ask(reverseName(address), "PTR", DnsRecord.Pointer.class);
    }

    /// RFC 1035 §3.5, RFC 3596 §2.5.
    static String reverseName(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes.length == 4) {
                name.append(bytes[i] & 0xff).append('.');
            } else {
                name.append(Integer.toHexString(bytes[i] & 0xf)).append('.').append(Integer.toHexString(bytes[i] >> 4 & 0xf)).append('.');
            }
        }
        return name + (bytes.length == 4 ? "in-addr.arpa" : "ip6.arpa");
    }

    private static Answer<DnsRecord.Address> addresses(Answer<DnsRecord.Address> all, Class<? extends InetAddress> family) {
        if (!(all instanceof Answer.Found<DnsRecord.Address>(var records, var ttl, var secure, var server))) {
            return all;
        }
        List<DnsRecord.Address> of = records.stream().filter(record -> family.isInstance(record.address())).toList();
        return of.isEmpty() ? new Answer.NoData<>(NEGATIVE, secure, server) : new Answer.Found<>(of, ttl, secure, server);
    }

    private <T extends DnsRecord> Answer<T> ask(String question, String type, Class<T> kind) {
        baton.step("ask " + type, question);
        String name = Zone.normal(question);
        Duration ttl = Duration.ofSeconds(Integer.MAX_VALUE);
        boolean secure = true;
        for (int i = 0; i < ALIASES; i++) {
            Zone.Trouble trouble = zone.trouble(name);
            if (trouble != null) {
                return failed(trouble, name);
            }
            secure &= zone.secure(name);
            Zone.Records records = zone.records(name);
            if (records == null) {
                return late(new Answer.NoSuchName<>(NEGATIVE, secure, SERVER));
            }
            Zone.Alias alias = records.alias;
            if (alias == null) {
                return late(answer(records, kind, ttl, secure));
            }
            ttl = least(ttl, alias.ttl());
            name = alias.target();
        }
        return late(new Answer.Failed<>("SERVFAIL for " + question + ": too many aliases", SERVER));
    }

    private <T extends DnsRecord> Answer<T> answer(Zone.Records records, Class<T> kind, Duration aliasTtl, boolean secure) {
        List<T> found = new ArrayList<>();
        Duration ttl = aliasTtl;
        for (Zone.Entry entry : records.entries) {
            if (kind.isInstance(entry.record())) {
                found.add(chance.below(found.size() + 1), kind.cast(entry.record()));
                ttl = least(ttl, entry.ttl());
            }
        }
        return found.isEmpty() ? new Answer.NoData<>(NEGATIVE, secure, SERVER) : new Answer.Found<>(found, ttl, secure, SERVER);
    }

    private <T extends DnsRecord> Answer<T> failed(Zone.Trouble trouble, String name) {
        return switch (trouble) {
            case TIMEOUT -> {
                if (baton.running()) {
                    baton.pause(PATIENCE.toNanos(), "ask about " + name);
                }
                yield new Answer.Failed<>("no answer for " + name, SERVER);
            }
            case SERVFAIL -> late(new Answer.Failed<>("SERVFAIL for " + name, SERVER));
            case BOGUS -> late(new Answer.Failed<>("SERVFAIL for " + name + " (DNSSEC bogus)", SERVER));
        };
    }

    private <T> T late(T answer) {
        if (baton.running()) {
            baton.pause(chance.below(Duration.ofMillis(40).toNanos()), "answer of DNS");
        }
        return answer;
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
