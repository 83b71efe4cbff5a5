// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The keys of each object, for hints across objects and for names with dots in them. What a key means stands at the records of {@link Settings}.
final class Keys {
    private static final Set<String> RATES = Set.of("connections", "messages", "recipients");
    private static final Set<String> MAIL_RATES = Set.of("messages", "recipients");
    static final Set<String> LISTENER = Set.of("address", "tls", "auth", "auth-without-tls", "leniency", "proxy-hosts", "xclient-hosts", "max-hold", "certificate", "key", "client-ca");
    static final Set<String> DOMAIN = Set.of(
            "kind", "recipients", "deliver-to", "elsewhere", "aliases", "sub-addressing", "catch-all", "loopback", "front-doors", "etrn-hosts", "dkim", "DisableLoopbackConnections", "DisableLoopbackConnection");
    static final Set<String> HOP = Set.of("url", "inside", "source-address", "unknown-users", "ehlo-name", "xforward", "on-demand", "etrn-domains", "etrn-every", "tls", "tls-names", "tls-ca", "login");
    static final Set<String> DESTINATION = Set.of("concurrency", "rate", "tls");
    /// The objects whose keys are names of the operator's choice.
    static final Map<String, Set<String>> NAMED = Map.of("listeners", LISTENER, "domains", DOMAIN, "next-hops", HOP, "destinations", DESTINATION);

    private static final Map<String, Set<String>> ALL = Map.ofEntries(
            Map.entry("connector", Set.of("hostname", "data", "postmaster", "postmaster-to", "user")),
            Map.entry("identity", Set.of("addresses", "names", "mx-port")),
            Map.entry("listeners.NAME", LISTENER),
            Map.entry("domains.NAME", DOMAIN),
            Map.entry("next-hops.NAME", HOP),
            Map.entry("destinations.NAME", DESTINATION),
            Map.entry("routes", Set.of("to", "via", "cost", "from", "min-size", "max-size", "require-tls", "fallback", "fallback-after")),
            Map.entry("loop", Set.of("loopback", "hop-limit", "ledger-size", "accept", "xsite", "trace", "trace-header", "predict", "pair-rate", "breaker",
                    "DisableLoopbackConnections", "DisableLoopbackConnection")),
            Map.entry("loop.pair-rate", Set.of("enabled", "most", "window", "most-a-day")),
            Map.entry("loop.breaker", Set.of("enabled", "proofs", "window", "recipients", "settle")),
            Map.entry("queue", Set.of("retry", "lifetime", "delay-notice", "priority")),
            Map.entry("delivery", Set.of("concurrency", "suspended", "reuse", "source-address", "ehlo-name", "timeouts", "tls", "tls-ca", "mta-sts")),
            Map.entry("delivery.concurrency", Set.of("total", "per-destination")),
            Map.entry("delivery.timeouts", Set.of("connect", "greeting", "command", "data", "data-block", "end-of-data")),
            Map.entry("limits", Set.of("message-size", "recipients", "sessions", "sessions-per-client", "errors", "idle", "header-size", "header-fields", "rate", "pressure")),
            Map.entry("limits.rate", Set.of("client", "network", "sender", "user", "listener")),
            Map.entry("limits.rate.client", RATES),
            Map.entry("limits.rate.network", RATES),
            Map.entry("limits.rate.sender", MAIL_RATES),
            Map.entry("limits.rate.user", MAIL_RATES),
            Map.entry("limits.rate.listener", RATES),
            Map.entry("limits.pressure", Set.of("enabled", "memory", "descriptors", "disk", "queue")),
            Map.entry("tls", Set.of("certificate", "key", "certificates", "requiretls", "tls-required-no")),
            Map.entry("checks", Set.of("greeting-delay", "early-talkers", "reverse-name", "sender-domain", "own-sender", "timeout", "dnsbl")),
            Map.entry("checks.dnsbl", Set.of("refuse-at", "lists")),
            Map.entry("checks.dnsbl.lists", Set.of("zone", "weight", "answers", "timeout")),
            Map.entry("auth", Set.of("users", "senders", "mechanisms", "attempts")),
            Map.entry("tls-reports", Set.of("from", "organization", "contact")),
            Map.entry("next-hops.NAME.login", Set.of("user", "password", "without-tls")),
            Map.entry("dns", Set.of("servers", "trusted-ad")),
            Map.entry("tracking", Set.of("keep", "room")),
            Map.entry("log", Set.of("level", "format", "mail-log")),
            Map.entry("rewrite", Set.of("in", "to", "what", "direction", "listener")),
            Map.entry("copies", Set.of("of", "to", "direction")),
            Map.entry("", Set.of("trusted-networks")));

    private Keys() {}

    /// All keys with their objects: {@code queue.retry}, {@code domains.NAME.kind}.
    static Set<String> all() {
        Set<String> all = new TreeSet<>();
        ALL.forEach((place, keys) -> keys.forEach(key -> all.add(place.isEmpty() ? key : place + "." + key)));
        return all;
    }

    /// Where a key that stands in the wrong object belongs; nothing if it belongs nowhere.
    static String elsewhere(String key, String path) {
        List<String> places = new ArrayList<>();
        ALL.forEach((place, keys) -> {
            if (keys.contains(key) && !place.equals(path)) {
                places.add(place.isEmpty() ? "the top of the file" : place + " { }");
            }
        });
        if (!path.isEmpty() && key.indexOf('.') < 0 && ALL.containsKey(key)) {
            places.add("the top of the file");
        }
        places.sort(null);
        return places.isEmpty() || places.size() > 3 ? "" : "; " + key + " belongs into " + String.join(" or ", places);
    }
}
