// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Platform;

/// The make-believe Internet of the tour: a few names, and mail servers on loopback addresses. All its mail exchangers listen on one port, which stands for port 25.
final class TourInternet implements Resolver, Closeable {
    /// Where our own mail exchanger listens, in this Internet.
    static final String OURS = "127.0.0.10";
    private static final String SERVER = "the tour's DNS";
    private static final Duration TTL = Duration.ofMinutes(5);
    private static final int CHOICES = 20;
    /// Domain to exchanger.
    private static final Map<String, String> EXCHANGERS = Map.of(
            "harbour.example", "mx.harbour.example",
            "team.harbour.example", "mx.harbour.example",
            "old.harbour.example", "mx.harbour.example",
            "care.harbour.example", "mx.harbour.example",
            "far.harbour.example", "mx.harbour.example",
            "partner.example", "mx.partner.example",
            "strict.example", "mx.strict.example",
            "forward.example", "mx.forward.example",
            "stranger.example", "mx.partner.example");
    private static final Map<String, String> ADDRESSES = Map.of(
            "mx.harbour.example", OURS,
            "mx.partner.example", "127.0.0.11",
            "mx.strict.example", "127.0.0.12",
            "mx.forward.example", "127.0.0.14");

    private final TourHost partner;
    private final TourHost strict;
    private final TourForwarder forwarder;

    private TourInternet(TourHost partner, TourHost strict, TourForwarder forwarder) {
        this.partner = partner;
        this.strict = strict;
        this.forwarder = forwarder;
    }

    /// Starts its servers, on a port that is free at our address too.
    static TourInternet open(Platform platform) throws IOException {
        IOException last = new IOException("no port is free");
        for (int i = 0; i < CHOICES; i++) {
            TourHost partner = new TourHost("mx.partner.example", at("127.0.0.11", 0), null, platform);
            int port = partner.address().getPort();
            try {
                platform.network().listen(at(OURS, port)).close();
                TourHost strict = new TourHost("mx.strict.example", at("127.0.0.12", port), "550 5.1.1 Nobody of that name works here", platform);
                TourHost forward = new TourHost("mx.forward.example", at("127.0.0.14", port), null, platform);
                return new TourInternet(partner, strict, new TourForwarder(forward, at(OURS, port), TourSite.FORWARDED, platform));
            } catch (IOException e) {
                last = e;
                partner.close();
            }
        }
        throw last;
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /// What stands for port 25.
    int port() {
        return partner.address().getPort();
    }

    /// A company that takes mail.
    TourHost partner() {
        return partner;
    }

    /// One that refuses every recipient.
    TourHost strict() {
        return strict;
    }

    /// A provider where somebody has his mail sent on to us.
    TourForwarder forwarder() {
        return forwarder;
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        String exchanger = EXCHANGERS.get(name.toLowerCase(Locale.ROOT));
        return exchanger == null ? none(name) : new Answer.Found<>(List.of(new DnsRecord.Mx(10, exchanger)), TTL, false, SERVER);
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        String address = ADDRESSES.get(name.toLowerCase(Locale.ROOT));
        return address == null ? none(name) : new Answer.Found<>(List.of(new DnsRecord.Address(InetAddress.ofLiteral(address))), TTL, false, SERVER);
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return none(name);
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return none(name);
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return new Answer.NoSuchName<>(TTL, false, SERVER);
    }

    private static <T extends DnsRecord> Answer<T> none(String name) {
        String known = name.toLowerCase(Locale.ROOT);
        boolean exists = EXCHANGERS.containsKey(known) || ADDRESSES.containsKey(known);
        return exists ? new Answer.NoData<>(TTL, false, SERVER) : new Answer.NoSuchName<>(TTL, false, SERVER);
    }

    @Override
    public void close() throws IOException {
        partner.close();
        strict.close();
        forwarder.close();
    }
}
