// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.isthmus.message.ContentType;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.message.Multipart;
import org.junit.jupiter.api.Test;

class TlsReportTest {
    /// The example of RFC 8460 Appendix B, as far as we write such things.
    private static final TlsReport REPORT = new TlsReport("Company-X", Instant.parse("2016-04-01T00:00:00Z"), Instant.parse("2016-04-01T23:59:59Z"),
            "sts-reporting@company-x.example", "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
            List.of(new TlsReport.Policy(TlsReport.PolicyType.STS,
                    List.of("version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"), "company-y.example",
                    List.of("*.mail.company-y.example"), 5326, 303,
                    List.of(new TlsReport.Failure(FailureType.CERTIFICATE_EXPIRED, "2001:db8:abcd:0012::1", "mx1.mail.company-y.example", null, 100, null),
                            new TlsReport.Failure(FailureType.STARTTLS_NOT_SUPPORTED, "2001:db8:abcd:0013::1", "mx2.mail.company-y.example", "203.0.113.56", 200, null)))));

    @Test
    void writesTheExampleOfTheRfc() {
        assertThat(REPORT.json()).isEqualTo("""
                {"organization-name":"Company-X",
                "date-range":{"start-datetime":"2016-04-01T00:00:00Z","end-datetime":"2016-04-01T23:59:59Z"},
                "contact-info":"sts-reporting@company-x.example",
                "report-id":"5065427c-23d3-47ca-b6e0-946ea0e8c4be",
                "policies":[{"policy":{"policy-type":"sts",
                "policy-string":["version: STSv1","mode: testing","mx: *.mail.company-y.example","max_age: 86400"],
                "policy-domain":"company-y.example",
                "mx-host":["*.mail.company-y.example"]},
                "summary":{"total-successful-session-count":5326,"total-failure-session-count":303},
                "failure-details":[
                {"result-type":"certificate-expired","sending-mta-ip":"2001:db8:abcd:0012::1","receiving-mx-hostname":"mx1.mail.company-y.example","failed-session-count":100},
                {"result-type":"starttls-not-supported","sending-mta-ip":"2001:db8:abcd:0013::1","receiving-mx-hostname":"mx2.mail.company-y.example",
                "receiving-ip":"203.0.113.56","failed-session-count":200}]}]}""".replace("\n", ""));
    }

    @Test
    void strangersWordsCannotBreakTheText() {
        TlsReport report = new TlsReport("a\"b\\c\n\u2028ü", Instant.EPOCH, Instant.EPOCH, "c", "i", List.of());
        assertThat(report.json()).startsWith("{\"organization-name\":\"a\\\"b\\\\c\\u000a\\u2028\\u00fc\",").endsWith("\"policies\":[]}");
    }

    @Test
    void theLetterHoldsTheReportCompressed() throws IOException {
        byte[] mail = new ReportLetter("tlsrpt@company-x.example", "reports@company-y.example", "<1.a@mx.company-x.example>", "company-y.example", "mx.company-x.example", REPORT).write(Instant.EPOCH);
        Header header = HeaderReader.read(mail, 0, mail.length);
        assertThat(header.text("TLS-Report-Domain")).isEqualTo("company-y.example");
        assertThat(header.text("TLS-Report-Submitter")).isEqualTo("mx.company-x.example");
        assertThat(header.text("Message-ID")).isEqualTo("<1.a@mx.company-x.example>");
        assertThat(header.text("TLS-Required")).isEqualTo("No");
        assertThat(header.text("Subject")).isEqualTo("Report Domain: company-y.example Submitter: mx.company-x.example Report-ID: <" + REPORT.id() + ">");
        ContentType type = ContentType.parse(header.text("Content-Type"));
        assertThat(type.type()).isEqualTo("multipart/report");
        assertThat(type.parameters()).containsEntry("report-type", "tlsrpt");
        List<Multipart.Part> parts = Multipart.parts(mail, header.size(), mail.length, String.valueOf(type.parameters().get("boundary")));
        assertThat(parts).extracting(part -> part.type().type()).containsExactly("text/plain", "application/tlsrpt+gzip");
        assertThat(parts.get(1).header().text("Content-Disposition")).contains("mx.company-x.example!company-y.example!1459468800!1459555199!001.json.gz");
        byte[] zipped = Base64.getMimeDecoder().decode(parts.get(1).body());
        assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(REPORT.json());
        assertThat(new String(mail, StandardCharsets.US_ASCII).replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
    }

    @Test
    void theRecordSaysWhereReportsAreWanted() {
        assertThat(TlsRptRecord.of(List.of("v=TLSRPTv1;rua=mailto:reports@example.com"))).contains(new TlsRptRecord(List.of(URI.create("mailto:reports@example.com"))));
        assertThat(TlsRptRecord.of(List.of("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt, mailto:a@b.example")).orElseThrow().destinations())
                .containsExactly(URI.create("https://reporting.example.com/v1/tlsrpt"), URI.create("mailto:a@b.example"));
        assertThat(TlsRptRecord.of(List.of("v=TLSRPTv1; rua=ftp://x.example/"))).isEmpty();
        assertThat(TlsRptRecord.of(List.of("v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"))).isEmpty();
        assertThat(TlsRptRecord.of(List.of("v=spf1 -all"))).isEmpty();
    }

    @Test
    void aPlaceForMailNamesOneAddress() {
        assertThat(TlsRptRecord.address(URI.create("mailto:a@b.example"))).contains("a@b.example");
        assertThat(TlsRptRecord.address(URI.create("MAILTO:a%2Bb@c.example?subject=x"))).contains("a+b@c.example");
        assertThat(TlsRptRecord.address(URI.create("mailto:a@b.example,c@d.example"))).contains("a@b.example");
        assertThat(TlsRptRecord.address(URI.create("mailto:?to=a@b.example"))).isEmpty();
        assertThat(TlsRptRecord.address(URI.create("https://a.example/"))).isEmpty();
        assertThat(TlsRptRecord.of(List.of("v=TLSRPTv1; rua=mailto:"))).isEmpty();
    }
}
