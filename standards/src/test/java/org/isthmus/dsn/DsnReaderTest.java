// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import org.isthmus.smtp.EnhancedStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DsnReaderTest {

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = Objects.requireNonNull(DsnReaderTest.class.getResourceAsStream(path), path)) {
            return in.readAllBytes();
        }
    }

    private static DeliveryReport read(String path) throws IOException {
        byte[] lf = resource(path);
        DeliveryReport report = DsnReader.read(lf).orElseThrow();
        byte[] crlf = new String(lf, UTF_8).replace("\n", "\r\n").getBytes(UTF_8);
        assertThat(DsnReader.read(crlf).orElseThrow().dsn()).isEqualTo(report.dsn());
        return report;
    }

    @Test
    void readsTheSimpleExampleOfTheStandard() throws IOException {
        DeliveryReport report = read("/rfc/3464/appendix-e.1-simple.eml");
        assertThat(report.dsn().reportingMta()).isEqualTo(TypedText.dns("cs.utk.edu"));
        assertThat(report.dsn().recipients()).containsExactly(new RecipientReport(
                new TypedText("rfc822", "louisl@larry.slip.umd.edu"), new TypedText("rfc822", "louisl@larry.slip.umd.edu"), Action.FAILED, EnhancedStatus.of("4.0.0"), null,
                TypedText.smtp("426 connection timed out"), Instant.parse("1994-07-07T21:15:49Z"), null, null, java.util.List.of()));
        assertThat(report.wholeMessage()).isTrue();
    }

    @Test
    void readsSeveralRecipients() throws IOException {
        DeliveryReport report = read("/rfc/3464/appendix-e.2-several-recipients.eml");
        assertThat(report.dsn().recipients()).extracting(RecipientReport::action).containsExactly(Action.FAILED, Action.DELAYED, Action.FAILED);
        assertThat(report.dsn().recipients()).extracting(r -> r.status().toString()).containsExactly("5.0.0", "4.0.0", "5.0.0");
        RecipientReport first = report.dsn().recipients().getFirst();
        assertThat(first.diagnostic()).isEqualTo(TypedText.smtp("550 'arathib@vnet.IBM.COM' is not a  registered gateway user"));
        assertThat(first.remoteMta()).isEqualTo(TypedText.dns("vnet.ibm.com"));
        assertThat(report.text()).startsWith("      ----- The following");
    }

    @Test
    void readsReportsOfGateways() throws IOException {
        DeliveryReport report = read("/rfc/3464/appendix-e.3-from-a-gateway.eml");
        assertThat(report.dsn().reportingMta()).isEqualTo(new TypedText("mailbus", "SYS30"));
        assertThat(report.dsn().recipients().getFirst().finalRecipient()).isEqualTo(new TypedText("unknown", "nair_s"));
        assertThat(report.returned()).isNull();
    }

    @Test
    void readsDelayNotices() throws IOException {
        DeliveryReport report = read("/rfc/3464/appendix-e.4-delayed.eml");
        assertThat(report.dsn().recipients()).hasSize(1).first().extracting(RecipientReport::action).isEqualTo(Action.DELAYED);
    }

    private static String report(String status) {
        return "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status + "\r\n--b--\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "Reporting-MTA: dns; x\r\n", "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\n", "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n",
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: eaten\r\n", "junk", "\r\n\r\n\r\n"
    })
    void whatSpeaksOfNobodyIsNoReport(String status) {
        assertThat(DsnReader.read(report(status).getBytes(UTF_8))).isEmpty();
    }

    @Test
    void fillsInWhatIsMissing() {
        Dsn dsn = DsnReader.read(report("\r\n\r\nFinal-Recipient: a@b\r\nAction: Failed\r\nX-Own: 1\r\n").getBytes(UTF_8)).orElseThrow().dsn();
        assertThat(dsn.recipients().getFirst().finalRecipient()).isEqualTo(new TypedText("unknown", "a@b"));
        assertThat(dsn.recipients().getFirst().status()).isEqualTo(EnhancedStatus.of("5.0.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Type: text/plain\r\n\r\nx", "Content-Type: multipart/report\r\n\r\nx", "Content-Type: multipart/report; boundary=\"\r\n\r\nx", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"})
    void readsNothingIntoOtherMessages(String message) {
        assertThat(DsnReader.read(message.getBytes(UTF_8))).isEmpty();
    }

    @Test
    void survivesDamage() throws IOException {
        byte[] whole = resource("/rfc/3464/appendix-e.2-several-recipients.eml");
        Random random = new Random(5);
        int read = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(20); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) "\r\n-:; =\0\u00ff".charAt(random.nextInt(9));
            }
            read += DsnReader.read(java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length))).isPresent() ? 1 : 0;
        }
        assertThat(read).isBetween(1, 2999);
    }
}
