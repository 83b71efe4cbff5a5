// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.isthmus.message.MessageDate;

/// A report as mail. RFC 8460 §5.3. It is to be signed with DKIM by the domain of {@code from} before it goes. It says of itself that it may go without TLS (RFC 8689 §5),
/// for it must arrive where TLS is broken.
///
/// @param from an address of the reporting domain
/// @param to where it is wanted
/// @param messageId with its angle brackets
/// @param domain that it is about
/// @param submitter our host's name
public record ReportLetter(String from, String to, String messageId, String domain, String submitter, TlsReport report) {

    /// The whole message, lines ended by CRLF, US-ASCII.
    public byte[] write(Instant date) {
        String boundary = "tlsrpt-" + report.start().getEpochSecond() + "-" + report.end().getEpochSecond();
        String name = report.fileName(submitter, domain);
        StringBuilder mail = new StringBuilder(2000);
        line(mail, "From: <" + from + ">");
        line(mail, "To: <" + to + ">");
        line(mail, "Date: " + MessageDate.format(date));
        line(mail, "Message-ID: " + messageId);
        line(mail, "Subject: Report Domain: " + domain + "\r\n Submitter: " + submitter + "\r\n Report-ID: <" + report.id() + ">");
        line(mail, "TLS-Report-Domain: " + domain);
        line(mail, "TLS-Report-Submitter: " + submitter);
        line(mail, "TLS-Required: No");
        line(mail, "Auto-Submitted: auto-generated");
        line(mail, "MIME-Version: 1.0");
        line(mail, "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n\tboundary=\"" + boundary + "\"");
        line(mail, "");
        line(mail, "--" + boundary);
        line(mail, "Content-Type: text/plain; charset=us-ascii\r\n");
        line(mail, "This is a report about TLS with the mail servers of " + domain + ",\r\nfrom " + report.start() + "\r\nto " + report.end()
                + ",\r\nas " + submitter + " saw it (RFC 8460).\r\n");
        line(mail, "--" + boundary);
        line(mail, "Content-Type: application/tlsrpt+gzip");
        line(mail, "Content-Transfer-Encoding: base64");
        line(mail, "Content-Disposition: attachment;\r\n\tfilename=\"" + name + "\"\r\n");
        line(mail, Base64.getMimeEncoder().encodeToString(report.gzip()));
        line(mail, "--" + boundary + "--");
        return mail.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void line(StringBuilder mail, String line) {
        mail.append(line).append("\r\n");
    }
}
