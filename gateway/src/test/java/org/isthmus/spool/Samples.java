// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.Settlement;
import org.isthmus.transit.Step;

/// Ordinary values for the tests of the spool.
final class Samples {
    static final InetSocketAddress SOCKET = new InetSocketAddress("192.0.2.7", 25);
    static final Peer PEER = new Peer("mx.example.net", SOCKET);

    private Samples() {}

    static Envelope envelope(int recipients) {
        List<Recipient> all = new ArrayList<>();
        for (int i = 0; i < recipients; i++) {
            all.add(recipient("user" + i));
        }
        return new Envelope(new ReversePath.To(Mailbox.of("sender@example.org")), MailParameters.NONE, all);
    }

    static Recipient recipient(String name) {
        return Recipient.of(Mailbox.of(name + "@example.net"), RcptParameters.NONE);
    }

    static Origin origin() {
        Client client = new Client("internet", SOCKET, new InetSocketAddress("198.51.100.9", 40123), new Hello(true, "client.example"), null, "s1");
        return new Origin.Received(client, "ESMTP");
    }

    static ContentFacts facts(byte[] content) {
        return new ContentFacts(content.length, BodyType.SEVENBIT, false, 20, "<id@example.org>", "greetings", 1, Priority.NORMAL, Checksum.of(content, 0, content.length), 2);
    }

    static byte[] content(int size, int seed) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) ('a' + (i * 31L + seed) % 26);
        }
        return content;
    }

    static List<List<Step>> steps(int recipients) {
        List<List<Step>> steps = new ArrayList<>();
        for (int i = 0; i < recipients; i++) {
            steps.add(List.of(Step.of("directory", "domains.example.net", null, "known")));
        }
        return steps;
    }

    static Report report(QueueId about, String text) {
        byte[] content = text.getBytes(StandardCharsets.US_ASCII);
        Envelope envelope = new Envelope(ReversePath.NULL, MailParameters.NONE, List.of(recipient("reported")));
        return new Report(envelope, new Origin.Report(about), facts(content), content);
    }

    static Settlement delivered(int recipient) {
        return new Settlement(recipient, new RecipientState.Settled(new Outcome.Delivered(PEER, Reply.of(250, "2.0.0", "taken"), false, false)));
    }

    static Settlement deferred(int recipient, int attempts, Instant due) {
        Cause cause = new Cause.Local("try " + attempts, EnhancedStatus.of("4.3.0"));
        return new Settlement(recipient, new RecipientState.Waiting(due, attempts, 0, cause, false, false));
    }

    static Spool.Settling settling(Settlement... settlements) {
        return new Spool.Settling(List.of(settlements), List.of(), List.of(), List.of());
    }
}
