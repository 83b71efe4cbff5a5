// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.dsn.Action;
import org.isthmus.dsn.Dsn;
import org.isthmus.dsn.RecipientReport;
import org.isthmus.dsn.TypedText;
import org.isthmus.message.HeaderField;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.StatusClass;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.jspecify.annotations.Nullable;

/// The part of a report that is for machines. RFC 3464.
///
/// Recipients are named as the sender named them, even where an alias put another address in their place: RFC 3464 §4.2 leaves what is behind it to its owner.
/// The site's own servers are not named.
final class MachinePart {
    /// Room for all diagnostics of a report together, so that one about thousands of recipients stays within reason.
    private static final int DIAGNOSTICS = 200_000;
    private static final EnhancedStatus DONE = EnhancedStatus.of("2.0.0");

    private final QueuedMessage message;
    private final Settings settings;
    private final SiteServers site;

    MachinePart(QueuedMessage message, Settings settings) {
        this.message = message;
        this.settings = settings;
        this.site = new SiteServers(settings);
    }

    Dsn dsn(List<Happening> told) {
        int room = Math.clamp(DIAGNOSTICS / told.size(), 80, 1000);
        return new Dsn(TypedText.dns(settings.connector().hostname().ascii()), message.envelope().parameters().envelopeId(), receivedFrom(), message.accepted(),
                told.stream().map(happening -> recipient(happening, room)).toList());
    }

    /// RFC 3464 §2.2.4: the name that the client gave, if it is one.
    private @Nullable TypedText receivedFrom() {
        return switch (message.origin()) {
            case Origin.Received received -> helloName(received.client());
            case Origin.Report report -> null;
        };
    }

    private static @Nullable TypedText helloName(Client client) {
        if (client.hello() == null) {
            return null;
        }
        String name = client.hello().name();
        try {
            return TypedText.dns(name.startsWith("[") ? AddressLiteral.parse(new Cursor(name)).text() : Domain.parse(name).ascii());
        } catch (SyntaxProblem e) {
            return null;
        }
    }

    private RecipientReport recipient(Happening happening, int room) {
        Recipient recipient = message.envelope().recipients().get(happening.recipient());
        Evidence evidence = evidence(happening.outcome(), recipient);
        TypedText diagnostic = evidence.diagnostic();
        TypedText cut = diagnostic == null || diagnostic.text().length() <= room ? diagnostic : new TypedText(diagnostic.type(), diagnostic.text().substring(0, room));
        boolean delayed = happening.action() == Action.DELAYED;
        return new RecipientReport(original(recipient), TypedText.address(recipient.named()), happening.action(), status(happening), evidence.remote(), cut,
                evidence.attempted() ? happening.attempted().orElse(null) : null, null, delayed ? happening.willRetryUntil().orElse(null) : null, path(happening.outcome()));
    }

    private static @Nullable TypedText original(Recipient recipient) {
        // RFC 3464 §2.3.1: only what the sender gave.
        OriginalRecipient original = recipient.parameters().originalRecipient();
        return original == null ? null : new TypedText(original.type(), original.address());
    }

    /// RFC 3464 §2.3.4: a status of the class that the action means. A last failure that was temporary becomes final here (4.4.7 is 5.4.7).
    private static EnhancedStatus status(Happening happening) {
        return switch (happening.outcome()) {
            case Outcome.Failed failed -> failed.cause().status().as(StatusClass.PERMANENT_FAILURE);
            case Outcome.Deferred deferred -> deferred.cause().status().as(StatusClass.PERSISTENT_TRANSIENT_FAILURE);
            case Outcome.Delivered delivered -> Optional.ofNullable(delivered.reply().status()).filter(s -> s.kind() == StatusClass.SUCCESS).orElse(DONE);
            case Outcome.Expanded expanded -> DONE;
            case Outcome.Removed removed -> DONE;
        };
    }

    /// @param attempted whether somebody was talked to, or looked for
    private record Evidence(@Nullable TypedText remote, @Nullable TypedText diagnostic, boolean attempted) {}

    private Evidence evidence(Outcome outcome, Recipient recipient) {
        return switch (outcome) {
            case Outcome.Failed failed -> evidence(failed.cause(), recipient.named());
            case Outcome.Deferred deferred -> evidence(deferred.cause(), recipient.named());
            case Outcome.Delivered delivered -> new Evidence(delivered.inside() ? null : remote(delivered.peer()), TypedText.smtp(delivered.reply().text()), true);
            case Outcome.Expanded expanded -> new Evidence(null, null, false);
            case Outcome.Removed removed -> new Evidence(null, null, false);
        };
    }

    private Evidence evidence(Cause cause, Mailbox recipient) {
        TypedText ours = new TypedText("X-Isthmus", new CauseText(site).of(cause, recipient).what());
        return switch (cause) {
            case Cause.Replied replied -> new Evidence(remote(replied.peer()), TypedText.smtp(replied.reply().text()), true);
            case Cause.Unreachable unreachable -> new Evidence(remote(unreachable.peer()), ours, true);
            case Cause.Unsupported unsupported -> new Evidence(remote(unsupported.peer()), ours, true);
            case Cause.Unresolved unresolved -> new Evidence(null, ours, true);
            case Cause.Looped looped -> new Evidence(null, TypedText.smtp(reply(looped, recipient)), false);
            case Cause.Decided decided -> new Evidence(null, ours, false);
            case Cause.Local local -> new Evidence(null, ours, false);
            case Cause.Expired expired -> expired.last() == null ? new Evidence(null, ours, false) : evidence(expired.last(), recipient);
        };
    }

    /// As a client is told it that would bring such a message.
    private static String reply(Cause.Looped looped, Mailbox recipient) {
        boolean policy = looped.evidence().layer().equals("loopback");
        return (looped.status().isPermanent() ? "550 " : "450 ") + looped.status()
                + (policy ? " " + HumanPart.FAILED + " " + recipient.text() + " is an address of this site, and mail for it would leave the site only to come back"
                        : " mail loop: mail for " + recipient.text() + " would come back to this server");
    }

    /// RFC 3464 §2.3.10: the way of a message that circled, for those who look after the servers on it.
    private static List<HeaderField> path(Outcome outcome) {
        Cause cause = switch (outcome) {
            case Outcome.Failed failed -> failed.cause();
            case Outcome.Deferred deferred -> deferred.cause();
            case Outcome.Delivered delivered -> null;
            case Outcome.Expanded expanded -> null;
            case Outcome.Removed removed -> null;
        };
        Cause last = cause instanceof Cause.Expired expired ? expired.last() : cause;
        String path = last instanceof Cause.Looped looped ? looped.evidence().path(true) : "";
        return path.isEmpty() ? List.of() : List.of(new HeaderField("X-Loop-Path", " " + path.replaceAll("[^ -~]", "?")));
    }

    private @Nullable TypedText remote(Peer peer) {
        if (site.test(peer)) {
            return null;
        }
        try {
            // The host of a next hop may be written as an address.
            return TypedText.dns(new AddressLiteral(InetAddress.ofLiteral(peer.name())).text());
        } catch (IllegalArgumentException e) {
            return TypedText.dns(peer.name());
        }
    }
}
