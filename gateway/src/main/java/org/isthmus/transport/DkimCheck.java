// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.dkim.DkimKey;
import org.isthmus.dkim.DkimRecord;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// What an operator should know about keys that sign mail: that one cannot be used, or that DNS publishes another one or none, so that every signature would fail.
/// All are warnings: mail goes in any case.
public final class DkimCheck {
    private static final String ID = "dkim-key";

    private DkimCheck() {}

    /// What the files of keys show.
    public static List<Problem> files(Settings settings, Disk disk) {
        List<Problem> found = new ArrayList<>();
        for (Settings.SiteDomain domain : settings.domains()) {
            for (Settings.Dkim one : domain.dkim()) {
                String trouble = trouble(disk, one);
                if (trouble != null) {
                    found.add(Problem.warning(ID, domain.at(), "the DKIM key " + one.key() + " of " + domain.name().text() + " cannot be used, so mail goes without its signature: " + trouble, null));
                }
            }
        }
        return List.copyOf(found);
    }

    private static @Nullable String trouble(Disk disk, Settings.Dkim one) {
        try {
            DkimKeys.read(disk, one.key());
            return null;
        } catch (IOException e) {
            return e.toString();
        } catch (SyntaxProblem e) {
            return e.getMessage();
        }
    }

    /// What DNS shows about the keys that can be used.
    /// @param goesOn asked before each question; what is not asked is not known
    public static List<Problem> published(Settings settings, Disk disk, Resolver dns, BooleanSupplier goesOn) {
        List<Problem> found = new ArrayList<>();
        for (Settings.SiteDomain domain : settings.domains()) {
            boolean reports = settings.tlsReports().from() != null && domain.name().text().equals(settings.tlsReports().from().host().text());
            for (Settings.Dkim one : domain.dkim()) {
                if (goesOn.getAsBoolean() && domain.name() instanceof Settings.DomainPattern.Exact exact) {
                    String name = one.selector() + "._domainkey." + exact.domain().ascii();
                    key(disk, one).flatMap(key -> trouble(name, key, dns.txt(name), reports)).ifPresent(trouble -> found.add(Problem.warning(ID, domain.at(), trouble,
                            "openssl pkey -in " + one.key() + " -pubout shows the key that belongs to " + name + " (RFC 6376 §3.6.1, RFC 8463 §4)")));
                }
            }
        }
        return List.copyOf(found);
    }

    private static Optional<DkimKey> key(Disk disk, Settings.Dkim one) {
        try {
            return Optional.of(DkimKeys.read(disk, one.key()));
        } catch (IOException | SyntaxProblem e) {
            return Optional.empty();
        }
    }

    private static Optional<String> trouble(String name, DkimKey key, Answer<DnsRecord.Text> answer, boolean reports) {
        return switch (answer) {
            case Answer.Found<DnsRecord.Text> found when found.records().size() > 1 -> Optional.of("DNS has " + found.records().size() + " TXT records at " + name + "; verifiers take one of them, or none");
            case Answer.Found<DnsRecord.Text> found -> trouble(name, key, found.records().getFirst().text(), reports);
            case Answer.NoSuchName<DnsRecord.Text> none -> Optional.of("DNS has no key at " + name + ", so all signatures of " + key + " fail");
            case Answer.NoData<DnsRecord.Text> none -> Optional.of("DNS has no key at " + name + ", so all signatures of " + key + " fail");
            // A time-out is nobody's mistake.
            case Answer.Failed<DnsRecord.Text> failed -> Optional.empty();
        };
    }

    private static Optional<String> trouble(String name, DkimKey key, String text, boolean reports) {
        try {
            DkimRecord record = DkimRecord.parse(text);
            if (record.key() == null) {
                return Optional.of("DNS says at " + name + " that the key has been taken back, so all signatures of it fail");
            }
            if (!key.isProvedBy(record.key())) {
                return Optional.of("the key that DNS has at " + name + " is not the one that signs (" + key + "), so all signatures of it fail");
            }
            if (!record.serves("email")) {
                return Optional.of("the key at " + name + " may not sign mail (s=" + String.join(":", record.services()) + ")");
            }
            return reports && !record.serves("tlsrpt") ? Optional.of("the key at " + name + " may not sign reports about TLS (s=" + String.join(":", record.services()) + "; RFC 8460 §3)") : Optional.empty();
        } catch (SyntaxProblem e) {
            return Optional.of("the key that DNS has at " + name + " cannot be read: " + e.getMessage());
        }
    }
}
