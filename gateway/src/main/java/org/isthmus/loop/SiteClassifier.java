// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.List;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Directory;
import org.isthmus.directory.Presence;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;

/// Classes out of the directory and the kind of the domain.
///
/// | | known | unknown |
/// |---|---|---|
/// | authoritative | SITE_KNOWN | SITE_UNKNOWN |
/// | shared | SITE_KNOWN | SITE_SHARED |
/// | relay | CLIENT_RELAY | SITE_UNKNOWN |
///
/// An unknown address of a relay domain arises only where its recipients are listed; then it is refused as ours are, because the bounce would be ours.
public final class SiteClassifier implements Classifier {
    private final Directory directory;

    public SiteClassifier(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Classified classify(Mailbox address, Snapshot snapshot) {
        return classified(directory.find(address, snapshot));
    }

    @Override
    public Classified classify(Recipient recipient, Snapshot snapshot) {
        return classified(recipient.comesAgain() ? directory.resident(recipient.address(), snapshot) : directory.find(recipient.address(), snapshot));
    }

    private static Classified classified(Presence presence) {
        return switch (presence) {
            case Presence.NotOurs stranger -> new Classified(RecipientClass.REMOTE, stranger, List.of());
            case Presence.Known known -> of(resident(known.domain()), known, known.domain(), known.step());
            case Presence.Expands expands -> of(resident(expands.domain()), expands, expands.domain(), expands.step());
            case Presence.Undecided undecided -> of(resident(undecided.domain()), undecided, undecided.domain(), undecided.step());
            case Presence.Unknown unknown -> of(elsewhere(unknown.domain()), unknown, unknown.domain(), unknown.step());
        };
    }

    private static RecipientClass resident(SiteDomain domain) {
        return domain.kind() == SiteDomain.Kind.RELAY ? RecipientClass.CLIENT_RELAY : RecipientClass.SITE_KNOWN;
    }

    private static RecipientClass elsewhere(SiteDomain domain) {
        return domain.kind() == SiteDomain.Kind.SHARED ? RecipientClass.SITE_SHARED : RecipientClass.SITE_UNKNOWN;
    }

    private static Classified of(RecipientClass kind, Presence presence, SiteDomain domain, Step step) {
        String rule = "domains.\"" + domain.name().text() + "\" kind = " + domain.kind().name().toLowerCase(Locale.ROOT);
        return new Classified(kind, presence, List.of(step, Step.of("class", rule, domain.at(), kind.name())));
    }
}
