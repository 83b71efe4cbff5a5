// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.junit.jupiter.api.Test;

class SimulatedResolverTest {
    private final World world = new World(1);
    private final Resolver dns = world.host("host", "192.0.2.1").uncached();

    private static <T extends DnsRecord> List<T> records(Answer<T> answer) {
        assertThat(answer).isInstanceOf(Answer.Found.class);
        return answer instanceof Answer.Found<T> found ? found.records() : List.of();
    }

    @Test
    void answersFromTheZone() {
        world.zone().add("""
                example.org.      600 MX    10 mx1.example.org.   ; the better one
                Example.ORG           MX    20 mx2.example.org
                mx1.example.org.      A     192.0.2.7
                mx1.example.org.      AAAA  2001:db8::7
                example.org.          TXT   "v=spf1 " "-all"
                7.2.0.192.in-addr.arpa. PTR mx1.example.org.
                null.example          MX    0 .
                """);
        assertThat(records(dns.mx("EXAMPLE.org"))).containsExactlyInAnyOrder(new DnsRecord.Mx(10, "mx1.example.org"), new DnsRecord.Mx(20, "mx2.example.org"));
        assertThat(dns.mx("EXAMPLE.org")).extracting("ttl").isEqualTo(Duration.ofSeconds(300));
        assertThat(records(dns.ipv4("mx1.example.org"))).containsExactly(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.7")));
        assertThat(records(dns.ipv6("mx1.example.org"))).containsExactly(new DnsRecord.Address(InetAddress.ofLiteral("2001:db8::7")));
        assertThat(records(dns.txt("example.org"))).containsExactly(new DnsRecord.Text("v=spf1 -all"));
        assertThat(records(dns.reverse(InetAddress.ofLiteral("192.0.2.7")))).containsExactly(new DnsRecord.Pointer(Domain.of("mx1.example.org")));
        assertThat(records(dns.mx("null.example"))).containsExactly(new DnsRecord.Mx(0, ""));
    }

    @Test
    void tellsNoNameFromNoData() {
        world.zone().add("a.b.example. A 192.0.2.1");
        assertThat(dns.mx("a.b.example")).isInstanceOf(Answer.NoData.class);
        assertThat(dns.ipv6("a.b.example")).isInstanceOf(Answer.NoData.class);
        assertThat(dns.mx("b.example")).isInstanceOf(Answer.NoData.class);
        assertThat(dns.mx("c.example")).isInstanceOf(Answer.NoSuchName.class);
    }

    @Test
    void followsAliases() {
        world.zone().add("""
                one.example.   50 CNAME two.example.
                two.example.   40 CNAME three.example.
                three.example. 90 MX 10 mx.example.
                dangling.example. CNAME nowhere.example.
                round.example.    CNAME about.example.
                about.example.    CNAME round.example.
                """);
        assertThat(dns.mx("one.example")).extracting("ttl").isEqualTo(Duration.ofSeconds(40));
        assertThat(dns.mx("dangling.example")).isInstanceOf(Answer.NoSuchName.class);
        assertThat(dns.mx("round.example")).isInstanceOf(Answer.Failed.class);
    }

    @Test
    void wildcardsStandForNamesThatDoNotExist() {
        world.zone().add("""
                *.wild.example. MX 10 mx.example.
                real.wild.example. A 192.0.2.1
                """);
        assertThat(dns.mx("a.wild.example")).isInstanceOf(Answer.Found.class);
        assertThat(dns.mx("a.b.wild.example")).isInstanceOf(Answer.Found.class);
        assertThat(dns.mx("real.wild.example")).isInstanceOf(Answer.NoData.class);
        assertThat(dns.mx("below.real.wild.example")).isInstanceOf(Answer.NoSuchName.class);
    }

    @Test
    void namesCanBeInTroubleForATime() {
        world.zone().add("""
                x.slow.example. A 192.0.2.1
                slow.example.   TIMEOUT
                broken.example. SERVFAIL
                forged.example. BOGUS
                signed.example. SECURE
                signed.example. A 192.0.2.1
                """);
        world.run(() -> {
            Duration before = world.time().elapsed();
            assertThat(dns.ipv4("x.slow.example")).isInstanceOf(Answer.Failed.class);
            assertThat(world.time().elapsed().minus(before)).isGreaterThan(Duration.ofSeconds(5));
            assertThat(dns.ipv4("broken.example")).isInstanceOf(Answer.Failed.class);
            assertThat(dns.ipv4("forged.example")).extracting("problem").asString().contains("bogus");
            assertThat(dns.ipv4("signed.example")).extracting("secure").isEqualTo(true);
            world.zone().calm("slow.example");
            assertThat(dns.ipv4("x.slow.example")).isInstanceOf(Answer.Found.class).extracting("secure").isEqualTo(false);
            world.zone().trouble("", Zone.Trouble.SERVFAIL);
            assertThat(dns.ipv4("x.slow.example")).isInstanceOf(Answer.Failed.class);
            world.zone().calm("").remove("x.slow.example");
            assertThat(dns.ipv4("x.slow.example")).isInstanceOf(Answer.NoSuchName.class);
        });
    }

    @Test
    void namesAnIllegibleLine() {
        assertThatThrownBy(() -> world.zone().add("example.org. MX mx1")).hasMessageContaining("example.org. MX mx1");
        assertThatThrownBy(() -> world.zone().add("example.org. HINFO x")).hasMessageContaining("HINFO");
    }
}
