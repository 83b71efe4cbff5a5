// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Snapshot;
import org.isthmus.transit.Client;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final ReversePath ANNA = new ReversePath.To(Mailbox.of("anna@example.net"));
    private final StillTime time = new StillTime();
    private final Throttle throttle = new Throttle(time);

    @Test
    void nothingIsLimitedThatIsNotWritten() {
        Snapshot snapshot = snapshot("");
        for (int i = 0; i < 10_000; i++) {
            assertThat(throttle.mail(client("192.0.2.1", null), ANNA, snapshot)).isNull();
        }
    }

    @Test
    void theRefusalNamesTheSettingItsLineAndHowLongToWait() {
        Snapshot snapshot = snapshot("rate { client { messages = 2/1m } }");
        mail("192.0.2.1", snapshot);
        mail("192.0.2.1", snapshot);
        Verdict refused = throttle.mail(client("192.0.2.1", null), ANNA, snapshot);
        assertThat(refused).isInstanceOfSatisfying(Verdict.Refuse.class, refuse -> {
            assertThat(refuse.reply().toString()).contains("450").contains("too much mail from 192.0.2.1 in a short time; try again in 31 s");
            assertThat(refuse.step().rule()).isEqualTo("limits.rate.client.messages = 2/1m for 192.0.2.1");
            assertThat(refuse.step().at()).hasToString("isthmus.conf:2");
        });
        assertThat(mail("192.0.2.2", snapshot)).as("another client").isTrue();
        time.elapsed = time.elapsed.plusSeconds(30);
        assertThat(mail("192.0.2.1", snapshot)).isTrue();
    }

    @Test
    void aNetworkIsLimitedAsAWholeAndOneOfIpv6IsWhatACustomerHas() {
        Snapshot snapshot = snapshot("rate { client { messages = 1/1h }, network { messages = 3/1h } }");
        assertThat(mail("192.0.2.1", snapshot)).isTrue();
        assertThat(mail("192.0.2.1", snapshot)).as("the client").isFalse();
        assertThat(mail("192.0.2.2", snapshot)).isTrue();
        assertThat(mail("192.0.2.3", snapshot)).isTrue();
        assertThat(mail("192.0.2.4", snapshot)).as("the network").isFalse();
        assertThat(mail("2001:db8::1", snapshot)).isTrue();
        assertThat(mail("2001:db8::2", snapshot)).as("the same 64 bits").isFalse();
        assertThat(mail("::ffff:192.0.3.1", snapshot)).isTrue();
        assertThat(mail("192.0.3.1", snapshot)).as("the same host however it connects").isFalse();
    }

    @Test
    void whoIsRefusedDoesNotMakeItWorse() {
        Snapshot snapshot = snapshot("rate { client { messages = 1/1m } }");
        mail("192.0.2.1", snapshot);
        for (int i = 0; i < 100; i++) {
            assertThat(mail("192.0.2.1", snapshot)).isFalse();
        }
        time.elapsed = time.elapsed.plus(Duration.ofMinutes(1));
        assertThat(mail("192.0.2.1", snapshot)).isTrue();
    }

    @Test
    void trustedNetworksAreLimitedByTheListenerAloneAndUsersAsUsers() {
        Snapshot snapshot = snapshot("rate { client { messages = 1/1h, connections = 1/1h }, sender { messages = 1/1h }, user { messages = 2/1h }, listener { messages = 5/1h } }");
        assertThat(mail("10.0.0.1", snapshot)).isTrue();
        assertThat(mail("10.0.0.1", snapshot)).isTrue();
        assertThat(throttle.connect(InetAddress.ofLiteral("10.0.0.1"), "internet", snapshot)).isNull();
        assertThat(throttle.connect(InetAddress.ofLiteral("10.0.0.1"), "internet", snapshot)).isNull();
        assertThat(throttle.mail(client("192.0.2.1", "anna"), ANNA, snapshot)).isNull();
        assertThat(throttle.mail(client("192.0.2.2", "anna"), ANNA, snapshot)).as("from elsewhere").isNull();
        assertThat(throttle.mail(client("192.0.2.3", "anna"), ANNA, snapshot)).isInstanceOf(Verdict.Refuse.class);
        assertThat(mail("10.0.0.1", snapshot)).isTrue();
        assertThat(mail("10.0.0.1", snapshot)).as("the listener").isFalse();
    }

    @Test
    void theNullSenderIsNobody() {
        Snapshot snapshot = snapshot("rate { sender { messages = 1/1h } }");
        for (int i = 0; i < 5; i++) {
            assertThat(throttle.mail(client("192.0.2.1", null), ReversePath.NULL, snapshot)).isNull();
        }
        assertThat(mail("192.0.2.1", snapshot)).isTrue();
        assertThat(throttle.mail(client("192.0.2.9", null), new ReversePath.To(Mailbox.of("Anna@EXAMPLE.net")), snapshot)).isInstanceOf(Verdict.Refuse.class);
    }

    private boolean mail(String address, Snapshot snapshot) {
        return throttle.mail(client(address, null), ANNA, snapshot) == null;
    }

    private static Client client(String address, @Nullable String user) {
        return new Client("internet", new InetSocketAddress("127.0.0.1", 25), new InetSocketAddress(InetAddress.ofLiteral(address), 4321), null, user, "s");
    }

    private static Snapshot snapshot(String limits) {
        return new Snapshot(1, ConfigLoader.parse("connector.hostname = mx1.example.com\nlimits { " + limits + " }\ntrusted-networks = [\"10.0.0.0/8\"]").orThrow());
    }
}
