// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.message.HeaderScanner;
import org.isthmus.message.MessageDate;
import org.isthmus.message.MessageId;
import org.isthmus.message.QuotedPrintable;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Priority;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Report;

/// A letter of ours to the postmaster: from the null reverse-path, so that nothing ever comes back for it, and marked as nobody's to answer. RFC 5321 §4.5.5, RFC 3834 §5.
final class PostmasterLetter {
    private PostmasterLetter() {}

    /// @param name what tells it from others of the same moment
    /// @param text lines ended by LF
    static Report write(Settings settings, Instant now, String name, String subject, String text) {
        Domain host = settings.connector().hostname();
        Mailbox postmaster = settings.connector().postmaster();
        String address = postmaster.isAscii() ? postmaster.text() : "postmaster@" + host.ascii();
        StringBuilder header = new StringBuilder(600);
        header.append("From: Isthmus <").append(address).append(">\r\n");
        header.append("To: <").append(address).append(">\r\n");
        header.append("Subject: ").append(plain(subject)).append("\r\n");
        header.append("Date: ").append(MessageDate.format(now)).append("\r\n");
        header.append("Message-ID: ").append(MessageId.of("alert." + now.toEpochMilli() + "." + name, host)).append("\r\n");
        header.append("Auto-Submitted: auto-generated\r\n");
        header.append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        byte[] body = QuotedPrintable.encode(text.replace("\r", "").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        byte[] head = header.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] octets = java.util.Arrays.copyOf(head, head.length + body.length + 2);
        System.arraycopy(body, 0, octets, head.length, body.length);
        octets[octets.length - 2] = '\r';
        octets[octets.length - 1] = '\n';
        return new Report(envelope(postmaster), new Origin.Report(null), facts(octets), octets);
    }

    /// What strangers wrote ends up in a subject; nothing in it may end the line.
    private static String plain(String subject) {
        StringBuilder plain = new StringBuilder();
        subject.codePoints().limit(200).forEach(c -> plain.append(c >= ' ' && c < 127 ? (char) c : '?'));
        return plain.toString();
    }

    private static Envelope envelope(Mailbox postmaster) {
        MailParameters parameters = new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, !postmaster.isAscii(), null, null);
        // RFC 3461 §5.2: nobody would read a report about it.
        return new Envelope(ReversePath.NULL, parameters, List.of(Recipient.of(postmaster, new RcptParameters(java.util.Set.<ReportOn>of(), null))));
    }

    private static ContentFacts facts(byte[] octets) {
        HeaderScanner scanner = new HeaderScanner(Integer.MAX_VALUE, Integer.MAX_VALUE);
        scanner.feed(octets, 0, octets.length);
        scanner.finish();
        CRC32C crc = new CRC32C();
        crc.update(octets);
        return new ContentFacts(octets.length, BodyType.SEVENBIT, false, scanner.headerSize(), scanner.messageId(), scanner.subject(), 0, Priority.NORMAL, (int) crc.getValue());
    }
}
