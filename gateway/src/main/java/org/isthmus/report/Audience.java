// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.smtp.ReportOn;
import org.isthmus.transit.Automation;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;

/// Who may be told what became of a message, so that no two machines tell each other for ever. Layer 6 of loop control.
///
/// | the message | told |
/// |---|---|
/// | from the null reverse-path | nobody, without exception (RFC 5321 §4.5.5, §6.1); failures stand in the postmaster's digest |
/// | a report of ours | the postmaster, once; if it was for the postmaster, nobody |
/// | a report (RFC 6522), or from a mailer-daemon or a `-request` address | nobody; digest |
/// | another machine's (RFC 3834), bulk mail, a list's | nobody, and no receipt; digest. But failures to the sender if they asked by NOTIFY=FAILURE (RFC 3461 §4.1), or if the reverse-path is no author's: then it is the list's own address for failures (RFC 5321 §3.9.2) |
/// | the third message of ours in a row | nobody; digest |
/// | any other | its sender |
sealed interface Audience {
    /// @param generation of the report
    record Sender(Mailbox mailbox, int generation) implements Audience {}

    record Postmaster(int generation) implements Audience {}

    /// @param digest the postmaster is to hear of it some time
    record Nobody(String why, boolean digest) implements Audience {}

    /// @param start the first octets of the message
    static Audience of(QueuedMessage message, List<Happening> told, byte[] start, Lineage lineage, Settings settings) {
        Header header = HeaderReader.read(start, 0, start.length);
        Ancestry ancestry = Ancestry.of(message, start, header, lineage);
        if (message.origin() instanceof Origin.Report) {
            return ofOurs(message, told, ancestry, settings);
        }
        if (!(message.envelope().from() instanceof ReversePath.To(Mailbox sender))) {
            return new Nobody("the reverse-path is null, which nothing is ever sent to", true);
        }
        Optional<String> silence = silence(message, told, sender, header);
        if (silence.isPresent()) {
            return new Nobody(silence.get(), true);
        }
        // Who writes to the author of our report answers it, whatever they are: that counts as a message in the row. What else quotes it may be people who talk about it.
        boolean answer = ancestry.answersUs() && told.stream().allMatch(happening -> isOurAuthor(recipient(message, happening), settings));
        int generation = ancestry.generation(answer) + 1;
        return generation > DsnReporter.LAST_GENERATION
                ? new Nobody("it comes out of reports of ours, and another one would be the third message in a row", true)
                : new Sender(sender, generation);
    }

    private static Audience ofOurs(QueuedMessage message, List<Happening> told, Ancestry ancestry, Settings settings) {
        boolean last = told.stream().allMatch(happening -> isOurAuthor(recipient(message, happening), settings));
        int generation = ancestry.generation(false) + 1;
        if (last || generation > DsnReporter.LAST_GENERATION) {
            return new Nobody(last ? "a message of ours to the postmaster could not be delivered" : "a report about a report could not be delivered", false);
        }
        return new Postmaster(generation);
    }

    private static Mailbox recipient(QueuedMessage message, Happening happening) {
        return message.envelope().recipients().get(happening.recipient()).named();
    }

    /// One of the addresses that reports of ours come from.
    private static boolean isOurAuthor(Mailbox mailbox, Settings settings) {
        Settings.Connector connector = settings.connector();
        return mailbox.equals(connector.postmaster()) || mailbox.local().content().equalsIgnoreCase("postmaster") && mailbox.host() instanceof Domain domain
                && (domain.equals(connector.hostname()) || settings.domains().stream().anyMatch(site -> site.name().matches(domain)));
    }

    /// Why the sender is not to be told.
    private static Optional<String> silence(QueuedMessage message, List<Happening> told, Mailbox sender, Header header) {
        Automation traits = Traits.of(header);
        String local = sender.local().content().toLowerCase(Locale.ROOT);
        if (traits.report() != null) {
            return Optional.of("it is a report itself");
        }
        if (local.equals("mailer-daemon") || local.endsWith("-request")) {
            return Optional.of("its sender " + sender.text() + " is no address that reads reports");
        }
        Optional<String> automatic = Traits.automatic(traits).or(() -> local.startsWith("owner-") ? Optional.of("its sender is " + sender.text()) : Optional.empty());
        boolean failures = told.stream().allMatch(happening -> happening.outcome() instanceof Outcome.Failed);
        boolean many = traits.list() || traits.isBulk() || local.startsWith("owner-");
        boolean wanted = failures && (told.stream().allMatch(happening -> asked(message, happening)) || many && Traits.failuresHaveTheirOwnAddress(header, sender));
        return wanted ? Optional.empty() : automatic.map(trait -> "a machine wrote or spread it: " + trait);
    }

    private static boolean asked(QueuedMessage message, Happening happening) {
        Set<ReportOn> reportOn = message.envelope().recipients().get(happening.recipient()).parameters().reportOn();
        return reportOn != null && reportOn.contains(ReportOn.FAILURE);
    }
}
