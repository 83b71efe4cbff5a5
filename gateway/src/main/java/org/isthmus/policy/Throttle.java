// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Cidr;
import org.isthmus.config.Rate;
import org.isthmus.config.RateLimits;
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
        return ask(messages, "messages", RateLimits.Door::messages, RateLimits.Mail::messages, client, from, Refusals.TOO_MUCH_MAIL, snapshot);
    }

    @Nullable Verdict rcpt(Client client, ReversePath from, Snapshot snapshot) {
        return ask(recipients, "recipients", RateLimits.Door::recipients, RateLimits.Mail::recipients, client, from, Refusals.TOO_MANY_RECIPIENTS_LATELY, snapshot);
    }

    /// One kind of thing that is counted, read off the limits of those who connect and of those who send.
    private interface Of<T> {
        @Nullable Rate rate(T limits);
    }

    private @Nullable Verdict ask(
            Buckets buckets, String what, Of<RateLimits.Door> ofDoor, Of<RateLimits.Mail> ofMail, Client client, ReversePath from, ReplyForm refusal, Snapshot snapshot) {
        RateLimits limits = snapshot.settings().limits().rate();
        if (limits == RateLimits.NONE) {
            return null;
        }
        List<Ask> asks = new ArrayList<>(3);
        InetAddress address = Cidr.unmapped(client.remote().getAddress());
        if (client.user() != null) {
            add(asks, "limits.rate.user." + what, client.user(), ofMail.rate(limits.user()));
        } else if (!Relaying.isTrusted(address, snapshot.settings())) {
            add(asks, "limits.rate.client." + what, host(address), ofDoor.rate(limits.client()));
            add(asks, "limits.rate.network." + what, network(address), ofDoor.rate(limits.network()));
            if (from instanceof ReversePath.To to) {
                add(asks, "limits.rate.sender." + what, to.mailbox().text().toLowerCase(Locale.ROOT), ofMail.rate(limits.sender()));
            }
        }
        add(asks, "limits.rate.listener." + what, client.listener(), ofDoor.rate(limits.listener()));
        return ask(buckets, asks, refusal, snapshot);
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
        InetAddress address = Cidr.unmapped(client);
        return address instanceof Inet4Address ? address.getHostAddress() : Cidr.around(address, 32, 64).toString();
    }

    static String network(InetAddress client) {
        return Cidr.around(client, 24, 48).toString();
    }
}
