// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.SmtpCourier;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;

/// One message for one recipient, and the client that brings it to a server.
final class Posting {
    static final String CONTENT = "Subject: one\r\n\r\nbody\r\n";

    private static final Map<String, Snapshot> CONFIGURED = new ConcurrentHashMap<>();

    private Posting() {}

    /// One attempt, on connections of its own.
    /// @param hop the keys of the next hop but its url: `tls = required`
    /// @param scheme `smtp` or `smtps`
    static DeliveryAttempt attempt(Platform platform, ClientTls tls, InetSocketAddress to, String scheme, String hop) throws InterruptedException {
        return attempt(platform, tls, to, scheme, hop, Recognition.NONE);
    }

    static DeliveryAttempt attempt(Platform platform, ClientTls tls, InetSocketAddress to, String scheme, String hop, Recognition recognition) throws InterruptedException {
        Snapshot snapshot = CONFIGURED.computeIfAbsent(scheme + " " + hop, key -> configured(scheme, hop));
        return new SmtpCourier(platform.network(), platform.time(), platform.threads(), platform.entropy(), tls).deliver(request(to, recognition), snapshot);
    }

    /// The port is that of the way.
    private static Snapshot configured(String scheme, String hop) {
        return new Snapshot(1, ConfigLoader.parse("""
                connector { hostname = "mx1.example.net", data = /data, postmaster = "postmaster@example.net" }
                next-hops { hop { url = "%s://127.0.0.1:2525", %s } }
                delivery { reuse = false }
                """.formatted(scheme, hop)).orThrow());
    }

    private static DeliveryRequest request(InetSocketAddress to, Recognition recognition) {
        byte[] content = CONTENT.getBytes(StandardCharsets.US_ASCII);
        List<Recipient> recipients = List.of(Recipient.of(Mailbox.of("b@example.org"), new RcptParameters(null, null)));
        QueuedMessage message = new QueuedMessage(
                new QueueId(1), new Envelope(new ReversePath.To(Mailbox.of("a@example.net")), new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, null), recipients),
                new Origin.Report(null), Instant.EPOCH, new ContentFacts(content.length, BodyType.SEVENBIT, false, 14, null, null, 0, Priority.NORMAL, 0),
                Collections.nCopies(1, RecipientState.Waiting.from(Instant.EPOCH)));
        Way way = new Way(new NextHop.Named("hop"), Way.Protocol.SMTP, List.of(new Exchange("peer.example", List.of(to))), false);
        return new DeliveryRequest(message, List.of(0), List.of(way), new Bytes(content), recognition, Stamp.NONE);
    }

    private record Bytes(byte[] octets) implements Content {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }
}
