// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.transit.Priority;

/// Makes docs/configuration.md and docs/isthmus.conf.sample of the records of {@link Settings}: their {@link Doc} annotations, and the defaults that
/// {@link ConfigLoader} gives to a file that says nothing.
final class ConfigurationDocument {
    private static final String HOST = "connector.hostname = mx1.example.com\n";
    private static final Settings DEFAULTS = ConfigLoader.parse(HOST + """
            domains { "example.com" { deliver-to = mailstore } }
            next-hops { mailstore { url = "lmtp://10.0.0.9" } }
            listeners { internet { address = "0.0.0.0:25" } }
            destinations { "example.org" { } }
            checks.dnsbl.lists = [{ zone = dnsbl.example.net }]
            rewrite = [{ in = "*@old.example", to = "*@new.example" }]
            copies = [{ of = "*@example.com", to = "archive@example.com" }]
            """)
            .orThrow();

    /// One setting: how its default is written (none if it has none), an example for that case, and what it is.
    record Key(String name, Optional<String> standard, String example, String words) {}

    /// One object of the file.
    record Part(String path, String words, List<Key> keys) {}

    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("connector.hostname", "\"mx1.example.com\""),
            Map.entry("connector.postmaster-to", "mailstore"),
            Map.entry("connector.user", "isthmus"),
            Map.entry("listeners.address", "\"0.0.0.0:25\""),
            Map.entry("listeners.max-hold", "7d"),
            Map.entry("domains.deliver-to", "mailstore"),
            Map.entry("domains.elsewhere", "mx"),
            Map.entry("domains.aliases", "\"file:aliases\""),
            Map.entry("domains.catch-all", "\"office@example.com\""),
            Map.entry("domains.loopback", "hold"),
            Map.entry("next-hops.url", "\"lmtp://10.0.0.9:24\""),
            Map.entry("next-hops.inside", "true"),
            Map.entry("next-hops.source-address", "\"192.0.2.1\""),
            Map.entry("next-hops.unknown-users", "bounce"),
            Map.entry("next-hops.ehlo-name", "\"out.example.com\""),
            Map.entry("listeners.certificate", "/etc/isthmus/mx1.crt"),
            Map.entry("listeners.key", "/etc/isthmus/mx1.key"),
            Map.entry("listeners.client-ca", "/etc/isthmus/clients.crt"),
            Map.entry("next-hops.tls", "required"),
            Map.entry("next-hops.tls-ca", "/etc/isthmus/relay-ca.crt"),
            Map.entry("delivery.tls-ca", "/etc/ssl/certs/ca-certificates.crt"),
            Map.entry("tls.certificate", "/etc/isthmus/tls.crt"),
            Map.entry("tls.key", "/etc/isthmus/tls.key"),
            Map.entry("routes.to", "\"*\""),
            Map.entry("routes.via", "mx"),
            Map.entry("routes.from", "\"*.example.com\""),
            Map.entry("routes.min-size", "1 KiB"),
            Map.entry("routes.max-size", "10 MiB"),
            Map.entry("routes.require-tls", "true"),
            Map.entry("routes.fallback", "mx"),
            Map.entry("rewrite.in", "\"*@old.example\""),
            Map.entry("rewrite.to", "\"*@new.example\""),
            Map.entry("copies.of", "\"*@example.com\""),
            Map.entry("copies.to", "\"archive@example.com\""),
            Map.entry("destinations.concurrency", "5"),
            Map.entry("destinations.rate", "60/1m"),
            Map.entry("destinations.tls", "verify"),
            Map.entry("limits.rate.client.connections", "60/1m"),
            Map.entry("limits.rate.client.messages", "100/1m"),
            Map.entry("limits.rate.client.recipients", "1000/1h"),
            Map.entry("limits.rate.network.connections", "60/1m"),
            Map.entry("limits.rate.network.messages", "100/1m"),
            Map.entry("limits.rate.network.recipients", "1000/1h"),
            Map.entry("limits.rate.listener.connections", "60/1m"),
            Map.entry("limits.rate.listener.messages", "100/1m"),
            Map.entry("limits.rate.listener.recipients", "1000/1h"),
            Map.entry("limits.rate.sender.messages", "100/1h"),
            Map.entry("limits.rate.sender.recipients", "1000/1h"),
            Map.entry("limits.rate.user.messages", "100/1h"),
            Map.entry("limits.rate.user.recipients", "1000/1h"),
            Map.entry("checks.dnsbl.lists.zone", "dnsbl.example.net"),
            Map.entry("queue.priority.normal.lifetime", "5d"),
            Map.entry("auth.users", "\"file:users\""),
            Map.entry("tls-reports.from", "\"tls-reports@example.com\""),
            Map.entry("tls-reports.organization", "Example"),
            Map.entry("tls-reports.contact", "\"postmaster@example.com\""),
            Map.entry("next-hops.login", "{ user = isthmus, password = secret }"),
            Map.entry("delivery.source-address", "\"192.0.2.1\""),
            Map.entry("delivery.ehlo-name", "\"out.example.com\""));

    private final List<Part> parts = new ArrayList<>();

    private ConfigurationDocument() {
        part("connector", "Who and where this connector is.", DEFAULTS.connector());
        part("identity", "Who \"we\" are beyond the listeners themselves; needed where the connector stands behind NAT or a load balancer.", DEFAULTS.identity());
        part("listeners", "Doors for clients, each under a name of your choice. Without this object there is one, `internet`, at 0.0.0.0:25.", DEFAULTS.listeners().getFirst());
        parts.add(new Part("", "At the top of the file.", List.of(new Key("trusted-networks", Optional.of("[]"), "",
                "Clients that may send to anywhere; nobody by default, loopback included."))));
        part("domains", "The site: domains whose addresses reside here. The key is a domain or `\"*.domain\"`, always in quotes.", DEFAULTS.domains().getFirst());
        part("next-hops", "Servers that mail is handed to, each under a name of your choice.", DEFAULTS.nextHops().get("mailstore"));
        part("routes", "Address spaces, a list of objects. Best fit wins, then the lowest cost; equal costs share the load. Without this list: "
                + "`[{ to = \"*\", via = mx }]`.", ConfigLoader.parse(HOST).orThrow().routes().getFirst());
        part("rewrite", "Rules by which addresses are rewritten as mail comes in, a list of objects. Each sees what the ones before have made, and is applied once.",
                DEFAULTS.addressing().rewrites().getFirst());
        part("copies", "Whose mail is copied, and to whom, a list of objects.", DEFAULTS.addressing().copies().getFirst());
        part("loop", "Loop control.", DEFAULTS.loop());
        part("queue", "How often and how long a message is tried.", DEFAULTS.queue());
        part("delivery", "How mail leaves.", DEFAULTS.delivery());
        part("destinations", "What single destinations may be burdened with. The key is a next hop, or a domain or `\"*.domain\"` whose servers are found by DNS; the best fit counts.",
                DEFAULTS.delivery().destinations().getFirst());
        part("tls", "What we show under TLS: docs/tls.md. Without it, a certificate of our own making.", DEFAULTS.tls());
        part("tls-reports", "Reports to other domains about TLS with their servers: docs/policies-of-transport.md.", DEFAULTS.tlsReports());
        part("auth", "Users who log in at listeners with auth: docs/authentication.md.", DEFAULTS.auth());
        part("limits", "Limits on clients.", DEFAULTS.limits());
        part("checks", "Questions about strangers. All are off: each can stop legitimate mail. docs/limits.md.", DEFAULTS.checks());
        part("checks.dnsbl.lists", "Lists of clients' addresses in DNS (RFC 5782), a list of objects.", DEFAULTS.checks().dnsbl().lists().getFirst());
        part("dns", "Where names are asked.", DEFAULTS.dns());
        part("tracking", "The memory of what happened to each message.", DEFAULTS.tracking());
        part("log", "What is written for people who watch.", DEFAULTS.log());
    }

    static List<Part> parts() {
        return new ConfigurationDocument().parts;
    }

    private void part(String path, String words, Record defaults) {
        List<Key> keys = new ArrayList<>();
        keys(path, "", defaults, keys);
        parts.add(new Part(path, words, keys));
    }

    private static void keys(String path, String prefix, Record defaults, List<Key> into) {
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            Object value = value(component, defaults);
            String name = prefix + key(component.getName());
            Doc doc = component.getAnnotation(Doc.class);
            if (value instanceof Record inner && doc == null) {
                keys(path, name + ".", inner, into);
            } else if (name.equals("lifetimes")) {
                lifetimes(DEFAULTS.queue().lifetimes(), into);
            } else if (doc != null) {
                into.add(one(path, name, value, doc.value()));
            }
        }
    }

    private static Key one(String path, String name, Object value, String words) {
        return switch (path + "." + name) {
            case "next-hops.host" -> new Key("url", Optional.empty(), EXAMPLES.get("next-hops.url"),
                    "`smtp://HOST:PORT` (25 if not written), `smtps://HOST:PORT` (465, TLS from the first octet on) or `lmtp://HOST:PORT` (24). HOST is a name, of which the addresses are asked and not the MX, or an address, IPv6 in brackets.");
            case "log.mail-log" -> new Key(name, Optional.of("mail.log"), "", words);
            case "rewrite.what" -> new Key(name, Optional.of("[envelope, headers]"), "", words);
            case "domains.sub-addressing" -> new Key(name, Optional.of("off"), "", words);
            case "connector.hostname", "listeners.address", "domains.deliver-to", "routes.to", "routes.via", "rewrite.in", "rewrite.to", "copies.of", "copies.to",
                    "checks.dnsbl.lists.zone" ->
                    new Key(name, Optional.empty(), EXAMPLES.get(path + "." + name), words);
            default -> new Key(name, written(value), EXAMPLES.getOrDefault(path + "." + name, ""), words);
        };
    }

    private static void lifetimes(Map<Priority, Duration> standard, List<Key> into) {
        for (Priority priority : Priority.values()) {
            String name = "priority." + word(priority) + ".lifetime";
            into.add(new Key(name, Optional.ofNullable(standard.get(priority)).map(Kind::words), EXAMPLES.getOrDefault("queue." + name, ""),
                    "How long " + word(priority) + " messages are tried" + (priority == Priority.NORMAL ? "; left out: as lifetime says." : ".")));
        }
    }

    private static Object value(RecordComponent component, Record of) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// {@code perDestination} is {@code per-destination}, with the few names that stand in an object of their own.
    private static String key(String component) {
        return switch (component) {
            case "total" -> "concurrency.total";
            case "perDestination" -> "concurrency.per-destination";
            default -> component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        };
    }

    /// As it would be written in a file; nothing for what has no default.
    private static Optional<String> written(Object value) {
        return switch (value) {
            case null -> Optional.empty();
            case Optional<?> optional -> optional.flatMap(ConfigurationDocument::written);
            case Collection<?> list -> Optional.of("[" + String.join(", ", list.stream().map(one -> written(one).orElseThrow()).sorted((one, other) -> 0).toList()) + "]");
            case Duration duration -> Optional.of(Kind.words(duration));
            case ByteSize size -> Optional.of(size.toString());
            case Settings.LoopbackSetting setting -> Optional.of(word(setting.policy()));
            case Settings.RecipientSource.Any any -> Optional.of("any");
            case Enum<?> word -> Optional.of(word(word));
            case Boolean flag -> Optional.of(flag.toString());
            case Integer number -> Optional.of(number.toString());
            case Path path -> Optional.of(path.toString());
            case InetAddress address -> Optional.of(quoted(address.getHostAddress()));
            case InetSocketAddress address -> Optional.of(quoted(address.getAddress().getHostAddress() + ":" + address.getPort()));
            default -> Optional.of(value.toString().matches("[a-z.-]+") ? value.toString() : quoted(value.toString()));
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    // ---- docs/configuration.md

    static String markdown(String frame) {
        StringBuilder tables = new StringBuilder();
        for (Part part : parts()) {
            tables.append("### ").append(part.path().isEmpty() ? "trusted-networks" : part.path()).append("\n\n").append(part.words()).append("\n\n");
            tables.append("| key | default | meaning |\n|---|---|---|\n");
            for (Key key : part.keys()) {
                String standard = key.standard().map(text -> "`" + text + "`").orElse(REQUIRED.contains(part.path() + "." + key.name()) ? "must be written" : "none");
                tables.append("| `").append(key.name()).append("` | ").append(standard).append(" | ").append(key.words().replace("|", "\\|")).append(" |\n");
            }
            tables.append("\n");
        }
        return frame.replace("{{KEYS}}\n", tables.toString().stripTrailing() + "\n");
    }

    private static final Set<String> REQUIRED = Set.of("connector.hostname", "listeners.address", "next-hops.url", "routes.to", "routes.via", "rewrite.in", "copies.of", "copies.to",
            "checks.dnsbl.lists.zone");

    // ---- docs/isthmus.conf.sample

    /// Lines that begin with `#` and a blank are words; a line that begins with `#` and a key shows a default.
    static String sample() {
        StringBuilder text = new StringBuilder("""
                # Isthmus: every setting. What is not commented out makes a small working configuration; after a # without a blank
                # stands the default, after "# like" an example for what has none. docs/configuration.md says more.
                # A value that contains any of @ : * $ [ ] { } # & ? ! ^ = + , needs quotes.
                """);
        for (Part part : parts()) {
            text.append("\n");
            switch (part.path()) {
                case "" -> keys(part, "", text);
                case "listeners" -> named(part, "  internet {", "  }", "{", "}", text);
                case "domains" -> named(part, "  \"example.com\" {", "  }", "{", "}", text);
                case "next-hops" -> named(part, "  mailstore {", "  }", "{", "}", text);
                case "routes" -> named(part, "  {", "  }", "= [", "]", text);
                case "rewrite" -> like(part, "{ in = \"*@old.example\", to = \"*@new.example\", what = [envelope, headers], direction = both, listener = internet }", text);
                case "checks.dnsbl.lists" -> like(part, "{ zone = dnsbl.example.net, weight = 2, answers = [\"127.0.0.2\"], timeout = 1s }", text);
                case "copies" -> like(part, "{ of = \"*@example.com\", direction = both, to = \"archive@example.com\" }", text);
                case "destinations" -> {
                    comment(part.words(), "", text);
                    part.keys().forEach(key -> comment(key.name() + ": " + key.words(), "", text));
                    text.append("# like destinations { \"example.org\" { concurrency = 5, rate = 60/1m } }\n");
                }
                default -> {
                    comment(part.words(), "", text);
                    text.append(part.path()).append(" {\n");
                    keys(part, "  ", text);
                    text.append("}\n");
                }
            }
        }
        return text.toString();
    }

    /// A list that nobody needs at first.
    private static void like(Part part, String example, StringBuilder text) {
        comment(part.words(), "", text);
        part.keys().forEach(key -> comment(key.name() + ": " + key.words(), "", text));
        text.append("# like ").append(part.path()).append(" = [").append(example).append("]\n");
    }

    private static void named(Part part, String open, String close, String outerOpen, String outerClose, StringBuilder text) {
        comment(part.words(), "", text);
        text.append(part.path()).append(" ").append(outerOpen).append("\n").append(open).append("\n");
        keys(part, "    ", text);
        text.append(close).append("\n").append(outerClose).append("\n");
    }

    private static void keys(Part part, String indent, StringBuilder text) {
        for (Key key : part.keys()) {
            boolean active = REQUIRED.contains(part.path() + "." + key.name()) || key.name().equals("deliver-to");
            comment(key.words(), indent, text);
            if (part.path().equals("domains") && key.name().equals("recipients")) {
                // As it stands the sample must run, and there is no file beside it.
                comment("Here those with a dot, such as anna.smith; \"file:recipients\", with one address a line, is better.", indent, text);
                text.append(indent).append("recipients = \"pattern:*.*\"\n");
            } else if (active) {
                text.append(indent).append(key.name()).append(" = ").append(key.example()).append("\n");
            } else if (key.standard().isPresent()) {
                text.append(indent).append("#").append(key.name()).append(" = ").append(key.standard().get()).append("\n");
            } else {
                text.append(indent).append("# like ").append(key.name()).append(" = ").append(key.example()).append("\n");
            }
        }
    }

    private static void comment(String words, String indent, StringBuilder text) {
        StringBuilder line = new StringBuilder(indent).append("#");
        for (String word : words.replace("`", "").split(" ")) {
            if (line.length() + word.length() > 118) {
                text.append(line).append("\n");
                line = new StringBuilder(indent).append("#");
            }
            line.append(" ").append(word);
        }
        text.append(line).append("\n");
    }
}
