// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Directory;
import org.isthmus.directory.DomainTable;
import org.isthmus.directory.Presence;
import org.isthmus.transit.Step;

/// The directory with one more address in every domain, that stands for all listed ones: a million of them go the same way, and nobody has to read which they are.
final class SampleDirectory implements Directory {
    private static final LocalPart LISTED = new LocalPart("isthmus-some-listed-address");
    private static final LocalPart UNLISTED = new LocalPart("isthmus-an-address-that-is-nowhere-listed");

    private final Directory inner;

    SampleDirectory(Directory inner) {
        this.inner = inner;
    }

    static Mailbox listed(Domain domain) {
        return new Mailbox(LISTED, domain);
    }

    static Mailbox unlisted(Domain domain) {
        return new Mailbox(UNLISTED, domain);
    }

    /// The address for people: what it stands for.
    static String words(Mailbox address) {
        return address.local().equals(LISTED) ? "an address of " + address.host().text()
                : address.local().equals(UNLISTED) ? "an unlisted address of " + address.host().text() : address.text();
    }

    @Override
    public Presence find(Mailbox address, Snapshot snapshot) {
        return isListed(address) ? known(address, snapshot) : inner.find(address, snapshot);
    }

    @Override
    public Presence resident(Mailbox address, Snapshot snapshot) {
        return isListed(address) ? known(address, snapshot) : inner.resident(address, snapshot);
    }

    private static boolean isListed(Mailbox address) {
        return address.local().content().toLowerCase(Locale.ROOT).equals(LISTED.content());
    }

    private static Presence known(Mailbox address, Snapshot snapshot) {
        Optional<SiteDomain> domain = address.host() instanceof Domain name ? DomainTable.of(snapshot).find(name) : Optional.empty();
        return domain.<Presence>map(one -> new Presence.Known(one, Step.of("directory", "domains.\"" + one.name().text() + "\" recipients", one.at(), "stands for the listed addresses")))
                .orElseGet(Presence.NotOurs::new);
    }
}
