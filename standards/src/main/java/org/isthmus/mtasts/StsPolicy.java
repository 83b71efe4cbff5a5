// SPDX-License-Identifier: Apache-2.0
package org.isthmus.mtasts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.isthmus.syntax.SyntaxProblem;

/// A policy as it stands at {@code https://mta-sts.DOMAIN/.well-known/mta-sts.txt}. RFC 8461 §3.2.
///
/// @param mode what a sender does
/// @param maxAge how long it may be kept, at most a year
/// @param mx names and patterns of exchangers, lower case, in order
public record StsPolicy(Mode mode, Duration maxAge, List<String> mx) {
    /// RFC 8461 §3.2: about a year.
    public static final long MOST_SECONDS = 31_557_600;
    /// RFC 8461 §3.3 suggests that a policy be no larger.
    public static final int MOST_OCTETS = 64 * 1024;
    private static final int MOST_PATTERNS = 1000;

    public StsPolicy {
        mx = List.copyOf(mx);
    }

    /// RFC 8461 §5.
    public enum Mode {
        /// Mail must not go to what fails the policy.
        ENFORCE,
        /// Mail goes all the same, and failures are reported.
        TESTING,
        /// As if there were no policy.
        NONE;

        /// As the policy writes it.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Reads a policy. Lines may end with LF or CRLF; unknown keys are passed over; of a key that may come once the first counts.
    public static StsPolicy parse(String text) throws SyntaxProblem {
        if (text.length() > MOST_OCTETS) {
            throw new SyntaxProblem("policy longer than " + MOST_OCTETS + " octets", MOST_OCTETS);
        }
        Map<String, String> once = new HashMap<>();
        List<String> mx = new ArrayList<>();
        int at = 0;
        for (String raw : text.split("\n", -1)) {
            String line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
            int colon = line.indexOf(':');
            if (colon < 0 && !line.isBlank()) {
                throw new SyntaxProblem("line without a colon", at);
            }
            if (colon >= 0) {
                String key = line.substring(0, colon);
                String value = line.substring(colon + 1).strip();
                if (key.equals("mx")) {
                    mx.add(pattern(value, at));
                } else {
                    once.putIfAbsent(key, value);
                }
            }
            at += raw.length() + 1;
        }
        return of(once, mx);
    }

    private static StsPolicy of(Map<String, String> once, List<String> mx) throws SyntaxProblem {
        if (!"STSv1".equals(once.get("version"))) {
            throw new SyntaxProblem("version is not STSv1", 0);
        }
        Mode mode = switch (once.getOrDefault("mode", "")) {
            case "enforce" -> Mode.ENFORCE;
            case "testing" -> Mode.TESTING;
            case "none" -> Mode.NONE;
            default -> throw new SyntaxProblem("mode is neither enforce, testing nor none", 0);
        };
        String age = once.getOrDefault("max_age", "");
        if (age.isEmpty() || age.length() > 10 || !age.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new SyntaxProblem("max_age is no number of seconds", 0);
        }
        if (mx.isEmpty() && mode != Mode.NONE) {
            throw new SyntaxProblem("no mx", 0);
        }
        if (mx.size() > MOST_PATTERNS) {
            throw new SyntaxProblem("more than " + MOST_PATTERNS + " mx", 0);
        }
        return new StsPolicy(mode, Duration.ofSeconds(Math.min(MOST_SECONDS, Long.parseLong(age))), mx);
    }

    private static String pattern(String value, int at) throws SyntaxProblem {
        String name = value.startsWith("*.") ? value.substring(2) : value;
        boolean good = !name.isEmpty() && name.chars().allMatch(c -> c == '.' || c == '-' || c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
        if (!good) {
            throw new SyntaxProblem("mx is no name: " + (value.length() > 64 ? value.substring(0, 64) : value), at);
        }
        return (value.endsWith(".") ? value.substring(0, value.length() - 1) : value).toLowerCase(Locale.ROOT);
    }

    /// Whether an exchanger is one that the policy names. A pattern {@code *.example.com} stands for exactly one label. RFC 8461 §4.1.
    /// @param host its name, as A-labels
    public boolean names(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int dot = lower.indexOf('.');
        String wild = dot > 0 ? "*" + lower.substring(dot) : "";
        return mx.contains(lower) || mx.contains(wild);
    }

    /// As the policy file writes it, one line an element: what reports hold (RFC 8460 §4.4) and what is kept on disk.
    public List<String> lines() {
        List<String> lines = new ArrayList<>(List.of("version: STSv1", "mode: " + mode.text()));
        mx.forEach(name -> lines.add("mx: " + name));
        lines.add("max_age: " + maxAge.toSeconds());
        return lines;
    }
}
