// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Checks;
import org.isthmus.config.Checks.BlockList;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What DNS is asked about strangers: `checks` of the configuration. Three-valued throughout: what DNS could not tell in time counts for nothing, and stands in the trace.
/// Each question may keep a client waiting for as long as its limit says, and no longer.
public final class Strangers {
    private static final int MOST_NAMES = 5;

    private final Resolver dns;
    private final Threads threads;
    private final Time time;

    public Strangers(Resolver dns, Threads threads, Time time) {
        this.dns = dns;
        this.threads = threads;
        this.time = time;
    }

    /// Begins to look for the client's name.
    Lookup<Named> name(InetAddress client, Duration limit) {
        return Lookup.start("reverse name of " + client.getHostAddress(), () -> new Named(confirmed(client)), limit, threads, time);
    }

    /// @param name none if there is none that leads back
    record Named(@Nullable Domain name) {}

    /// The first name of the address that leads back to it. Field: anybody can write any name into the reverse zone of his address; the way back he does not own.
    private @Nullable Domain confirmed(InetAddress client) {
        InetAddress address = Cidr.unmapped(client);
        if (!(dns.reverse(address) instanceof Answer.Found<DnsRecord.Pointer> found)) {
            return null;
        }
        for (DnsRecord.Pointer pointer : found.records().subList(0, Math.min(MOST_NAMES, found.records().size()))) {
            String name = pointer.name().ascii();
            Answer<DnsRecord.Address> back = address instanceof Inet4Address ? dns.ipv4(name) : dns.ipv6(name);
            if (back instanceof Answer.Found<DnsRecord.Address> addresses && addresses.records().stream().anyMatch(one -> one.address().equals(address))) {
                return pointer.name();
            }
        }
        return null;
    }

    /// Whether mail can be sent back to the sender. RFC 5321 §5.1, RFC 7505 §4.2.
    /// @return null if nothing is known against it, or it is ours
    @Nullable Verdict sender(ReversePath from, Snapshot snapshot) {
        Settings settings = snapshot.settings();
        if (!(from instanceof ReversePath.To(var mailbox)) || !(mailbox.host() instanceof Domain domain)
                || settings.domains().stream().anyMatch(site -> site.name().matches(domain))) {
            return null;
        }
        Lookup<Receives> asked = Lookup.start("sender domain " + domain.ascii(), () -> receives(domain), settings.checks().timeout(), threads, time);
        Receives receives = asked.await();
        return switch (receives) {
            case NOTHING_THERE -> new Verdict.Refuse(Refusals.SENDER_CANNOT_RECEIVE.with(domain.ascii()), sender(domain, settings, "refused: no MX and no address"));
            case NULL_MX -> new Verdict.Refuse(Refusals.SENDER_NULL_MX.with(domain.ascii()), sender(domain, settings, "refused: a null MX"));
            case MAIL -> null;
            case UNKNOWN -> new Verdict.Pass(sender(domain, settings, "passed: DNS cannot tell at present"));
            case null -> new Verdict.Pass(sender(domain, settings, "passed: DNS did not answer within checks.timeout"));
        };
    }

    private static Step sender(Domain domain, Settings settings, String outcome) {
        return Step.of("sender-domain", "checks.sender-domain for " + domain.text(), settings.place("checks.sender-domain"), outcome);
    }

    private enum Receives {
        MAIL,
        NULL_MX,
        NOTHING_THERE,
        UNKNOWN
    }

    private Receives receives(Domain domain) {
        return switch (dns.mx(domain.ascii())) {
            case Answer.Found<DnsRecord.Mx> found when found.records().size() == 1 && found.records().getFirst().isNull() -> Receives.NULL_MX;
            case Answer.Found<DnsRecord.Mx> found -> Receives.MAIL;
            case Answer.NoSuchName<DnsRecord.Mx> none -> Receives.NOTHING_THERE;
            case Answer.Failed<DnsRecord.Mx> failed -> Receives.UNKNOWN;
            case Answer.NoData<DnsRecord.Mx> none -> address(domain);
        };
    }

    // RFC 5321 §5.1: without an MX, an address is one.
    private Receives address(Domain domain) {
        Receives four = address(dns.ipv4(domain.ascii()));
        if (four == Receives.MAIL) {
            return four;
        }
        Receives six = address(dns.ipv6(domain.ascii()));
        return six == Receives.MAIL || four == Receives.NOTHING_THERE ? six : four;
    }

    private static Receives address(Answer<DnsRecord.Address> answer) {
        return switch (answer) {
            case Answer.Found<DnsRecord.Address> found -> Receives.MAIL;
            case Answer.NoSuchName<DnsRecord.Address> none -> Receives.NOTHING_THERE;
            case Answer.NoData<DnsRecord.Address> none -> Receives.NOTHING_THERE;
            case Answer.Failed<DnsRecord.Address> failed -> Receives.UNKNOWN;
        };
    }

    /// Asks all lists at the same time.
    /// @return null if none is configured
    @Nullable Verdict listed(Client client, Snapshot snapshot) {
        Checks.Dnsbl dnsbl = snapshot.settings().checks().dnsbl();
        if (dnsbl.lists().isEmpty()) {
            return null;
        }
        InetAddress address = Cidr.unmapped(client.remote().getAddress());
        List<Lookup<Answer<DnsRecord.Address>>> asked = new ArrayList<>();
        for (BlockList list : dnsbl.lists()) {
            String name = reversed(address) + list.zone();
            asked.add(Lookup.start("dnsbl " + name, () -> dns.ipv4(name), list.timeout(), threads, time));
        }
        int sum = 0;
        List<String> evidence = new ArrayList<>();
        List<String> by = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            BlockList list = dnsbl.lists().get(i);
            Answer<DnsRecord.Address> answer = asked.get(i).await();
            boolean counts = answer instanceof Answer.Found<DnsRecord.Address> found && found.records().stream().anyMatch(one -> counts(one, list));
            if (counts) {
                sum += list.weight();
                by.add(list.zone());
            }
            evidence.add(list.zone() + " (" + list.at() + "): " + words(answer) + (counts ? ", weight " + list.weight() : ""));
        }
        boolean refused = sum >= dnsbl.refuseAt();
        Step step = new Step("dnsbl", "checks.dnsbl.refuse-at = " + dnsbl.refuseAt(), snapshot.settings().place("checks.dnsbl.refuse-at"),
                refused ? "refused with " + sum : "passed with " + sum, evidence, List.of());
        return refused ? new Verdict.Refuse(Refusals.LISTED.with(address.getHostAddress(), String.join(", ", by)), step) : new Verdict.Pass(step);
    }

    private static boolean counts(DnsRecord.Address record, BlockList list) {
        return Cidr.anyContains(list.answers(), record.address());
    }

    private static String words(@Nullable Answer<DnsRecord.Address> answer) {
        return switch (answer) {
            case null -> "no answer in time";
            case Answer.Found<DnsRecord.Address> found -> String.join(" ", found.records().stream().map(one -> one.address().getHostAddress()).toList());
            case Answer.NoSuchName<DnsRecord.Address> none -> "not listed";
            case Answer.NoData<DnsRecord.Address> none -> "not listed";
            case Answer.Failed<DnsRecord.Address> failed -> "no answer: " + failed.problem();
        };
    }

    // RFC 5782 §2.1, §2.4.
    static String reversed(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder(80);
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Character.forDigit(octet & 15, 16)).append('.').append(Character.forDigit(octet >> 4, 16)).append('.');
            }
        }
        return name.toString();
    }

    /// Whether a sender is of a domain of which all addresses are here, so that a stranger has no business with it.
    static @Nullable Step own(ReversePath from, Settings settings) {
        if (!(from instanceof ReversePath.To(var mailbox)) || !(mailbox.host() instanceof Domain domain)) {
            return null;
        }
        return settings.domains().stream()
                .filter(site -> site.kind() == Settings.SiteDomain.Kind.AUTHORITATIVE && site.name().matches(domain))
                .findFirst()
                .map(site -> Step.of("own-sender", "checks.own-sender, and " + site.name().text() + " (" + site.at() + ") is ours", settings.place("checks.own-sender"), "refused"))
                .orElse(null);
    }

    /// Whether the client has not logged in and is of no trusted network.
    static boolean isStranger(Client client, Settings settings) {
        return client.user() == null && !Relaying.isTrusted(client.remote().getAddress(), settings);
    }
}
