// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Rate;
import org.isthmus.config.RateLimits;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Time;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// How much has come lately, from whom: limits.rate. A token is taken from every bucket or from none, so whoever is refused does not make it worse. Safe for all threads.
public final class Throttle {
    private final Time time;
    private final Buckets connections = new Buckets();
    private final Buckets messages = new Buckets();
    private final Buckets recipients = new Buckets();

    public Throttle(Time time) {
        this.time = time;
    }

    /// One bucket that is asked.
    /// @param setting its name in the configuration
    /// @param who as the refusal names him
    private record Ask(String setting, String who, Rate rate) {
        /// Nobody can choose a name that is another's: what stands before the first blank is ours.
        String name() {
            return setting + " " + who;
        }
    }

    @Nullable Verdict connect(InetAddress client, String listener, Snapshot snapshot) {
        RateLimits limits = snapshot.settings().limits().rate();
        if (limits == RateLimits.NONE) {
            return null;
        }
        List<Ask> asks = new ArrayList<>(3);
        if (!Relaying.isTrusted(client, snapshot.settings())) {
            add(asks, "limits.rate.client.connections", host(client), limits.client().connections());
            add(asks, "limits.rate.network.connections", network(client), limits.network().connections());
        }
        add(asks, "limits.rate.listener.connections", listener, limits.listener().connections());
        return ask(connections, asks, Refusals.TOO_MANY_CONNECTIONS, snapshot);
    }

    @Nullable Verdict mail(Client client, ReversePath from, Snapshot snapshot) {
        RateLimits limits = snapshot.settings().limits().rate();
        if (limits == RateLimits.NONE) {
            return null;
        }
        List<Ask> asks = new ArrayList<>(3);
        scopes(client, from, snapshot.settings(), asks, "messages", limits.client().messages(), limits.network().messages(), limits.sender().messages(), limits.user().messages(),
                limits.listener().messages());
        return ask(messages, asks, Refusals.TOO_MUCH_MAIL, snapshot);
    }

    @Nullable Verdict rcpt(Client client, ReversePath from, Snapshot snapshot) {
        RateLimits limits = snapshot.settings().limits().rate();
        if (limits == RateLimits.NONE) {
            return null;
        }
        List<Ask> asks = new ArrayList<>(3);
        scopes(client, from, snapshot.settings(), asks, "recipients", limits.client().recipients(), limits.network().recipients(), limits.sender().recipients(),
                limits.user().recipients(), limits.listener().recipients());
        return ask(recipients, asks, Refusals.TOO_MANY_RECIPIENTS_LATELY, snapshot);
    }

    private static void scopes(
            Client client, ReversePath from, Settings settings, List<Ask> asks, String what, @Nullable Rate ofClient, @Nullable Rate ofNetwork, @Nullable Rate ofSender,
            @Nullable Rate ofUser, @Nullable Rate ofListener) {
        InetAddress address = Relaying.unmapped(client.remote().getAddress());
        if (client.user() != null) {
            add(asks, "limits.rate.user." + what, client.user(), ofUser);
        } else if (!Relaying.isTrusted(address, settings)) {
            add(asks, "limits.rate.client." + what, host(address), ofClient);
            add(asks, "limits.rate.network." + what, network(address), ofNetwork);
            if (from instanceof ReversePath.To to) {
                add(asks, "limits.rate.sender." + what, to.mailbox().text().toLowerCase(Locale.ROOT), ofSender);
            }
        }
        add(asks, "limits.rate.listener." + what, client.listener(), ofListener);
    }

    private static void add(List<Ask> asks, String setting, String who, @Nullable Rate rate) {
        if (rate != null) {
            asks.add(new Ask(setting, who, rate));
        }
    }

    private @Nullable Verdict ask(Buckets buckets, List<Ask> asks, ReplyForm refusal, Snapshot snapshot) {
        Duration elapsed = time.elapsed();
        for (Ask ask : asks) {
            Duration wait = buckets.wait(ask.name(), ask.rate(), elapsed);
            if (!wait.isZero()) {
                long seconds = wait.toSeconds() + 1;
                return new Verdict.Refuse(refusal.with(ask.who(), seconds),
                        Step.of("rate", ask.setting() + " = " + ask.rate() + " for " + ask.who(), snapshot.settings().place(ask.setting()), "refused for " + seconds + " s"));
            }
        }
        for (Ask ask : asks) {
            buckets.take(ask.name(), ask.rate(), elapsed);
        }
        return null;
    }

    /// A client: its address, of IPv6 the network that one customer has.
    static String host(InetAddress client) {
        InetAddress address = Relaying.unmapped(client);
        return address instanceof Inet4Address ? address.getHostAddress() : prefix(address, 64);
    }

    static String network(InetAddress client) {
        InetAddress address = Relaying.unmapped(client);
        return prefix(address, address instanceof Inet4Address ? 24 : 48);
    }

    private static String prefix(InetAddress address, int bits) {
        byte[] octets = address.getAddress();
        java.util.Arrays.fill(octets, bits / 8, octets.length, (byte) 0);
        try {
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + bits;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("as many octets as an address has", e);
        }
    }
}
