// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Presence;
import org.isthmus.loop.Classifier.Classified;
import org.isthmus.transit.Client;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayingTest {
    private static final Classified REMOTE = new Classified(RecipientClass.REMOTE, new Presence.NotOurs(), List.of());
    private static final Step STEP = Step.of("directory", "test", null, "known");

    private static Snapshot trusting(String networks) {
        return new Snapshot(1, ConfigLoader.parse("""
                connector { hostname = "mx.example.org", data = /data, postmaster = "postmaster@example.org" }
                listeners { internet { address = "0.0.0.0:25" } }
                next-hops { store { url = "lmtp://127.0.0.1:24" } }
                routes = [{ to = "*", via = mx }]
                domains {
                  "any.example" { kind = authoritative, recipients = any, deliver-to = store }
                  "listed.example" { kind = authoritative, recipients = "file:/r", deliver-to = store }
                  "patterns.example" { kind = authoritative, recipients = "pattern:*", deliver-to = store }
                }
                trusted-networks = [%s]
                """.formatted(networks)).orThrow());
    }

    private static Client client(InetAddress address, @Nullable String user) {
        return new Client("internet", new InetSocketAddress("192.0.2.25", 25), new InetSocketAddress(address, 4711), null, user, "S");
    }

    private static boolean passes(Verdict verdict) {
        return verdict instanceof Verdict.Pass;
    }

    private static boolean relays(String networks, InetAddress address) {
        return passes(Relaying.judge(client(address, null), Mailbox.of("c@elsewhere.example"), REMOTE, trusting(networks)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1", "10.0.0.1", "192.0.2.25", "0.0.0.0", "::"})
    void nobodyIsTrustedByDefault(String address) {
        assertThat(relays("", InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false", "10.0.0.0/8, 9.255.255.255, false",
        "192.0.2.8/30, 192.0.2.11, true", "192.0.2.8/30, 192.0.2.12, false", "192.0.2.9, 192.0.2.9, true", "192.0.2.9, 192.0.2.8, false",
        "0.0.0.0/0, 198.51.100.1, true", "0.0.0.0/0, 2001:db8::1, false", "::/0, 198.51.100.1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true", "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void aNetworkIsWhatItsBitsSay(String network, String address, boolean trusted) {
        assertThat(relays("\"" + network + "\"", InetAddress.ofLiteral(address))).isEqualTo(trusted);
    }

    @Test
    void aMappedAddressIsTheIpv4HostInIt() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, 10, 1, 2, 3};
        byte[] compatible = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 1, 2, 3};
        // With a scope the JDK keeps the IPv6 form, as some stacks do.
        assertThat(relays("\"10.0.0.0/8\"", Inet6Address.getByAddress(null, mapped, 1))).isTrue();
        assertThat(relays("\"10.0.0.0/8\"", Inet6Address.getByAddress(null, compatible, 1))).as("an old form that no stack maps").isFalse();
    }

    @Test
    void anAuthenticatedUserMaySendAnywhere() {
        assertThat(passes(Relaying.judge(client(InetAddress.ofLiteral("198.51.100.1"), "alice"), Mailbox.of("c@elsewhere.example"), REMOTE, trusting("")))).isTrue();
    }

    private static boolean taken(String address, boolean listed) {
        Snapshot snapshot = trusting("");
        Mailbox mailbox = Mailbox.of(address);
        SiteDomain domain = snapshot.settings().domains().stream()
                .filter(one -> one.name().text().equals(mailbox.host().text())).findFirst().orElseThrow();
        Presence presence = listed ? new Presence.Known(domain, STEP) : new Presence.Unknown(domain, STEP);
        RecipientClass kind = listed ? RecipientClass.SITE_KNOWN : RecipientClass.SITE_UNKNOWN;
        return passes(Relaying.judge(client(InetAddress.ofLiteral("198.51.100.1"), null), mailbox, new Classified(kind, presence, List.of()), snapshot));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c%elsewhere.example", "elsewhere.example!c", "\"c@elsewhere.example\"", "IMCEASMTP-c+40elsewhere+2Eexample", "imceaex-x", "%", "!", "a!b%c"})
    void aLocalPartThatNamesAnotherHostMustBeListedItself(String local) {
        assertThat(taken(local + "@any.example", true)).as("any address exists there, so none is listed").isFalse();
        assertThat(taken(local + "@patterns.example", true)).as("a pattern lists nobody").isFalse();
        assertThat(taken(local + "@listed.example", false)).isFalse();
        assertThat(taken(local + "@listed.example", true)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "c+tag", "c=d", "first.last", "\"c d\"", "imce"})
    void ordinaryLocalPartsAreNobodysConcern(String local) {
        assertThat(taken(local + "@any.example", true)).isTrue();
    }

    @Test
    void whatCannotBeToldIsNotRefusedForGood() {
        Snapshot snapshot = trusting("");
        SiteDomain domain = snapshot.settings().domains().getFirst();
        Classified undecided = new Classified(RecipientClass.SITE_KNOWN, new Presence.Undecided(domain, "no file", STEP), List.of());
        assertThat(passes(Relaying.judge(client(InetAddress.ofLiteral("198.51.100.1"), null), Mailbox.of("c%d@any.example"), undecided, snapshot))).isTrue();
    }

    @Test
    void theReplyNamesAddressAndClientAndHoldsNothingHostile() {
        Verdict verdict = Relaying.judge(client(InetAddress.ofLiteral("198.51.100.1"), null), Mailbox.of("c@elsewhere.example"), REMOTE, trusting(""));
        assertThat(((Verdict.Refuse) verdict).reply().text()).startsWith("550 5.7.1 ").contains("c@elsewhere.example").contains("198.51.100.1");
        assertThat(ReplyForm.printable("a\r\n250 ok\u00e4" + "x".repeat(1000))).startsWith("a??250 ok?xxx").hasSizeLessThan(170).doesNotContain("\r", "\n");
    }
}
