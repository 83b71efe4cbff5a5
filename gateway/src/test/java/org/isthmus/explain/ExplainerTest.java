// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Snapshot;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.explain.Explanation.Verdict;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.transit.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainerTest {
    private final LivePlatform live = LivePlatform.open();
    private @TempDir Path folder;
    private String siteRoute = "";
    private String more = "";

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("recipients"), "anna@site.example\nbert@site.example\n");
        Files.writeString(folder.resolve("aliases"), "all@site.example: anna@site.example, far@partner.example\n");
    }

    @AfterEach
    void close() {
        live.close();
    }

    /// Knows one partner; {@code nomail.example} takes no mail, and of {@code broken.example} nobody can tell.
    private static final class Names implements Resolver {
        private static final Duration TTL = Duration.ofMinutes(5);

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            return switch (name) {
                case "partner.example" -> new Answer.Found<>(List.of(new DnsRecord.Mx(10, "mx.partner.example")), TTL, false, "test:53");
                case "nomail.example" -> new Answer.Found<>(List.of(new DnsRecord.Mx(0, "")), TTL, false, "test:53");
                case "broken.example" -> new Answer.Failed<>("SERVFAIL", "test:53");
                default -> new Answer.NoSuchName<>(TTL, false, "test:53");
            };
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            return name.equals("mx.partner.example") ? new Answer.Found<>(List.of(new DnsRecord.Address(InetAddress.ofLiteral("198.51.100.9"))), TTL, false, "test:53")
                    : new Answer.NoSuchName<>(TTL, false, "test:53");
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            return new Answer.NoData<>(TTL, false, "test:53");
        }

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            return new Answer.NoData<>(TTL, false, "test:53");
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            return new Answer.NoData<>(TTL, false, "test:53");
        }
    }

    private Explanation explain(String to, String client) throws IOException {
        return explain(new Question(to, "sender@example.net", InetAddress.ofLiteral(client), "internet", OptionalLong.empty()));
    }

    private Explanation explain(Question question) throws IOException {
        Path file = folder.resolve("isthmus.conf");
        Files.writeString(file, """
                connector { hostname = "mx1.site.example", data = "%s", postmaster = "postmaster@site.example" }
                listeners { internet { address = "0.0.0.0:25" }, site { address = "10.0.0.5:25" } }
                trusted-networks = ["10.0.0.0/8"]
                domains { "site.example" { kind = authoritative, recipients = "file:recipients", aliases = "file:aliases", deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, out { url = "smtp://198.51.100.9:25" } }
                routes = [ %s { to = "*", via = mx } ]
                limits { message-size = 1 MiB }
                %s
                """.formatted(folder, siteRoute, more));
        Platform outside = live.platform();
        Platform platform = new Platform(outside.time(), outside.entropy(), outside.threads(), outside.network(), new Names(), outside.disk());
        Snapshot snapshot = new Snapshot(1, ConfigLoader.load(file, name -> null, outside.disk()).orThrow());
        return new Explainer(platform, snapshot, Map.of()).explain(question);
    }

    private static List<String> stages(List<Step> steps) {
        return steps.stream().map(Step::stage).toList();
    }

    @Test
    void mailForTheSiteIsAcceptedAndGoesInside() throws Exception {
        Explanation explanation = explain("anna@site.example", "192.0.2.1");
        assertThat(explanation.verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(explanation.command()).isEqualTo("RCPT");
        assertThat(explanation.reply().code()).isEqualTo(250);
        assertThat(stages(explanation.steps())).contains("relay");
        assertThat(explanation.prospects()).singleElement().satisfies(p -> assertThat(((Fate.Goes) p.fate()).ways().getFirst().hop()).hasToString("store"));
    }

    @Test
    void anUnknownRecipientIsRefusedAndWhatWouldHelpIsSaid() throws Exception {
        Explanation explanation = explain("nobody@site.example", "192.0.2.1");
        assertThat(explanation.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(explanation.reply().text()).startsWith("550 5.1.1").doesNotContain("(trace");
        assertThat(explanation.prospects()).isEmpty();
        assertThat(explanation.steps()).isNotEmpty();
        assertThat(explanation.changers()).first().asString().startsWith("the address in one of these: ").contains(folder.resolve("recipients").toString());
    }

    @Test
    void strangersMayNotRelayAndTrustedNetworksMay() throws Exception {
        Explanation refused = explain("far@partner.example", "192.0.2.1");
        assertThat(refused.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(refused.reply().text()).startsWith("550 5.7.1");
        assertThat(refused.changers()).singleElement().asString().contains("trusted-networks");
        Explanation taken = explain("far@partner.example", "10.1.2.3");
        assertThat(taken.verdict()).isEqualTo(Verdict.DELIVERED);
        Fate.Goes goes = (Fate.Goes) taken.prospects().getFirst().fate();
        assertThat(goes.ways().getFirst().exchanges().getFirst().name()).isEqualTo("mx.partner.example");
        assertThat(taken.prospects().getFirst().steps()).anyMatch(step -> step.evidence().stream().anyMatch(e -> e.contains("mx.partner.example")));
    }

    @Test
    void aliasesAreFollowedToTheirEnds() throws Exception {
        Explanation explanation = explain("all@site.example", "192.0.2.1");
        assertThat(explanation.verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(explanation.prospects()).extracting(p -> p.recipient().address().text()).containsExactly("all@site.example", "anna@site.example", "far@partner.example");
        assertThat(explanation.prospects().getFirst().fate()).isEqualTo(new Fate.Becomes(List.of(1, 2)));
    }

    @Test
    void dnsThatCannotTellMeansCannotTell() throws Exception {
        assertThat(explain("x@broken.example", "10.1.2.3").verdict()).isEqualTo(Verdict.CANNOT_TELL);
        assertThat(explain("x@nomail.example", "10.1.2.3").verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(explain("x@nowhere.example", "10.1.2.3").verdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void suspendedDestinationsWait() throws Exception {
        more = "delivery { suspended = [\"store\"] }";
        Explanation explanation = explain("anna@site.example", "192.0.2.1");
        assertThat(explanation.verdict()).isEqualTo(Verdict.CANNOT_TELL);
        assertThat(explanation.changers()).singleElement().asString().contains("isthmus queue resume store");
        more = "";
        Files.writeString(folder.resolve("suspended"), "site.example\n");
        assertThat(((Fate.Goes) explain("anna@site.example", "192.0.2.1").prospects().getFirst().fate()).suspended()).isEqualTo("site.example");
    }

    @Test
    void rewritingIsToldWithItsLineAndACopyThatFailsChangesNothing() throws Exception {
        more = "rewrite = [{ in = \"*@old.example\", to = \"*@site.example\" }], copies = [{ of = \"*\", to = \"x@nomail.example\" }]";
        Explanation explanation = explain("anna@old.example", "192.0.2.1");
        assertThat(explanation.verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(explanation.steps()).first().satisfies(step -> {
            assertThat(step.stage()).isEqualTo("rewrite");
            assertThat(step.at()).isNotNull();
            assertThat(step.outcome()).isEqualTo("anna@old.example becomes anna@site.example");
        });
        assertThat(explanation.prospects()).extracting(prospect -> prospect.recipient().address().text()).containsExactly("anna@site.example", "x@nomail.example");
        assertThat(explanation.prospects().getLast().fate()).isInstanceOf(Fate.Fails.class);
    }

    @Test
    void theLoopbackSettingDecidesAndIsNamed() throws Exception {
        for (var expected : Map.of("turn-around", Verdict.DELIVERED, "reject", Verdict.REFUSED, "hold", Verdict.CANNOT_TELL).entrySet()) {
            siteRoute = "{ to = \"site.example\", via = out },";
            more = "loop { loopback = " + expected.getKey() + " }";
            Explanation explanation = explain("anna@site.example", "192.0.2.1");
            assertThat(explanation.verdict()).as(expected.getKey()).isEqualTo(expected.getValue());
            assertThat(explanation.changers()).as(expected.getKey()).anyMatch(changer -> changer.contains("loop.loopback = " + expected.getKey()) && changer.contains("isthmus.conf:"));
        }
    }

    @Test
    void sizesListenersAndSendersAreJudgedAsInASession() throws Exception {
        InetAddress stranger = InetAddress.ofLiteral("192.0.2.1");
        Explanation large = explain(new Question("anna@site.example", "", stranger, "internet", OptionalLong.of(2 << 20)));
        assertThat(large.command()).isEqualTo("MAIL");
        assertThat(large.reply().text()).startsWith("552 5.3.4");
        assertThat(explain(new Question("anna@site.example", "no address", stranger, "internet", OptionalLong.empty())).command()).isEqualTo("MAIL");
        assertThat(explain(new Question("postmaster", "", InetAddress.ofLiteral("2001:db8::1"), "internet", OptionalLong.of(5000))).verdict()).isEqualTo(Verdict.DELIVERED);
        assertThatThrownBy(() -> explain(new Question("a@b.example", "", stranger, "nodoor", OptionalLong.empty()))).hasMessageContaining("internet, site");
        assertThatThrownBy(() -> new Question("a@b\r\nDATA", "", stranger, "internet", OptionalLong.empty())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsWrittenAnywhere() throws Exception {
        explain("all@site.example", "10.1.2.3");
        assertThat(Files.list(folder).map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("recipients", "aliases", "isthmus.conf");
    }
}
