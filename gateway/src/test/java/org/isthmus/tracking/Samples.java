// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Events to test with.
final class Samples {
    static final Instant MORNING = Instant.parse("2026-11-24T05:40:01.5Z");
    static final Peer PEER = new Peer("mx.partner.example", address("198.51.100.9", 25));
    static final Step STEP = new Step("route", "routes[2] to=\"*\" via=mx", new SourceLine("isthmus.conf", 31), "deliver mx:partner.example",
            List.of("partner.example MX 10 mx.partner.example, ttl 300, from 127.0.0.1:53"), List.of("routes[0]: from does not match"));

    private Samples() {}

    static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    static Client client(String ip) {
        return new Client("internet", address("203.0.113.7", 25), address(ip, 40123), new Hello(true, "client.example"), "alice", "s3ss10n");
    }

    static Event.Refused refused(Instant at, String trace, String ip, String to) {
        return new Event.Refused(at, trace, client(ip), "RCPT", "spammer@bad.example", to, Reply.of(550, "5.1.1", "No such user here"), List.of(STEP));
    }

    static Event.Accepted accepted(QueueId id, String from, String messageId, String... to) {
        return accepted(id, from, messageId, new Origin.Received(client("192.0.2.55"), "ESMTP"), to);
    }

    static Event.Accepted accepted(QueueId id, String from, @Nullable String messageId, Origin origin, String... to) {
        List<Recipient> recipients = new ArrayList<>();
        List<RecipientState> states = new ArrayList<>();
        List<List<Step>> steps = new ArrayList<>();
        for (String one : to) {
            recipients.add(new Recipient(Mailbox.of(one),
                    new RcptParameters(Set.of(ReportOn.FAILURE, ReportOn.DELAY), new OriginalRecipient("rfc822", "orig@x.example")), List.of(Mailbox.of("old@site.example"))));
            states.add(RecipientState.Waiting.from(id.moment()));
            steps.add(List.of(STEP));
        }
        ReversePath path = from.isEmpty() ? ReversePath.NULL : new ReversePath.To(Mailbox.of(from));
        MailParameters parameters = new MailParameters(OptionalLong.of(1200), BodyType.EIGHTBITMIME, true, ReturnContent.HDRS, "env-1");
        ContentFacts facts = new ContentFacts(1234, BodyType.SEVENBIT, true, 321, messageId, "Grüße 😀", 2, Priority.NON_URGENT, -1);
        return new Event.Accepted(id.moment(), new QueuedMessage(id, new Envelope(path, parameters, recipients), origin, id.moment(), facts, states), steps);
    }

    static Event.Attempted attempted(QueueId id, Instant at, Outcome outcome) {
        Way way = new Way(new NextHop.Named("provider"), Way.Protocol.SMTP, List.of(new Exchange("mx.partner.example", List.of(PEER.address()))), false);
        return new Event.Attempted(at, new DeliveryAttempt(id, way, at.minusMillis(1250), Duration.ofMillis(1250),
                List.of(new DeliveryAttempt.Try(PEER, "connected")), Map.of(1, outcome, 0, outcome), Set.of(1), List.of("< 220 mx ready", "> MAIL FROM:<a@b>")));
    }

    static Event.Settled settled(QueueId id, Instant at, String to, Outcome outcome) {
        return new Event.Settled(at, id, 0, Mailbox.of(to), outcome, 3, outcome instanceof Outcome.Deferred ? at.plusSeconds(300) : null);
    }

    static Outcome delivered() {
        return new Outcome.Delivered(PEER, Reply.of(250, "2.0.0", "queued as 77"), true, false);
    }

    static Outcome deferred() {
        return new Outcome.Deferred(new Cause.Replied(PEER, Stage.END_OF_DATA, Reply.of(451, "4.7.1", "Greylisted, come back"), EnhancedStatus.of("4.7.1")));
    }

    /// One cause of each kind.
    static List<Cause> causes() {
        EnhancedStatus status = EnhancedStatus.of("4.4.1");
        Cause replied = new Cause.Replied(PEER, Stage.RCPT, Reply.of(550, "5.1.1", "unknown"), EnhancedStatus.of("5.1.1"));
        return List.of(
                replied,
                new Cause.Unresolved(Domain.of("partner.example"), "SERVFAIL", status),
                new Cause.Unreachable(PEER, Stage.CONNECT, "refused", status),
                new Cause.Unsupported(PEER, "SMTPUTF8", status),
                new Cause.Looped(new LoopEvidence("L1", "it comes back", new SourceLine("isthmus.conf", 7), List.of("x MX 10 us")), EnhancedStatus.of("5.4.6")),
                new Cause.Decided("no route", new SourceLine("isthmus.conf", 9), status),
                new Cause.Local("disk full", status),
                new Cause.Expired(Duration.ofDays(5), replied, status));
    }

    /// One event of each kind, and of each kind of outcome and cause.
    static List<Event> everything(QueueId id) {
        Mailbox to = Mailbox.of("bob@partner.example");
        List<Event> all = new ArrayList<>(List.of(
                refused(MORNING, "7XK2", "192.0.2.66", "nobody@site.example"),
                accepted(id, "alice@site.example", "<m1@site.example>", "bob@partner.example"),
                accepted(id, "", null, new Origin.Report(QueueId.at(MORNING)), "alice@site.example"),
                new Event.Routed(MORNING, id, 0, to, "deliver", List.of(STEP)),
                attempted(id, MORNING, deferred()),
                settled(id, MORNING, "bob@partner.example", delivered()),
                settled(id, MORNING, "bob@partner.example", new Outcome.Expanded(List.of(1, 2), true)),
                settled(id, MORNING, "bob@partner.example", new Outcome.Removed("operator")),
                new Event.Held(MORNING, id, 0, to, true, "loopback", "loop.loopback = hold"),
                new Event.Held(MORNING, id, 0, to, false, "operator", "released"),
                new Event.Reported(MORNING, id, "alice@site.example", "failed", List.of(0, 2)),
                new Event.Withheld(MORNING, id, List.of(0, 2), "the reverse-path is null", true),
                new Event.Gone(MORNING, id, Duration.ofSeconds(75)),
                new Event.Noted(MORNING, "started", "version 0.1.0")));
        for (Cause cause : causes()) {
            all.add(settled(id, MORNING, "bob@partner.example", new Outcome.Deferred(cause)));
            all.add(settled(id, MORNING, "bob@partner.example", new Outcome.Failed(cause)));
        }
        return all;
    }
}
