// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.message.MessageId;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.syntax.SipHash;
import org.isthmus.tlsrpt.ReportLetter;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Report;

/// Posts reports about TLS as mail. RFC 8460 §5.3. From the null reverse-path, so that nothing ever comes back for one, and with our lineage, like all that we write.
public final class ReportMail {
    private final Lineage lineage;
    private final Predicate<Domain> signs;
    private final Post post;

    /// Into the spool, like any other mail. Durable when it returns.
    @FunctionalInterface
    public interface Post {
        void post(Report letter) throws IOException;
    }

    /// @param signs whether mail from a domain is signed with DKIM as it leaves
    public ReportMail(Lineage lineage, Predicate<Domain> signs, Post post) {
        this.lineage = lineage;
        this.signs = signs;
        this.post = post;
    }

    /// Whether reports from an address would be signed. Without a signature nobody may believe one: RFC 8460 §3.
    boolean isSigned(Mailbox from) {
        return from.host() instanceof Domain domain && signs.test(domain);
    }

    /// Posts a report.
    /// @param domain that it is about
    /// @throws IOException if the spool does not take it now
    void post(Settings settings, Mailbox from, Mailbox to, String domain, TlsReport report, Instant now) throws IOException {
        Domain host = settings.connector().hostname();
        // The same for the same report: one that is posted again after a crash is the same message.
        Passage passage = Passage.FIRST.named(name(report.id() + " " + to.text())).ofGeneration(1);
        String token = lineage.sign(passage.uid(), 1, to, now);
        String id = MessageId.of("tlsrpt." + report.id().split("@", 2)[0] + (token.isEmpty() ? "" : "." + token), host);
        byte[] octets = new ReportLetter(from.text(), to.text(), id, domain, host.ascii(), report).write(now);
        post.post(new Report(envelope(to), new Origin.Report(null), ContentFacts.of(octets), passage, octets));
    }

    private static long name(String text) {
        long sum = new SipHash(SipHash.Key.of(new byte[16])).put(text).sum();
        return Passage.of(new QueueId(sum)).uid();
    }

    /// It goes whatever the policies of the recipient's domain say, for they may be what it tells about: RFC 8460 §5.3, RFC 8689 §4.2.2.
    private static Envelope envelope(Mailbox to) {
        MailParameters parameters = new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, null).with(TlsWish.WAIVED);
        return new Envelope(ReversePath.NULL, parameters, List.of(Recipient.of(to, new RcptParameters(Set.of(), null))));
    }
}
