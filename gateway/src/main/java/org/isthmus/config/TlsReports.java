// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.List;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.DomainPattern;
import org.jspecify.annotations.Nullable;

/// Reports to other domains about TLS with their servers. RFC 8460.
public record TlsReports(
        @Doc("The sender of reports to domains that want to know how TLS with their servers fared (TLS-RPT); in a domain of ours with dkim. Left out: none are sent.") @Nullable Mailbox from,
        @Doc("Who reports, in your words. Left out: connector.hostname.") @Nullable String organization,
        @Doc("Whom the reports name for questions. Left out: connector.postmaster.") @Nullable Mailbox contact) {
    /// None are sent.
    public static final TlsReports NONE = new TlsReports(null, null, null);

    static TlsReports read(Section root, List<Settings.SiteDomain> domains) {
        Optional<Section> written = root.section("tls-reports");
        if (written.isEmpty()) {
            return NONE;
        }
        Section section = written.get();
        Mailbox from = section.one("from", Kind.MAILBOX).filter(mailbox -> usable(section, mailbox, domains)).orElse(null);
        String organization = section.one("organization", Kind.TEXT).orElse(null);
        Mailbox contact = section.one("contact", Kind.MAILBOX).orElse(null);
        section.finish();
        return new TlsReports(from, organization, contact);
    }

    private static boolean usable(Section section, Mailbox from, List<Settings.SiteDomain> domains) {
        if (!from.isAscii() || !(from.host() instanceof Domain domain)) {
            section.problems().error("bad-value", section.at("from"), "tls-reports.from: " + from + " is no address that every server of the world takes; expected one in US-ASCII, in a domain");
            return false;
        }
        boolean signed = domains.stream().anyMatch(one -> !one.dkim().isEmpty() && one.name() instanceof DomainPattern.Exact exact && exact.domain().equals(domain));
        if (!signed) {
            section.problems().warning("tls-reports", section.at("from"), "tls-reports.from is in " + domain.text()
                    + ", which has no dkim: reports by mail must be signed (RFC 8460 §3), so only domains that take them by HTTPS get any; domains { \"" + domain.text() + "\" { dkim = [...] } }");
        }
        return true;
    }
}
