// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;

/// Whatever stands in the file, reading it ends, and ends in settings or in an error with a line that exists.
class ConfigFuzzTest {
    private static final String GOOD = """
            connector { hostname = "mx1.example.com", data = /srv/isthmus, postmaster = "postmaster@example.com" } # us
            identity { addresses = ["203.0.113.7:25"], names = ["mail.example.com"], mx-port = 25 }
            listeners { internet { address = "0.0.0.0:25", tls = off }, six { address = "[::1]:0", leniency = [space-after-colon] } }
            trusted-networks = ["10.0.0.0/8", "2001:db8::/32"]
            domains {
              "example.com" { kind = shared, recipients = ["pattern:u*"], deliver-to = store, elsewhere = provider, sub-addressing = "+", loopback = hold }
              "*.example.com" { kind = relay, deliver-to = provider, DisableLoopbackConnections = 1 }
            }
            next-hops { store { url = "lmtp://[2001:db8::9]:2424" }, provider { url = "smtp://relay.example.net:587", inside = false } }
            routes = [ { to = "partner.example", via = provider, cost = 3, min-size = 1 kB }, { to = "*", via = mx } ]
            loop { loopback = send, hop-limit = 60 }
            queue { retry = [1m, 5m], lifetime = 2 days, priority { urgent { lifetime = 1h } } } // how long
            limits.message-size = 50 MiB
            log { level = ${?LEVEL}, format = text }
            """;
    private static final List<String> PIECES = List.of(
            "{", "}", "[", "]", "\"", "\"\"\"", "=", ":", ",", "\n", " ", "#", "//", "${", "${?", "}", "+=", ".", "*", "@", "\\", "\\u00", "include \"x\"", "include url(\"http://x\")",
            "null", "true", "-1", "1e9999", "9999999999999999999", "0x", "1h30m", "\0", "\uFEFF", "\uD800", "ä", "${a}", "a = ${a}", "${connector}", "[[[[[[", "{{{{{{", "domains.example.com", "\r");

    @Test
    void theTextThatIsMutatedIsGood() {
        assertThat(ConfigLoader.parse(GOOD).problems()).isEmpty();
    }

    @Test
    void noMutationThrows() {
        for (int seed = 0; seed < 2500; seed++) {
            String text = mutated(new Random(seed));
            Loaded loaded;
            try {
                loaded = ConfigLoader.parse(text);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ":\n" + text, e);
            }
            boolean errors = loaded.problems().stream().anyMatch(Problem::isError);
            assertThat(loaded.settings().isEmpty()).as("seed %d", seed).isEqualTo(errors);
            long lines = text.chars().filter(c -> c == '\n').count() + 1;
            for (Problem problem : loaded.problems()) {
                SourceLine at = problem.at();
                assertThat(at == null ? 0 : at.line()).as("seed %d: %s", seed, problem.text()).isBetween(0, (int) lines);
            }
        }
    }

    @Test
    void depthIsNoDanger() {
        for (String open : List.of("{", "[", "a{", "a=[", "a=${", "a=\"${")) {
            assertThat(ConfigLoader.parse(open.repeat(100_000)).settings()).isEmpty();
        }
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(GOOD);
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            int length = Math.min(random.nextInt(12), text.length() - at);
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, at + length);
                case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> text.replace(at, at + length, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(at, text.substring(Math.max(0, at - length), at));
            }
        }
        return text.toString();
    }
}
