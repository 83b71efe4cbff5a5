// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Cause;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Stage;
import org.isthmus.transit.Way;

/// Values for the tests of this room.
final class Samples {
    static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);
    static final Cause SILENT =
            new Cause.Unreachable(new Peer("mx.example", ADDRESS), Stage.CONNECT, "connection refused", EnhancedStatus.of("4.4.1"));
    static final Settings.Queue QUEUE =
            new Settings.Queue(List.of(Duration.ofMinutes(1), Duration.ofHours(1)), Duration.ofDays(5), List.of(Duration.ofHours(4)), Map.of());

    private Samples() {}

    static QueuedMessage message(int number, RecipientState... states) {
        List<Recipient> recipients = new ArrayList<>();
        IntStream.range(0, states.length).forEach(i -> recipients.add(Recipient.of(Mailbox.of("u" + i + "@example.org"), RcptParameters.NONE)));
        ContentFacts facts = new ContentFacts(100, BodyType.SEVENBIT, false, 50, null, null, 0, Priority.NORMAL, 0);
        return new QueuedMessage(
                new QueueId(QueueId.at(NOW).value() + number),
                new Envelope(new ReversePath.To(Mailbox.of("sender@example.net")), MailParameters.NONE, recipients),
                new Origin.Report(null),
                NOW,
                facts,
                List.of(states));
    }

    static QueuedMessage waiting(int number, int recipients) {
        return message(number, Collections.nCopies(recipients, RecipientState.Waiting.from(NOW)).toArray(RecipientState[]::new));
    }

    static Job job(int number, String hop) {
        return new Job(waiting(number, 1), List.of(0), List.of(way(hop)), List.of());
    }

    static Way way(String hop) {
        return new Way(new NextHop.Named(hop), Way.Protocol.SMTP, List.of(new Exchange(hop, List.of(ADDRESS))), false);
    }

    static Settings.Delivery limits(int total, int perDestination) {
        Duration limit = Duration.ofSeconds(30);
        return new Settings.Delivery(total, perDestination, List.of(), true, null, new Settings.Timeouts(limit, limit, limit, limit, limit, limit));
    }
}
