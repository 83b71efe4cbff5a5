// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Release;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.smtp.StatusClass;
import org.isthmus.smtp.Timing;
import org.isthmus.smtp.TlsWish;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Automation;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Prints;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.jspecify.annotations.Nullable;

/// Reads what {@link TransitWriter} wrote. Ends with a value or with {@link Damaged}, whatever the bytes are.
final class TransitReader {
    private final ByteReader in;
    private final int version;

    /// @param version of what was written, at most {@link TransitWriter#VERSION}
    TransitReader(ByteReader in, int version) {
        this.in = in;
        this.version = version;
    }

    Envelope envelope() throws Damaged {
        int tag = in.u8();
        Timing timing = Timing.NONE;
        if (tag == TransitWriter.TIMING) {
            timing = timing();
            tag = in.u8();
        }
        TlsWish tls = tag == TransitWriter.TLS_REQUIRED ? TlsWish.REQUIRED : tag == TransitWriter.TLS_WAIVED ? TlsWish.WAIVED : TlsWish.UNSAID;
        if (tls != TlsWish.UNSAID) {
            tag = in.u8();
        }
        return new Envelope(reversePath(tag), mailParameters().with(timing).with(tls), list(2, this::recipient));
    }

    Recipient recipient() throws Damaged {
        return new Recipient(mailbox(), rcptParameters(), list(2, this::mailbox), version < 2 ? null : optional(this::reversePath));
    }

    Origin origin() throws Damaged {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> new Origin.Received(client(), in.text());
            case 2 -> new Origin.Report(optional(this::queueId));
            default -> throw unknown("origin", tag);
        };
    }

    ContentFacts facts() throws Damaged {
        long size = in.number();
        BodyType body = Codes.body(in.u8());
        boolean utf8 = in.flag();
        int headerSize = in.integer();
        String messageId = optional(in::text);
        String subject = optional(in::text);
        int hops = in.integer();
        Priority priority = Codes.priority(in.u8());
        return new ContentFacts(size, body, utf8, headerSize, messageId, subject, hops, priority, in.u32(), in.integer());
    }

    /// @param id of its message: what was stored before version 3 has a name that follows from it
    Passage passage(QueueId id) throws Damaged {
        return version < 3 ? Passage.of(id) : passage();
    }

    Passage passage() throws Damaged {
        long uid = in.u64();
        int pass = in.integer();
        int generation = in.integer();
        boolean resent = in.flag();
        Prints prints = new Prints(in.u64(), in.u64(), in.u64(), in.u64(), in.u32());
        Automation automation = new Automation(optional(in::text), optional(in::text), in.flag(), optional(in::text));
        return new Passage(uid, pass, generation, resent, prints, automation, list(1, in::text), list(5, this::finding),
                version < 5 ? List.of() : list(3, this::node));
    }

    private Passage.Finding finding() throws Damaged {
        return new Passage.Finding(in.integer(), in.flag(), evidence());
    }

    RecipientState state() throws Damaged {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> waiting();
            case 2 -> new RecipientState.Held(in.text(), in.text(), instant(), waiting());
            case 3 -> new RecipientState.Settled(outcome());
            default -> throw unknown("state", tag);
        };
    }

    private RecipientState.Waiting waiting() throws Damaged {
        return new RecipientState.Waiting(instant(), in.integer(), in.integer(), optional(this::cause), in.flag(), in.flag());
    }

    Outcome outcome() throws Damaged {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> new Outcome.Delivered(peer(), reply(), in.flag(), in.flag());
            case 2 -> new Outcome.Deferred(cause());
            case 3 -> new Outcome.Failed(cause());
            case 4 -> new Outcome.Expanded(list(1, in::integer), in.flag());
            case 5 -> new Outcome.Removed(in.text());
            default -> throw unknown("outcome", tag);
        };
    }

    Cause cause() throws Damaged {
        int tag = in.u8();
        switch (tag) {
            case 1 -> {
                Peer peer = peer();
                Stage stage = Codes.stage(in.u8());
                return new Cause.Replied(peer, stage, reply(), status());
            }
            case 2 -> {
                return new Cause.Unresolved(domain(), in.text(), status());
            }
            case 3 -> {
                Peer peer = peer();
                Stage stage = Codes.stage(in.u8());
                return new Cause.Unreachable(peer, stage, in.text(), status());
            }
            case 4 -> {
                return new Cause.Unsupported(peer(), in.text(), status());
            }
            case 5 -> {
                return new Cause.Looped(evidence(), status());
            }
            case 6 -> {
                return new Cause.Decided(in.text(), optional(this::sourceLine), status());
            }
            case 7 -> {
                return new Cause.Local(in.text(), status());
            }
            case 8 -> {
                return new Cause.Expired(duration(), optional(this::cause), status());
            }
            case 9 -> {
                LoopEvidence evidence = evidence();
                return new Cause.Looped(evidence.along(list(1, this::node)), status());
            }
            default -> throw unknown("cause", tag);
        }
    }

    private LoopEvidence evidence() throws Damaged {
        return new LoopEvidence(in.text(), in.text(), optional(this::sourceLine), list(1, in::text));
    }

    private LoopEvidence.Node node() throws Damaged {
        return new LoopEvidence.Node(in.text(), in.flag(), optional(this::instant));
    }

    private SourceLine sourceLine() throws Damaged {
        return new SourceLine(in.text(), (int) in.signed());
    }

    private Client client() throws Damaged {
        return new Client(in.text(), socket(), socket(), optional(this::hello), optional(in::text), in.text());
    }

    private Hello hello() throws Damaged {
        return new Hello(in.flag(), in.text());
    }

    private Peer peer() throws Damaged {
        return new Peer(in.text(), socket());
    }

    private Reply reply() throws Damaged {
        int code = in.integer();
        EnhancedStatus status = optional(this::status);
        return valid(code, status, list(1, in::text));
    }

    private static Reply valid(int code, @Nullable EnhancedStatus status, List<String> lines) throws Damaged {
        try {
            return new Reply(code, status, lines);
        } catch (IllegalArgumentException e) {
            throw new Damaged("not a reply: " + e.getMessage(), e);
        }
    }

    private EnhancedStatus status() throws Damaged {
        StatusClass kind = Codes.statusClass(in.u8());
        int subject = in.integer();
        int detail = in.integer();
        if (subject > 999 || detail > 999) {
            throw new Damaged("not a status: " + subject + "." + detail);
        }
        return new EnhancedStatus(kind, subject, detail);
    }

    private ReversePath reversePath() throws Damaged {
        return reversePath(in.u8());
    }

    private ReversePath reversePath(int tag) throws Damaged {
        return switch (tag) {
            case 1 -> ReversePath.NULL;
            case 2 -> new ReversePath.To(mailbox());
            default -> throw unknown("reverse-path", tag);
        };
    }

    private MailParameters mailParameters() throws Damaged {
        OptionalLong size = in.flag() ? OptionalLong.of(in.number()) : OptionalLong.empty();
        BodyType body = Codes.body(in.u8());
        boolean utf8 = in.flag();
        ReturnContent content = optional(() -> Codes.returnContent(in.u8()));
        return new MailParameters(size, body, utf8, content, optional(in::text));
    }

    private Timing timing() throws Damaged {
        DeliverBy by = optional(this::deliverBy);
        Integer priority = optional(() -> (int) in.signed());
        Release release = optional(this::release);
        if (priority != null && (priority < -9 || priority > 9)) {
            throw unknown("MT-PRIORITY", priority);
        }
        return new Timing(by, priority, release);
    }

    private DeliverBy deliverBy() throws Damaged {
        long seconds = in.signed();
        boolean returned = in.flag();
        if (returned && seconds <= 0) {
            throw new Damaged("BY with R and " + seconds + " seconds");
        }
        return new DeliverBy(seconds, returned, in.flag());
    }

    private Release release() throws Damaged {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> new Release.After(in.number());
            case 2 -> new Release.At(instant());
            default -> throw unknown("release", tag);
        };
    }

    private RcptParameters rcptParameters() throws Damaged {
        return new RcptParameters(optional(this::reportOn), optional(() -> new OriginalRecipient(in.text(), in.text())));
    }

    private EnumSet<ReportOn> reportOn() throws Damaged {
        int bits = in.u8();
        EnumSet<ReportOn> events = EnumSet.noneOf(ReportOn.class);
        for (ReportOn event : ReportOn.values()) {
            if ((bits & Codes.of(event)) != 0) {
                events.add(event);
                bits -= Codes.of(event);
            }
        }
        if (bits != 0) {
            throw unknown("NOTIFY", bits);
        }
        return events;
    }

    private Mailbox mailbox() throws Damaged {
        LocalPart local = localPart(in.text());
        int tag = in.u8();
        Host host = switch (tag) {
            case 1 -> domain();
            case 2 -> new AddressLiteral(address(null));
            default -> throw unknown("host", tag);
        };
        return new Mailbox(local, host);
    }

    private static LocalPart localPart(String content) throws Damaged {
        try {
            return new LocalPart(content);
        } catch (IllegalArgumentException e) {
            throw new Damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private Domain domain() throws Damaged {
        String text = in.text();
        try {
            return Domain.parse(text);
        } catch (SyntaxProblem e) {
            throw new Damaged("not a domain: " + e.getMessage(), e);
        }
    }

    private InetSocketAddress socket() throws Damaged {
        byte[] raw = in.flag() ? in.bytes() : null;
        int scope = raw == null ? 0 : in.integer();
        String host = in.text();
        int port = in.integer();
        if (port > 65535) {
            throw new Damaged("not a port: " + port);
        }
        if (raw == null) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        InetAddress plain = address(null, raw, scope);
        return new InetSocketAddress(plain.getHostAddress().equals(host) ? plain : address(host, raw, scope), port);
    }

    private InetAddress address(@Nullable String host) throws Damaged {
        byte[] raw = in.bytes();
        return address(host, raw, in.integer());
    }

    private static InetAddress address(@Nullable String host, byte[] raw, int scope) throws Damaged {
        try {
            return scope > 0 && raw.length == 16 ? Inet6Address.getByAddress(host, raw, scope) : InetAddress.getByAddress(host, raw);
        } catch (UnknownHostException e) {
            throw new Damaged("not an address of " + raw.length + " octets", e);
        }
    }

    private QueueId queueId() throws Damaged {
        return new QueueId(in.u64());
    }

    Instant instant() throws Damaged {
        long seconds = in.signed();
        int nanos = in.integer();
        try {
            return Instant.ofEpochSecond(seconds, nanos);
        } catch (DateTimeException | ArithmeticException e) {
            throw new Damaged("not an instant", e);
        }
    }

    private Duration duration() throws Damaged {
        long seconds = in.signed();
        int nanos = in.integer();
        try {
            return Duration.ofSeconds(seconds, nanos);
        } catch (ArithmeticException e) {
            throw new Damaged("not a duration", e);
        }
    }

    /// Reads one value.
    interface Read<T> {
        T next() throws Damaged;
    }

    private <T> @Nullable T optional(Read<T> read) throws Damaged {
        return in.flag() ? read.next() : null;
    }

    <T> List<T> list(int least, Read<T> read) throws Damaged {
        int count = in.count(least);
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(read.next());
        }
        return values;
    }

    static Damaged unknown(String what, int tag) {
        return new Damaged("no such " + what + ": " + tag);
    }
}
