// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.isthmus.address.Domain;
import org.isthmus.config.SampleSite;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MxResolutionTest {
    private final FakeDns dns = new FakeDns();

    /// mx1.example.com, also mail.example.com: listens at 203.0.113.7:25 and everywhere at 2525; seen as 198.51.100.9:25 from outside.
    private static SiteIdentity site() {
        SampleSite site = new SampleSite().listener("internet", "203.0.113.7:25").listener("relay", "0.0.0.0:2525");
        site.addresses.add(SampleSite.socket("198.51.100.9:25"));
        site.names.add(Domain.of("mail.example.com"));
        return SiteIdentity.of(site.settings(), Map.of(), List.of(InetAddress.ofLiteral("203.0.113.7"), InetAddress.ofLiteral("10.0.0.5"), InetAddress.ofLiteral("127.0.0.1")));
    }

    private Resolved resolve(String domain, long seed, int port, boolean prune) {
        return new MxResolution(dns, new SeededChance(seed)).resolve(Domain.of(domain), site(), port, prune);
    }

    private static String text(Resolved resolved) {
        return switch (resolved) {
            case Resolved.Reached reached -> "go " + reached.exchanges().stream().map(Exchange::name).collect(Collectors.joining(" "));
            case Resolved.Ours ours -> "ours";
            case Resolved.Unsure unsure -> "wait " + unsure.cause().status();
            case Resolved.Nowhere nowhere -> "fail " + nowhere.cause().status();
        };
    }

    /// A zone in a line: {@code 10 a=192.0.2.1+2001:db8::1}; {@code a=-} exists without address, {@code a=?} does not exist, {@code a=!} cannot be told.
    private void zone(String domain, String records) {
        for (String record : records.strip().split("\\s*,\\s*")) {
            String[] parts = record.split("[ =]");
            String host = parts[1].equals(".") ? "" : parts[1];
            dns.mx(domain, Integer.parseInt(parts[0]), host);
            if (parts.length > 2) {
                switch (parts[2]) {
                    case "-" -> dns.exists(host);
                    case "?" -> {}
                    case "!" -> dns.failing(host);
                    default -> dns.address(host, parts[2].split("\\+"));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', value = {
        // Nobody of us in it.
        "10 a=192.0.2.1 | go a",
        "20 b=192.0.2.2, 10 a=192.0.2.1 | go a b",
        "10 a=2001:db8::1 | go a",
        "10 a=?, 20 b=192.0.2.2 | go b",
        "10 a=-, 20 b=192.0.2.2 | go b",
        "10 a=!, 20 b=192.0.2.2 | go b",
        "10 a=?, 20 b=- | fail 5.4.4",
        "10 a=!, 20 b=- | wait 4.4.3",
        "0 . | fail 5.1.10",
        "0 ., 10 a=192.0.2.1 | go a",
        "0 ., 5 . | fail 5.1.10",
        "10 192.0.2.1, 20 b=192.0.2.2 | go b",
        "10 192.0.2.1 | fail 5.4.4",
        "10 a..b, 20 b=192.0.2.2 | go b",
        "10 3com=192.0.2.3 | go 3com",
        "10 a=224.0.0.1, 20 b=192.0.2.2 | go b",
        "10 a=255.255.255.255 | fail 5.4.4",
        // We are the best: by address, declared address, names, other spellings.
        "10 a=203.0.113.7 | ours",
        "10 a=198.51.100.9 | ours",
        "10 mx1.example.com=192.0.2.9 | ours",
        "10 MX1.Example.COM=192.0.2.9 | ours",
        "10 mail.example.com=? | ours",
        "10 a=::ffff:203.0.113.7 | ours",
        "10 a=127.0.0.1 | ours",
        "10 a=0.0.0.0 | ours",
        "10 localhost | ours",
        "10 a=192.0.2.1+203.0.113.7 | ours",
        "10 mx1.example.com=203.0.113.7, 20 b=192.0.2.2 | ours",
        "10 a=203.0.113.7, 10 b=192.0.2.2 | ours",
        "10 b=192.0.2.2, 10 a=203.0.113.7, 20 c=192.0.2.3 | ours",
        "10 mx1.example.com=!, 20 b=192.0.2.2 | ours",
        "10 a=203.0.113.7, 20 b=! | ours",
        "10 a=203.0.113.7, 20 b=203.0.113.7 | ours",
        // Somebody is better than we: everything from us on goes.
        "10 a=192.0.2.1, 20 mx1.example.com=203.0.113.7 | go a",
        "10 a=192.0.2.1, 20 b=203.0.113.7, 30 c=192.0.2.3 | go a",
        "10 a=192.0.2.1, 20 b=203.0.113.7, 20 c=192.0.2.3 | go a",
        "10 a=192.0.2.1, 20 c=192.0.2.3, 20 b=203.0.113.7 | go a",
        "10 a=192.0.2.1, 15 b=192.0.2.2, 20 mail.example.com=?, 30 c=192.0.2.3 | go a b",
        "10 a=?, 15 b=192.0.2.2, 20 mx1.example.com=203.0.113.7 | go b",
        "10 a=!, 15 b=192.0.2.2, 20 mx1.example.com=203.0.113.7 | go b",
        // The better ones cannot be had: this waits, and neither loops nor goes on to a worse one.
        "10 a=!, 20 mx1.example.com=203.0.113.7 | wait 4.4.3",
        "10 a=?, 20 mx1.example.com=203.0.113.7 | wait 4.4.3",
        "10 a=-, 20 b=203.0.113.7, 30 c=192.0.2.3 | wait 4.4.3",
        "10 a=!, 15 b=!, 20 b2=198.51.100.9 | wait 4.4.3",
        // Not us: another port of our host counts elsewhere, our address range does not, a longer name does not.
        "10 a=10.0.0.5 | go a",
        "10 a=203.0.113.8 | go a",
        "10 x.mx1.example.com=192.0.2.4 | go x.mx1.example.com",
    })
    void prunesByWhoWeAre(String records, String expected) {
        zone("x.example", records);
        for (int seed = 0; seed < 4; seed++) {
            assertThat(text(resolve("x.example", seed, 25, true))).isEqualTo(expected);
        }
    }

    @Test
    void theListenerEverywhereCountsAtItsPort() {
        zone("x.example", "10 a=10.0.0.5");
        assertThat(text(resolve("x.example", 1, 2525, true))).isEqualTo("ours");
        zone("y.example", "10 b=203.0.113.7");
        assertThat(text(resolve("y.example", 1, 26, true))).isEqualTo("go b");
    }

    @Test
    void withoutPruningWeStayInTheListAndAreNamed() {
        zone("x.example", "10 a=203.0.113.7, 20 b=192.0.2.2");
        assertThat(resolve("x.example", 1, 25, false)).isInstanceOfSatisfying(Resolved.Reached.class, reached -> {
            assertThat(text(reached)).isEqualTo("go a b");
            assertThat(reached.self()).isNotNull();
        });
    }

    @Test
    void aDomainThatDoesNotExistFails() {
        assertThat(resolve("none.example", 1, 25, true)).isInstanceOfSatisfying(Resolved.Nowhere.class, nowhere -> {
            assertThat(nowhere.cause()).isInstanceOf(Cause.Unresolved.class);
            assertThat(nowhere.cause().status()).hasToString("5.1.2");
        });
    }

    @Test
    void troubleWithTheQuestionWaits() {
        dns.failing("MX x.example").address("x.example", "192.0.2.1");
        assertThat(text(resolve("x.example", 1, 25, true))).isEqualTo("wait 4.4.3");
        assertThat(dns.asked).containsExactly("MX x.example");
    }

    @Test
    void withoutMxTheDomainItselfIsTheExchanger() {
        dns.address("x.example", "192.0.2.1").address("me.example", "203.0.113.7").exists("bare.example").exists("doubt.example").failing("A doubt.example");
        assertThat(text(resolve("x.example", 1, 25, true))).isEqualTo("go x.example");
        assertThat(text(resolve("me.example", 1, 25, true))).isEqualTo("ours");
        assertThat(text(resolve("bare.example", 1, 25, true))).isEqualTo("fail 5.4.4");
        assertThat(text(resolve("doubt.example", 1, 25, true))).isEqualTo("wait 4.4.3");
    }

    @Test
    void theImplicitExchangerIsNeverUsedBesideRealOnes() {
        dns.mx("x.example", 10, "gone.example").address("x.example", "192.0.2.1");
        assertThat(text(resolve("x.example", 1, 25, true))).isEqualTo("fail 5.4.4");
        assertThat(dns.asked).doesNotContain("A x.example");
    }

    @Test
    void oneFamilyThatCannotBeToldDoesNotHideTheOther() {
        zone("x.example", "10 a=192.0.2.1");
        dns.failing("AAAA a");
        assertThat(text(resolve("x.example", 1, 25, true))).isEqualTo("go a");
        dns.mx("y.example", 10, "b").exists("b").failing("A b");
        assertThat(text(resolve("y.example", 1, 25, true))).isEqualTo("wait 4.4.3");
    }

    @Test
    void equalPreferencesComeInEveryOrderAndNeverBeforeBetterOnes() {
        zone("x.example", "10 a=192.0.2.1, 10 b=192.0.2.2, 10 c=192.0.2.3, 5 first=192.0.2.4, 20 last=192.0.2.5");
        Set<String> orders = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            String order = text(resolve("x.example", seed, 25, true));
            assertThat(order).startsWith("go first ").endsWith(" last");
            orders.add(order);
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void theFamiliesTakeTurnsAndEitherMayBegin() {
        zone("x.example", "10 a=192.0.2.1+192.0.2.2+2001:db8::1+2001:db8::2");
        Set<String> firsts = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            Resolved.Reached reached = (Resolved.Reached) resolve("x.example", seed, 25, true);
            List<InetSocketAddress> addresses = reached.exchanges().getFirst().addresses();
            List<Integer> lengths = addresses.stream().map(address -> address.getAddress().getAddress().length).toList();
            assertThat(lengths).isIn(List.of(4, 16, 4, 16), List.of(16, 4, 16, 4));
            firsts.add(addresses.getFirst().getAddress().getHostAddress());
        }
        assertThat(firsts).hasSize(4);
    }

    @Test
    void anAddressIsTriedOnceThoughSeveralExchangersHaveIt() {
        zone("x.example", "10 a=192.0.2.1, 20 b=192.0.2.1, 30 c=192.0.2.3");
        assertThat(text(resolve("x.example", 1, 25, true))).isEqualTo("go a c");
    }

    @Test
    void aFloodOfExchangersIsCut() {
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            dns.mx("x.example", i, "h" + i).address("h" + i, "192.0.2." + i % 250);
            hosts.add("h" + i);
        }
        Resolved.Reached reached = (Resolved.Reached) resolve("x.example", 1, 25, true);
        assertThat(reached.exchanges()).hasSize(20);
        assertThat(dns.asked).hasSizeLessThan(60);
        assertThat(reached.step().lost()).anyMatch(lost -> lost.contains("too many"));
        assertThat(hosts).startsWith(reached.exchanges().getFirst().name());
    }

    @Test
    void theStepShowsAnswersWithTtlAndServerAndWhyOthersLost() {
        zone("x.example", "10 a=192.0.2.1, 20 b=203.0.113.7, 30 c=192.0.2.3");
        Resolved resolved = resolve("x.example", 1, 25, true);
        assertThat(resolved.step().evidence()).contains("x.example MX 10 a, 20 b, 30 c (TTL 300 s, from 192.0.2.53:53)", "a A 192.0.2.1 (TTL 300 s, from 192.0.2.53:53)",
                "a AAAA none (TTL 60 s, from 192.0.2.53:53)", "b (20) is ourselves: listener internet (203.0.113.7:25) at isthmus.conf:10");
        assertThat(resolved.step().lost()).containsExactly("b (20): is ourselves", "c (30): not better than ourselves (b (20)) (RFC 5321 §5.1)");
    }

    @Test
    void aLongerNameThatEndsLikeOursIsAStranger() {
        zone("notexample.com", "10 a=192.0.2.1");
        assertThat(text(resolve("notexample.com", 1, 25, true))).isEqualTo("go a");
    }
}
