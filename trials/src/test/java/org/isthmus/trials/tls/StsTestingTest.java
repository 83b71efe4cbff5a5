// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An MTA-STS policy in testing stops no mail, and is told what it would have stopped; the same policy enforced stops it. RFC 8461 §5.
class StsTestingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            testing | mx1.example.org | good    | starttls | delivered | STS 1 good
            testing | mx2.example.org | name    | starttls | delivered | STS 0 good, CERTIFICATE_HOST_MISMATCH 1
            testing | mx1.example.org | expired | starttls | delivered | STS 0 good, CERTIFICATE_EXPIRED 1
            testing | mx1.example.org | nobody  | starttls | delivered | STS 0 good, CERTIFICATE_NOT_TRUSTED 1
            testing | mx1.example.org | good    | off      | delivered | STS 0 good, STARTTLS_NOT_SUPPORTED 1
            testing | mx1.example.org | unnamed | starttls | delivered | STS 0 good, VALIDATION_FAILURE 1
            enforce | mx1.example.org | good    | starttls | delivered | STS 1 good
            enforce | mx2.example.org | name    | starttls | 4.7.5     | STS 0 good, CERTIFICATE_HOST_MISMATCH 1
            enforce | mx1.example.org | expired | starttls | 4.7.5     | STS 0 good, CERTIFICATE_EXPIRED 1
            enforce | mx1.example.org | nobody  | starttls | 4.7.5     | STS 0 good, CERTIFICATE_NOT_TRUSTED 1
            enforce | mx1.example.org | good    | off      | 4.7.4     | STS 0 good, STARTTLS_NOT_SUPPORTED 1
            enforce | mx1.example.org | unnamed | starttls | 4.7.5     | STS 0 good, VALIDATION_FAILURE 1
            """)
    void eachModeWithEachThingThatGoesWrong(String mode, String server, String certificate, String tls, String outcome, String told) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = " + tls, "");
            PolicySite sender = new PolicySite(platform, certificate.equals("nobody") ? PolicySite.believingNobody() : PolicySite.believing(),
                    certificate.equals("expired") ? Duration.ofDays(4000) : Duration.ZERO);
            sender.mode = mode;
            sender.policyMx = certificate.equals("unnamed") ? "elsewhere.example.org" : "*.example.org";
            Outcome came = sender.deliver(MailParameters.NONE, PolicySite.exchange(server, mx.address())).outcomes().get(0);
            assertThat(came instanceof Outcome.Deferred deferred ? deferred.cause().status().toString() : came instanceof Outcome.Delivered ? "delivered" : came.toString()).isEqualTo(outcome);
            assertThat(mx.accepted()).isEqualTo(outcome.equals("delivered") ? 1 : 0);
            assertThat(sender.told()).isEqualTo(told);
            mx.stop();
        });
    }
}
