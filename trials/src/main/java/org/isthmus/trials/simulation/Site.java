// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.trials.world.Chance;
import org.jspecify.annotations.Nullable;

/// What a run's world looks like: the site's own domains and stores, the domains of the Internet and their exchangers.
///
/// @param locals domains whose mail ends here
/// @param stores where it ends
/// @param remotes all others that exist
/// @param nullMx domains that accept no mail (RFC 7505), each with an address that must never be called
public record Site(List<Local> locals, List<Store> stores, List<Remote> remotes, List<NullMx> nullMx) {
    public static final String HOSTNAME = "mx.site.example";
    public static final InetSocketAddress INTERNET = at("192.0.2.25", 25);
    public static final InetSocketAddress INSIDE = at("10.0.0.5", 25);
    public static final List<String> OUTSIDE_CLIENTS = List.of("203.0.113.1", "203.0.113.2", "203.0.113.3");
    public static final List<String> INSIDE_CLIENTS = List.of("10.0.0.21", "10.0.0.22");
    /// Of the first domain, which every site has.
    public static final String POSTMASTER = "postmaster@site0.example";
    /// Users of this name exist nowhere.
    public static final String GHOST = "ghost";

    private static final List<String> USERS = List.of("anna", "bert", "clara", "david");

    /// @param outward true if a route sends it by MX, so that the loopback policy decides
    public record Local(String domain, int store, boolean outward, Loopback loopback) {}

    public enum Loopback { TURN_AROUND, REJECT, HOLD }

    public record Store(String name, InetSocketAddress address, boolean lmtp) {}

    public record Remote(String domain, List<Exchanger> exchangers) {}

    /// @param dead named by DNS, but no machine is there
    public record Exchanger(String name, InetSocketAddress address, int preference, boolean dead) {}

    public record NullMx(String domain, InetSocketAddress trap) {}

    public Site {
        locals = List.copyOf(locals);
        stores = List.copyOf(stores);
        remotes = List.copyOf(remotes);
        nullMx = List.copyOf(nullMx);
    }

    public static Site random(Chance chance) {
        List<Store> stores = new ArrayList<>();
        for (int i = 0; i < chance.between(1, 2); i++) {
            stores.add(new Store("store" + i + ".site.example", at("10.0.0.9" + i, 24), chance.coin()));
        }
        List<Local> locals = new ArrayList<>();
        for (int i = 0; i < chance.between(1, 3); i++) {
            locals.add(new Local("site" + i + ".example", chance.below(stores.size()), chance.happens(0.3), chance.oneOf(Loopback.values())));
        }
        List<Remote> remotes = new ArrayList<>();
        int machines = 1;
        for (int i = 0; i < chance.between(2, 5); i++) {
            List<Exchanger> exchangers = new ArrayList<>();
            long count = chance.between(1, 3);
            for (int j = 0; j < count; j++) {
                boolean dead = j > 0 && chance.happens(0.3);
                exchangers.add(new Exchanger("mx" + j + ".remote" + i + ".example", at("198.51.100." + machines++, 25), 10 * chance.below(3), dead));
            }
            remotes.add(new Remote("remote" + i + ".example", exchangers));
        }
        return new Site(locals, stores, remotes, List.of(new NullMx("nomail.example", at("198.51.100.200", 25))));
    }

    /// What DNS says of it.
    public String zone() {
        StringBuilder zone = new StringBuilder(HOSTNAME + " A " + INTERNET.getAddress().getHostAddress() + "\n");
        for (Local local : locals) {
            zone.append(local.domain).append(" MX 10 ").append(HOSTNAME).append('\n');
        }
        for (Remote remote : remotes) {
            for (Exchanger exchanger : remote.exchangers) {
                zone.append(remote.domain).append(" MX ").append(exchanger.preference).append(' ').append(exchanger.name).append('\n');
                zone.append(exchanger.name).append(" A ").append(exchanger.address.getAddress().getHostAddress()).append('\n');
            }
        }
        for (NullMx none : nullMx) {
            zone.append(none.domain).append(" MX 0 .\n").append(none.domain).append(" A ").append(none.trap.getAddress().getHostAddress()).append('\n');
        }
        return zone.toString();
    }

    public @Nullable Local local(String recipient) {
        return locals.stream().filter(local -> local.domain.equals(domain(recipient))).findFirst().orElse(null);
    }

    public @Nullable Remote remote(String recipient) {
        return remotes.stream().filter(remote -> remote.domain.equals(domain(recipient))).findFirst().orElse(null);
    }

    /// True if mail for this recipient ends in this store or at this exchanger.
    public boolean belongs(String recipient, InetSocketAddress sink) {
        Local local = local(recipient);
        if (local != null) {
            return stores.get(local.store).address.equals(sink);
        }
        Remote remote = remote(recipient);
        return remote != null && remote.exchangers.stream().anyMatch(exchanger -> exchanger.address.equals(sink));
    }

    /// True if somebody takes mail for this recipient.
    public boolean belongsSomewhere(String recipient) {
        return !user(recipient).equals(GHOST) && (local(recipient) != null || remote(recipient) != null);
    }

    /// True if a report can reach this sender: not the null one, and not one of a domain whose mail the site itself refuses.
    public boolean hears(String sender) {
        Local local = local(sender);
        return !sender.isEmpty() && !(local != null && local.outward && local.loopback == Loopback.REJECT);
    }

    public static String user(String recipient) {
        return recipient.substring(0, Math.max(0, recipient.lastIndexOf('@')));
    }

    public static String domain(String recipient) {
        return recipient.substring(recipient.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }

    public static List<String> users() {
        return USERS;
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
