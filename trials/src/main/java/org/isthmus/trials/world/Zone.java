// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.dns.DnsRecord;
import org.jspecify.annotations.Nullable;

/// What DNS says in a simulated world. Written like a master file (RFC 1035 §5), one record a line, all names absolute with or without the final dot:
///
/// ```
/// example.org.       300 MX    10 mx1.example.org.
/// mx1.example.org.       A     192.0.2.1
/// mx1.example.org.       AAAA  2001:db8::1
/// www.example.org.       CNAME mx1.example.org.
/// example.org.           TXT   "v=spf1 " "-all"
/// 1.2.0.192.in-addr.arpa. PTR  mx1.example.org.
/// slow.example.          TIMEOUT
/// broken.example.        SERVFAIL
/// forged.example.        BOGUS
/// *.wild.example.        MX    10 mx1.example.org.
/// signed.example.        SECURE
/// ```
///
/// TIMEOUT, SERVFAIL, BOGUS and SECURE hold for the name and all below it. The TTL is in seconds and may be left away (300). {@code ;} begins a comment. May be changed while a world runs.
public final class Zone {
    /// How questions about a name go wrong.
    public enum Trouble { TIMEOUT, SERVFAIL, BOGUS }

    record Entry(Duration ttl, DnsRecord record) {}

    record Alias(Duration ttl, String target) {}

    static final class Records {
        final List<Entry> entries = new ArrayList<>();
        @Nullable Alias alias;
    }

    private static final Duration TTL = Duration.ofSeconds(300);

    private final Map<String, Records> names = new HashMap<>();
    private final Map<String, Trouble> troubles = new HashMap<>();
    private final Set<String> secure = new HashSet<>();

    /// Adds records from a text.
    /// @throws IllegalArgumentException naming the line that is wrong
    public Zone add(String text) {
        text.lines().map(line -> line.replaceFirst("(^|\\s);.*", "").strip()).filter(line -> !line.isEmpty()).forEach(line -> {
            try {
                addLine(line);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException("zone line \"" + line + "\": " + e.getMessage(), e);
            }
        });
        return this;
    }

    private void addLine(String line) {
        String[] words = line.split("\\s+", 2);
        String name = normal(words[0]);
        String rest = words[1];
        Duration ttl = TTL;
        if (Character.isDigit(rest.charAt(0))) {
            String[] parts = rest.split("\\s+", 2);
            ttl = Duration.ofSeconds(Long.parseLong(parts[0]));
            rest = parts[1];
        }
        String[] parts = rest.split("\\s+", 2);
        String data = parts.length > 1 ? parts[1].strip() : "";
        switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "A", "AAAA" -> add(name, ttl, new DnsRecord.Address(InetAddress.ofLiteral(data)));
            case "MX" -> {
                String[] mx = data.split("\\s+");
                add(name, ttl, new DnsRecord.Mx(Integer.parseInt(mx[0]), mx[1].equals(".") ? "" : withoutDot(mx[1])));
            }
            case "TXT" -> add(name, ttl, new DnsRecord.Text(unquoted(data)));
            case "PTR" -> add(name, ttl, new DnsRecord.Pointer(Domain.of(withoutDot(data))));
            case "CNAME" -> names.computeIfAbsent(name, n -> new Records()).alias = new Alias(ttl, normal(data));
            case "SECURE" -> secure.add(name);
            default -> troubles.put(name, Trouble.valueOf(parts[0].toUpperCase(Locale.ROOT)));
        }
    }

    private void add(String name, Duration ttl, DnsRecord record) {
        names.computeIfAbsent(name, n -> new Records()).entries.add(new Entry(ttl, record));
    }

    /// Takes all records and troubles of a name away.
    public Zone remove(String name) {
        names.remove(normal(name));
        troubles.remove(normal(name));
        return this;
    }

    /// Questions about this name, and all below it, go wrong from now on; the empty name is all of DNS.
    public Zone trouble(String name, Trouble trouble) {
        troubles.put(normal(name), trouble);
        return this;
    }

    /// Ends the trouble of a name.
    public Zone calm(String name) {
        troubles.remove(normal(name));
        return this;
    }

    @Nullable Trouble trouble(String name) {
        return nearest(name, troubles);
    }

    boolean secure(String name) {
        for (String at = name; ; at = parent(at)) {
            if (secure.contains(at)) {
                return true;
            }
            if (at.isEmpty()) {
                return false;
            }
        }
    }

    /// The records of a name; of the wildcard above it, if it does not exist itself.
    @Nullable Records records(String name) {
        Records own = names.get(name);
        if (own != null || hasBelow(name)) {
            return own != null ? own : new Records();
        }
        for (String at = parent(name); !at.isEmpty(); at = parent(at)) {
            Records wild = names.get("*." + at);
            if (wild != null) {
                return wild;
            }
            if (names.containsKey(at) || hasBelow(at)) {
                return null;
            }
        }
        return null;
    }

    private boolean hasBelow(String name) {
        return names.keySet().stream().anyMatch(other -> other.endsWith("." + name));
    }

    private static <T> @Nullable T nearest(String name, Map<String, T> map) {
        for (String at = name; ; at = parent(at)) {
            T found = map.get(at);
            if (found != null || at.isEmpty()) {
                return found;
            }
        }
    }

    private static String parent(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    static String normal(String name) {
        return withoutDot(name).toLowerCase(Locale.ROOT);
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static String unquoted(String data) {
        if (!data.startsWith("\"")) {
            return data;
        }
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (char c : data.toCharArray()) {
            if (c == '"') {
                inside = !inside;
            } else if (inside) {
                text.append(c);
            }
        }
        return text.toString();
    }
}
