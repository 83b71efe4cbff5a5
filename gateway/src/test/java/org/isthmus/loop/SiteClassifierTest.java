// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Directory;
import org.isthmus.directory.Presence;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteClassifierTest {
    private static final Step STEP = Step.of("directory", "rule", null, "outcome");

    private static Snapshot site(Kind kind) {
        return new SampleSite().domain("example.com", kind, d -> d).snapshot();
    }

    /// Says the same of everybody; of mailboxes alone, that they are known.
    private record Saying(Presence presence) implements Directory {
        @Override
        public Presence find(Mailbox address, Snapshot snapshot) {
            return presence;
        }

        @Override
        public Presence resident(Mailbox address, Snapshot snapshot) {
            return new Presence.Known(snapshot.settings().domains().getFirst(), STEP);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "known, AUTHORITATIVE, SITE_KNOWN", "known, SHARED, SITE_KNOWN", "known, RELAY, CLIENT_RELAY",
        "unknown, AUTHORITATIVE, SITE_UNKNOWN", "unknown, SHARED, SITE_SHARED", "unknown, RELAY, SITE_UNKNOWN",
        "expands, AUTHORITATIVE, SITE_KNOWN", "expands, RELAY, CLIENT_RELAY", "undecided, AUTHORITATIVE, SITE_KNOWN", "undecided, SHARED, SITE_KNOWN",
        "stranger, AUTHORITATIVE, REMOTE",
    })
    void theClassFollowsFromKindAndPresence(String said, Kind kind, RecipientClass expected) {
        Snapshot snapshot = site(kind);
        SiteDomain domain = snapshot.settings().domains().getFirst();
        Presence presence = switch (said) {
            case "known" -> new Presence.Known(domain, STEP);
            case "unknown" -> new Presence.Unknown(domain, STEP);
            case "expands" -> new Presence.Expands(domain, List.of(Mailbox.of("x@example.com")), true, STEP);
            case "undecided" -> new Presence.Undecided(domain, "disk", STEP);
            default -> new Presence.NotOurs();
        };
        Classifier.Classified classified = new SiteClassifier(new Saying(presence)).classify(Mailbox.of("bob@example.com"), snapshot);
        assertThat(classified.kind()).isEqualTo(expected);
        assertThat(classified.presence()).isEqualTo(presence);
        assertThat(classified.steps()).hasSize(expected == RecipientClass.REMOTE ? 0 : 2);
    }

    @Test
    void whatWasExpandedOnceIsAskedAsAMailbox() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE);
        SiteDomain domain = snapshot.settings().domains().getFirst();
        Mailbox bob = Mailbox.of("bob@example.com");
        Classifier classifier = new SiteClassifier(new Saying(new Presence.Expands(domain, List.of(bob), true, STEP)));
        Recipient first = Recipient.of(Mailbox.of("BOB@example.com"), RcptParameters.NONE);
        assertThat(classifier.classify(first, snapshot).presence()).isInstanceOf(Presence.Expands.class);
        Recipient again = new Recipient(bob, RcptParameters.NONE, List.of(first.address()));
        assertThat(classifier.classify(again, snapshot).presence()).isInstanceOf(Presence.Known.class);
    }
}
