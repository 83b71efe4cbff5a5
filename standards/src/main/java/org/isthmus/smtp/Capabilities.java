// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.syntax.Characters;

/// What a server offers, from its answer to EHLO or LHLO. RFC 5321 §4.1.1.1. Lines that are no keyword are passed over; of a keyword that comes twice
/// the first line counts. Bounded, because a {@link Reply} that was read is.
public final class Capabilities {
    /// Of a server that answered HELO: nothing is offered.
    public static final Capabilities NONE = new Capabilities(Map.of());

    private final Map<String, String> offered;

    private Capabilities(Map<String, String> offered) {
        this.offered = offered;
    }

    /// Reads the reply's lines but the first, which is a greeting. A reply that is not 250 offers nothing.
    public static Capabilities parse(Reply ehlo) {
        if (ehlo.code() != 250) {
            return NONE;
        }
        Map<String, String> offered = new LinkedHashMap<>();
        for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
            String text = line.strip();
            int end = 0;
            while (end < text.length() && isKeywordCharacter(text.charAt(end))) {
                end++;
            }
            // Field: "AUTH=LOGIN" is an old spelling that some servers still send beside the right one.
            boolean separated = end == text.length() || text.charAt(end) == ' ' || text.charAt(end) == '=';
            if (end > 0 && separated) {
                String parameters = end == text.length() ? "" : text.substring(end + 1).strip();
                offered.putIfAbsent(text.substring(0, end).toUpperCase(Locale.ROOT), parameters);
            }
        }
        return new Capabilities(java.util.Collections.unmodifiableMap(offered));
    }

    private static boolean isKeywordCharacter(char c) {
        return c < 128 && (Characters.letterOrDigit(c) || c == '-' || c == '_');
    }

    /// @param keyword in either case
    public boolean has(String keyword) {
        return offered.containsKey(keyword.toUpperCase(Locale.ROOT));
    }

    /// What stands behind the keyword: empty text if it stands alone, nothing if it is not offered.
    public Optional<String> parameter(String keyword) {
        return Optional.ofNullable(offered.get(keyword.toUpperCase(Locale.ROOT)));
    }

    /// All keywords, in capitals, in the server's order.
    public Set<String> keywords() {
        return offered.keySet();
    }

    /// The largest message it takes, in octets. RFC 1870 §3: no number and 0 both mean that it does not say.
    public OptionalLong size() {
        String value = offered.getOrDefault("SIZE", "");
        long size = number(value, 20);
        return size > 0 ? OptionalLong.of(size) : OptionalLong.empty();
    }

    /// Recipients in one transaction. RFC 9422 §4.2.
    public OptionalInt recipientLimit() {
        return limit("RCPTMAX");
    }

    /// Transactions in one session. RFC 9422 §4.1.
    public OptionalInt mailLimit() {
        return limit("MAILMAX");
    }

    /// Recipient domains in one session. RFC 9422 §4.3.
    public OptionalInt recipientDomainLimit() {
        return limit("RCPTDOMAINMAX");
    }

    private OptionalInt limit(String name) {
        for (String item : offered.getOrDefault("LIMITS", "").split(" ")) {
            int equals = item.indexOf('=');
            if (equals > 0 && item.substring(0, equals).equalsIgnoreCase(name)) {
                // RFC 9422 §4: one to six digits, and never 0.
                long value = number(item.substring(equals + 1), 6);
                return value > 0 ? OptionalInt.of((int) value) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    /// -1 for what is no number of so many digits; too large ones are cut to the largest long.
    private static long number(String text, int digits) {
        if (text.isEmpty() || text.length() > digits || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public String toString() {
        return offered.toString();
    }
}
