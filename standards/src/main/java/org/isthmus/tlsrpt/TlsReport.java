// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// One report to one domain about one day. RFC 8460 §4.
///
/// @param organization who reports
/// @param start of the time that it is about
/// @param end of it
/// @param contact an address of ours
/// @param id unique
/// @param policies what was found, one for each policy that was applied
public record TlsReport(String organization, Instant start, Instant end, String contact, String id, List<Policy> policies) {
    public TlsReport {
        policies = List.copyOf(policies);
    }

    /// RFC 8460 §4.2.
    public enum PolicyType {
        TLSA("tlsa"),
        STS("sts"),
        NO_POLICY("no-policy-found");

        private final String text;

        PolicyType(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /// What came of one policy.
    ///
    /// @param strings the policy itself: TLSA records, or the lines of the STS policy
    /// @param mxHosts patterns of an STS policy, or the name of the server that the TLSA records are about
    /// @param successes sessions, not messages
    public record Policy(PolicyType type, List<String> strings, String domain, List<String> mxHosts, long successes, long failures, List<Failure> details) {
        public Policy {
            strings = List.copyOf(strings);
            mxHosts = List.copyOf(mxHosts);
            details = List.copyOf(details);
        }
    }

    /// A kind of failure and how often it came. RFC 8460 §4.3, §4.4.
    ///
    /// @param receivingHost the exchanger; none if it never came to that
    /// @param receivingIp its address; none too
    /// @param reason words of ours; none
    public record Failure(FailureType type, @Nullable String sendingIp, @Nullable String receivingHost, @Nullable String receivingIp, long sessions, @Nullable String reason) {}

    /// As JSON (RFC 8259), in the order of RFC 8460 §4.4.
    public String json() {
        JsonText json = new JsonText().open('{');
        json.text("organization-name", organization);
        json.key("date-range").open('{').text("start-datetime", seconds(start)).text("end-datetime", seconds(end)).close('}');
        json.text("contact-info", contact).text("report-id", id).key("policies").open('[');
        for (Policy policy : policies) {
            json.element().open('{').key("policy").open('{').text("policy-type", policy.type.text());
            if (!policy.strings.isEmpty()) {
                json.texts("policy-string", policy.strings);
            }
            json.text("policy-domain", policy.domain);
            if (!policy.mxHosts.isEmpty()) {
                json.texts("mx-host", policy.mxHosts);
            }
            json.close('}').key("summary").open('{').number("total-successful-session-count", policy.successes).number("total-failure-session-count", policy.failures).close('}');
            if (!policy.details.isEmpty()) {
                json.key("failure-details").open('[');
                policy.details.forEach(failure -> write(json, failure));
                json.close(']');
            }
            json.close('}');
        }
        return json.close(']').close('}').toString();
    }

    private static void write(JsonText json, Failure failure) {
        json.element().open('{').text("result-type", failure.type.text());
        json.textIfAny("sending-mta-ip", failure.sendingIp);
        json.textIfAny("receiving-mx-hostname", failure.receivingHost);
        json.textIfAny("receiving-ip", failure.receivingIp);
        json.number("failed-session-count", failure.sessions);
        json.textIfAny("failure-reason-code", failure.reason);
        json.close('}');
    }

    private static String seconds(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// {@link #json} compressed, as both ways of sending want it. RFC 8460 §5.2.
    public byte[] gzip() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(json().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    /// The file's name. RFC 8460 §5.1.
    /// @param submitter our host's name
    public String fileName(String submitter, String domain) {
        return submitter + "!" + domain + "!" + start.getEpochSecond() + "!" + end.getEpochSecond() + "!001.json.gz";
    }
}
