// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.transit.NextHop;
import org.junit.jupiter.api.Test;

class DestinationLimitTest {
    private static final String REST = "connector.hostname = mx1.example.com\nnext-hops { relay { url = \"smtp://192.0.2.1\" } }\n";

    @Test
    void theBestFitCounts() {
        List<DestinationLimit> all = ConfigLoader.parse(REST + """
                destinations {
                  relay { concurrency = 2 }
                  "*" { rate = 100/1m }
                  "*.example.net" { rate = 10/m }
                  "mx.example.net" { rate = 1/1h, concurrency = 1 }
                }
                """).orThrow().delivery().destinations();
        assertThat(rate(new NextHop.Exchangers(Domain.of("mx.example.net")), all)).isEqualTo(new Rate(1, Duration.ofHours(1)));
        assertThat(rate(new NextHop.Exchangers(Domain.of("a.example.net")), all)).isEqualTo(new Rate(10, Duration.ofMinutes(1)));
        assertThat(rate(new NextHop.Exchangers(Domain.of("example.org")), all)).hasToString("100/1m");
        DestinationLimit relay = DestinationLimit.of(new NextHop.Named("relay"), all);
        assertThat(relay).isNotNull();
        assertThat(relay.concurrency()).isEqualTo(Optional.of(2));
        assertThat(relay.rate()).isNull();
    }

    @Test
    void nonsenseIsToldWithItsPlace() {
        assertThat(problem("destinations { relya { concurrency = 2 } }")).contains("no next hop \"relya\"").contains("did you mean \"relay\"");
        assertThat(problem("destinations { relay { rate = 100 } }")).contains("has no slash").contains("did you mean 100/1m");
        assertThat(problem("destinations { relay { rate = 0/1m } }")).contains("less than 1");
        assertThat(problem("destinations { relay { rate = 5/10ms } }")).contains("less than 1s");
        assertThat(problem("destinations { relay { tls = required } }")).contains("destinations.relay.tls");
        assertThat(problem("destinations { \"example.org\" { tls = perhaps } }")).contains("perhaps");
        assertThat(problem("destinations { relay { speed = 5 } }")).contains("unknown key destinations.relay.speed");
    }

    private static Rate rate(NextHop hop, List<DestinationLimit> all) {
        DestinationLimit limit = DestinationLimit.of(hop, all);
        assertThat(limit).isNotNull();
        return java.util.Objects.requireNonNull(limit.rate());
    }

    private static String problem(String text) {
        return ConfigLoader.parse(REST + text).problems().getFirst().message();
    }
}
