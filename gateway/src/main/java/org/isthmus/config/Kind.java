// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.syntax.SyntaxProblem;

/// A kind of value: how its text is read, and what to say was expected when it cannot be.
///
/// @param expected completes "expected ...", with an example
/// @param reader throws {@link IllegalArgumentException} saying what is wrong
record Kind<T>(String expected, Reader<T> reader) {

    interface Reader<T> {
        T read(String text);
    }

    static final Kind<String> TEXT = new Kind<>("a text", Kind::text);
    static final Kind<String> PATH = new Kind<>("the path of a file", Kind::path);
    static final Kind<Boolean> FLAG = new Kind<>("true or false", Kind::flag);
    static final Kind<Duration> DURATION = new Kind<>("a number and a unit, like 30s, 5m, 4h or 5d", Kind::duration);
    static final Kind<ByteSize> SIZE = new Kind<>("a number and a unit, like 512 KiB or 50 MiB", Kind::size);
    static final Kind<Cidr> NETWORK = new Kind<>("a network or an address, like 10.0.0.0/8 or 2001:db8::1", Kind::network);
    static final Kind<InetAddress> ADDRESS = new Kind<>("an address, like 192.0.2.1 or 2001:db8::1", Kind::address);
    static final Kind<Domain> DOMAIN = new Kind<>("a domain name, like mx1.example.com", Kind::domain);
    static final Kind<DomainPattern> PATTERN = new Kind<>("a domain, \"*.domain\" or \"*\"", Kind::pattern);
    static final Kind<Mailbox> MAILBOX = new Kind<>("an address, like \"postmaster@example.com\"", Kind::mailbox);

    static final Kind<Rate> RATE = new Kind<>("a number, a slash and a time, like 100/1m", Kind::rate);
    static final Kind<String> SENDER = new Kind<>("a domain, \"*.domain\" or an address", Kind::sender);
    static final Kind<String> PRIVATE_FIELD = new Kind<>("the name of a header field of your own, like X-Trace-Site", Kind::privateField);
    static final Kind<String> FINDING = new Kind<>("the id of a finding, like LP02", Kind::finding);

    /// What is wrong with a text, and what may have been meant.
    static final class Wrong extends IllegalArgumentException {
        private final String hint;

        Wrong(String what, String hint) {
            super(what);
            this.hint = hint;
        }

        String hint() {
            return hint;
        }
    }

    /// A whole number within bounds.
    static Kind<Integer> number(int least, int most) {
        return new Kind<>("a whole number from " + least + " to " + most, text -> {
            long number;
            try {
                number = Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is no whole number");
            }
            if (number < least || number > most) {
                throw new IllegalArgumentException(number < least ? "is less than " + least : "is more than " + most);
            }
            return (int) number;
        });
    }

    /// A duration of at least so much.
    static Kind<Duration> duration(Duration least) {
        return new Kind<>(DURATION.expected, text -> {
            Duration duration = duration(text);
            if (duration.compareTo(least) < 0) {
                throw new IllegalArgumentException("is less than " + words(least));
            }
            return duration;
        });
    }

    /// A duration within bounds.
    static Kind<Duration> duration(Duration least, Duration most) {
        return new Kind<>("a number and a unit, from " + words(least) + " to " + words(most), text -> {
            Duration duration = duration(text);
            if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                throw new IllegalArgumentException(duration.compareTo(least) < 0 ? "is less than " + words(least) : "is more than " + words(most));
            }
            return duration;
        });
    }

    /// One of some words, which are written with hyphens where their names have underscores.
    static <E extends Enum<E>> Kind<E> word(Class<E> words) {
        Map<String, E> known = new LinkedHashMap<>();
        Arrays.stream(words.getEnumConstants()).forEach(word -> known.put(word.name().toLowerCase(Locale.ROOT).replace('_', '-'), word));
        return new Kind<>(String.join(" | ", known.keySet()), text -> {
            E word = known.get(text);
            if (word == null) {
                throw new Wrong("is not among its values", NearestName.hint(text, known.keySet()));
            }
            return word;
        });
    }

    /// One of some words.
    static Kind<String> word(String... words) {
        List<String> known = List.of(words);
        return new Kind<>(String.join(" | ", known), text -> {
            if (!known.contains(text)) {
                throw new Wrong("is not among its values", NearestName.hint(text, known));
            }
            return text;
        });
    }

    /// An address and a port.
    /// @param defaultPort for addresses without one; 0 if one must be written
    /// @param leastPort 0 where a free one may be chosen
    static Kind<InetSocketAddress> endpoint(int defaultPort, int leastPort) {
        String example = defaultPort == 0 ? "an address and a port, like \"0.0.0.0:25\" or \"[::1]:25\"" : "an address, with a port if it is not " + defaultPort;
        return new Kind<>(example, text -> {
            HostPort split = HostPort.split(text);
            if (split.host().isEmpty() || split.host().equals("*")) {
                throw new IllegalArgumentException("has no address; all addresses are 0.0.0.0, with IPv6 [::]");
            }
            InetAddress address = address(split.host());
            int port = split.port().orElse(defaultPort);
            if (split.port().isEmpty() && defaultPort == 0) {
                throw new IllegalArgumentException("has no port");
            }
            if (port < leastPort) {
                throw new IllegalArgumentException("has port " + port + ", which nobody can be reached at");
            }
            return new InetSocketAddress(address, port);
        });
    }

    private static String text(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
        }
        return text;
    }

    private static String path(String text) {
        try {
            return java.nio.file.Path.of(text(text)).toString();
        } catch (java.nio.file.InvalidPathException e) {
            throw new IllegalArgumentException("is no path: " + e.getReason());
        }
    }

    // RFC 5322 §3.6.8. Only a private name: replacing our own lines of it must never touch a field that means something to others.
    private static String privateField(String text) {
        if (!text.regionMatches(true, 0, "X-", 0, 2)) {
            throw new IllegalArgumentException("does not begin with X-, so it may be a field that others use");
        }
        if (text.length() < 3 || text.length() > 60 || !text.chars().allMatch(c -> c > ' ' && c < 127 && c != ':')) {
            throw new IllegalArgumentException("is no name of a header field of at most 60 characters");
        }
        return text;
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("is neither");
        };
    }

    private static Domain domain(String text) {
        try {
            return Domain.parse(text);
        } catch (SyntaxProblem e) {
            throw new IllegalArgumentException(text.endsWith(".") ? "ends with a dot, which is neither needed nor taken" : "is no domain name: " + e.getMessage());
        }
    }

    private static DomainPattern pattern(String text) {
        if (text.equals("*")) {
            return new DomainPattern.Everything();
        }
        return text.startsWith("*.") ? new DomainPattern.Below(domain(text.substring(2))) : new DomainPattern.Exact(domain(text));
    }

    private static Mailbox mailbox(String text) {
        try {
            return Mailbox.parse(text);
        } catch (SyntaxProblem | IllegalArgumentException e) {
            throw new IllegalArgumentException("is no address: " + e.getMessage());
        }
    }

    private static String sender(String text) {
        if (text.indexOf('@') >= 0) {
            mailbox(text);
        } else {
            pattern(text);
        }
        return text;
    }

    private static Rate rate(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new Wrong("has no slash", text.chars().allMatch(Character::isDigit) ? "; did you mean " + text + "/1m?" : "");
        }
        int count = number(1, 100_000_000).reader().read(text.substring(0, slash).strip());
        String per = text.substring(slash + 1).strip();
        // 100/m is what people say.
        boolean unitAlone = !per.isEmpty() && !Character.isDigit(per.charAt(0));
        return new Rate(count, duration(Duration.ofSeconds(1), Duration.ofDays(31)).reader().read(unitAlone ? "1" + per : per));
    }

    private static String finding(String text) {
        boolean good = text.length() == 4 && text.startsWith("LP") && text.substring(2).chars().allMatch(c -> c >= '0' && c <= '9');
        if (!good) {
            throw new IllegalArgumentException("is no id");
        }
        return text;
    }

    private static InetAddress address(String text) {
        // Only the usual form: ofLiteral would also take 1.2 for 1.0.0.2.
        boolean four = text.indexOf(':') < 0;
        try {
            boolean usual = !four || (text.chars().filter(c -> c == '.').count() == 3 && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
            if (usual) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            // Said below, in the same words for all.
        }
        boolean name = four && text.chars().anyMatch(Character::isLetter);
        throw new IllegalArgumentException(name ? "is a name; an address is needed here" + (text.equals("localhost") ? ", like 127.0.0.1" : "") : "is no address");
    }

    private static Cidr network(String text) {
        int slash = text.indexOf('/');
        single(text);
        address(slash < 0 ? text : text.substring(0, slash));
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is no network: " + e.getMessage());
        }
    }

    private static void single(String text) {
        if (text.indexOf(',') >= 0) {
            throw new IllegalArgumentException("is more than one; several stand in a list, each by itself");
        }
    }

    // ---- amounts

    private static final Map<String, Duration> DURATION_UNITS = durationUnits();
    private static final Map<String, Long> SIZE_UNITS = sizeUnits();

    private static Map<String, Duration> durationUnits() {
        Map<String, Duration> units = new LinkedHashMap<>();
        units.put("d", Duration.ofDays(1));
        units.put("h", Duration.ofHours(1));
        units.put("m", Duration.ofMinutes(1));
        units.put("s", Duration.ofSeconds(1));
        units.put("ms", Duration.ofMillis(1));
        units.put("w", Duration.ofDays(7));
        for (String name : List.of("day", "hour", "minute", "second", "week")) {
            Duration unit = java.util.Objects.requireNonNull(units.get(name.substring(0, 1)));
            units.put(name, unit);
            units.put(name + "s", unit);
        }
        units.put("min", Duration.ofMinutes(1));
        return units;
    }

    private static Map<String, Long> sizeUnits() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("B", 1L);
        long binary = 1;
        long decimal = 1;
        for (String prefix : List.of("K", "M", "G", "T")) {
            binary *= 1024;
            decimal *= 1000;
            units.put(prefix + "iB", binary);
            units.put(prefix.equals("K") ? "kB" : prefix + "B", decimal);
        }
        return units;
    }

    /// A number as it is written, and what stands behind it.
    private record Amount(java.math.BigDecimal number, String unit) {}

    private static Amount amount(String text) {
        int end = 0;
        while (end < text.length() && end < 18 && (Character.isDigit(text.charAt(end)) && text.charAt(end) < 128 || text.charAt(end) == '.')) {
            end++;
        }
        try {
            return new Amount(new java.math.BigDecimal(text.substring(0, end)), text.substring(end).strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text.startsWith("-") ? "is negative" : "does not begin with a number");
        }
    }

    static Duration duration(String text) {
        single(text);
        Amount amount = amount(text);
        Duration unit = DURATION_UNITS.get(amount.unit());
        if (unit == null) {
            throw durationTrouble(text, amount);
        }
        java.math.BigDecimal millis = amount.number().multiply(java.math.BigDecimal.valueOf(unit.toMillis()));
        if (millis.compareTo(java.math.BigDecimal.valueOf(Duration.ofDays(36_500).toMillis())) > 0) {
            throw new IllegalArgumentException("is more than a hundred years");
        }
        return Duration.ofMillis(millis.longValue());
    }

    private static Wrong durationTrouble(String text, Amount amount) {
        if (amount.unit().isEmpty()) {
            return new Wrong("has no unit", "; did you mean " + text.strip() + "s, " + text.strip() + "m or " + text.strip() + "h?");
        }
        Duration sum = sum(text);
        if (sum != null) {
            return new Wrong("has more than one unit", "; did you mean " + words(sum) + "?");
        }
        return new Wrong("has the unknown unit \"" + amount.unit() + "\"", NearestName.hint(amount.unit(), DURATION_UNITS.keySet()));
    }

    /// What {@code 1h30m} is meant to be; null if it is something else.
    private static @org.jspecify.annotations.Nullable Duration sum(String text) {
        Duration total = Duration.ZERO;
        String rest = text.strip();
        int parts = 0;
        while (!rest.isEmpty()) {
            Amount amount;
            try {
                amount = amount(rest);
            } catch (IllegalArgumentException e) {
                return null;
            }
            int letters = 0;
            while (letters < amount.unit().length() && Character.isLetter(amount.unit().charAt(letters))) {
                letters++;
            }
            Duration unit = DURATION_UNITS.get(amount.unit().substring(0, letters));
            if (unit == null || amount.number().compareTo(java.math.BigDecimal.valueOf(100_000)) > 0) {
                return null;
            }
            total = total.plusMillis(amount.number().multiply(java.math.BigDecimal.valueOf(unit.toMillis())).longValue());
            rest = amount.unit().substring(letters).strip();
            parts++;
        }
        return parts > 1 ? total : null;
    }

    static ByteSize size(String text) {
        Amount amount = amount(text);
        Long unit = SIZE_UNITS.get(amount.unit());
        if (unit == null) {
            throw amount.unit().isEmpty()
                    ? new Wrong("has no unit", "; did you mean " + text.strip() + " MiB, " + text.strip() + " KiB or " + text.strip() + " B?")
                    : new Wrong("has the unknown unit \"" + amount.unit() + "\"", sizeHint(amount.unit()));
        }
        java.math.BigDecimal octets = amount.number().multiply(java.math.BigDecimal.valueOf(unit));
        if (octets.compareTo(java.math.BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("is more than anything can hold");
        }
        return new ByteSize(octets.longValue());
    }

    private static String sizeHint(String unit) {
        for (String known : SIZE_UNITS.keySet()) {
            if (known.equalsIgnoreCase(unit) || known.equalsIgnoreCase(unit + "iB")) {
                return "; did you mean \"" + known + "\"?";
            }
        }
        return NearestName.hint(unit, SIZE_UNITS.keySet());
    }

    /// A duration as it is written in a configuration: in its largest whole unit.
    static String words(Duration duration) {
        for (String unit : List.of("d", "h", "m", "s")) {
            Duration one = java.util.Objects.requireNonNull(DURATION_UNITS.get(unit));
            if (duration.isPositive() && duration.toMillis() % one.toMillis() == 0) {
                return duration.toMillis() / one.toMillis() + unit;
            }
        }
        return duration.toMillis() + "ms";
    }
}
