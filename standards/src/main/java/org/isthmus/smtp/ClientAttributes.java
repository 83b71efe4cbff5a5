// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// What a server is told about a client that is not the one it talks to: the attributes of XCLIENT and XFORWARD.
/// <https://www.postfix.org/XCLIENT_README.html>, <https://www.postfix.org/XFORWARD_README.html>.
///
/// @param said the attributes that were given; one whose value is not known, or not known now, has none
public record ClientAttributes(Map<Attribute, Optional<String>> said) {
    private static final String UNAVAILABLE = "[UNAVAILABLE]";
    private static final String NOT_NOW = "[TEMPUNAVAIL]";
    /// Octets of one attribute's value, decoded: the longest is a name or a mailbox.
    private static final int VALUE = 320;
    /// XFORWARD_README: a command line is at most 512 characters.
    private static final int LINE = 510;

    public ClientAttributes {
        said = Collections.unmodifiableMap(said.isEmpty() ? new EnumMap<>(Attribute.class) : new EnumMap<>(said));
    }

    /// Their names.
    public enum Attribute {
        /// The confirmed reverse name of its address.
        NAME,
        /// Its address; IPv6 behind {@code IPV6:}.
        ADDR,
        PORT,
        /// SMTP or ESMTP.
        PROTO,
        HELO,
        /// Whom it authenticated as. XCLIENT only.
        LOGIN,
        /// The address that it connected to. XCLIENT only.
        DESTADDR,
        DESTPORT,
        /// The name of the message in the queue before. XFORWARD only.
        IDENT,
        /// LOCAL or REMOTE. XFORWARD only.
        SOURCE;

        /// Those that XCLIENT has, as the keyword behind EHLO lists them.
        public static final List<Attribute> XCLIENT = List.of(NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR, DESTPORT);
    }

    /// Whether it was said at all.
    public boolean says(Attribute attribute) {
        return said.containsKey(attribute);
    }

    /// The value; empty if it was not said or is not known.
    public Optional<String> value(Attribute attribute) {
        return said.getOrDefault(attribute, Optional.empty());
    }

    /// An address that was said and is known.
    /// @param attribute {@code ADDR} or {@code DESTADDR}
    public Optional<InetAddress> address(Attribute attribute) {
        return value(attribute).map(ClientAttributes::address);
    }

    /// A port that was said and is known.
    /// @param attribute {@code PORT} or {@code DESTPORT}
    public OptionalInt port(Attribute attribute) {
        return value(attribute).map(text -> OptionalInt.of(Integer.parseInt(text))).orElse(OptionalInt.empty());
    }

    /// Reads what stands behind the verb XCLIENT.
    /// @throws SyntaxProblem for what is no attribute of XCLIENT, for one that comes twice, and for a value that is none
    static ClientAttributes xclient(String argument) throws SyntaxProblem {
        Map<Attribute, Optional<String>> said = new EnumMap<>(Attribute.class);
        for (String word : argument.split(" +")) {
            int equals = word.indexOf('=');
            Attribute attribute = equals < 0 ? null : named(word.substring(0, equals));
            if (attribute == null) {
                throw new SyntaxProblem("no attribute of XCLIENT: " + (word.length() > 32 ? word.substring(0, 32) : word), 0);
            }
            if (said.put(attribute, value(attribute, word.substring(equals + 1))) != null) {
                throw new SyntaxProblem(attribute + " is given twice", 0);
            }
        }
        return new ClientAttributes(said);
    }

    private static @Nullable Attribute named(String name) {
        for (Attribute attribute : Attribute.XCLIENT) {
            if (attribute.name().equalsIgnoreCase(name)) {
                return attribute;
            }
        }
        return null;
    }

    private static Optional<String> value(Attribute attribute, String text) throws SyntaxProblem {
        if (text.equalsIgnoreCase(UNAVAILABLE) || text.equalsIgnoreCase(NOT_NOW)) {
            return Optional.empty();
        }
        String value = Xtext.decode(text);
        boolean plain = !value.isEmpty() && value.length() <= VALUE && value.chars().allMatch(c -> Characters.visible((char) c) && c < 128);
        boolean good = plain && switch (attribute) {
            case ADDR, DESTADDR -> isAddress(value);
            case PORT, DESTPORT -> value.length() <= 5 && value.chars().allMatch(c -> c >= '0' && c <= '9') && Integer.parseInt(value) <= 65535;
            case PROTO -> value.equalsIgnoreCase("SMTP") || value.equalsIgnoreCase("ESMTP");
            case NAME, HELO, LOGIN -> true;
            case IDENT, SOURCE -> false;
        };
        if (!good) {
            throw new SyntaxProblem(attribute + " has a value that is none", 0);
        }
        return Optional.of(value);
    }

    private static boolean isAddress(String text) {
        String bare = bare(text);
        boolean six = bare.indexOf(':') >= 0;
        // Four decimal numbers, or what an IPv6 address is written with and nothing else: no scope, no short form.
        boolean written = six
                ? bare.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0)
                : bare.chars().filter(c -> c == '.').count() == 3 && bare.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        try {
            return written && address(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String bare(String text) {
        return text.regionMatches(true, 0, "IPV6:", 0, 5) ? text.substring(5) : text;
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(bare(text));
    }

    /// As the value of {@code ADDR}.
    public static String text(InetAddress address) {
        return (address.getAddress().length == 16 ? "IPV6:" : "") + address.getHostAddress();
    }

    /// The commands that tell all this, as many as their limit of 512 octets asks for.
    /// @param offered what the server lists behind the keyword; others are left out, and none at all makes no command
    public List<String> xforward(String offered) {
        List<String> names = List.of(offered.toUpperCase(Locale.ROOT).split(" +"));
        List<String> commands = new ArrayList<>(1);
        StringBuilder line = new StringBuilder("XFORWARD");
        said.forEach((attribute, value) -> {
            if (names.contains(attribute.name())) {
                String text = " " + attribute + "=" + value.map(known -> Xtext.encode(known.length() > VALUE / 2 ? known.substring(0, VALUE / 2) : known)).orElse(UNAVAILABLE);
                if (line.length() + text.length() > LINE) {
                    commands.add(line.toString());
                    line.setLength("XFORWARD".length());
                }
                line.append(text);
            }
        });
        if (line.length() > "XFORWARD".length()) {
            commands.add(line.toString());
        }
        return commands;
    }
}
