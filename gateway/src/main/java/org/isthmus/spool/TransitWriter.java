// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Release;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.Timing;
import org.isthmus.smtp.Reply;
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
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Writes the words of transit as bytes, each in a form of its own: variants have tags, enumerations have codes ({@link Codes}), and nothing depends on the order of
/// declarations. {@link TransitReader} is its mirror; the two are changed together, and a change that old readers would misread raises {@link #VERSION}.
final class TransitWriter {
    /// Of all that this class writes.
    static final int VERSION = 6;

    /// Stands before the reverse-path of an envelope that says something of time and turn, where a path's tag is otherwise.
    static final int TIMING = 3;
    /// The same for one that must have TLS on its way, and for one that goes without where it must.
    static final int TLS_REQUIRED = 4;
    static final int TLS_WAIVED = 5;

    private final ByteWriter out;

    TransitWriter(ByteWriter out) {
        this.out = out;
    }

    void envelope(Envelope envelope) {
        if (!envelope.parameters().timing().isNone()) {
            out.u8(TIMING);
            timing(envelope.parameters().timing());
        }
        switch (envelope.parameters().tls()) {
            case UNSAID -> {}
            case REQUIRED -> out.u8(TLS_REQUIRED);
            case WAIVED -> out.u8(TLS_WAIVED);
        }
        reversePath(envelope.from());
        parameters(envelope.parameters());
        list(envelope.recipients(), this::recipient);
    }

    void recipient(Recipient recipient) {
        mailbox(recipient.address());
        parameters(recipient.parameters());
        list(recipient.via(), this::mailbox);
        optional(recipient.from(), this::reversePath);
    }

    void origin(Origin origin) {
        switch (origin) {
            case Origin.Received received -> {
                out.u8(1);
                client(received.client());
                out.text(received.protocol());
            }
            case Origin.Report report -> {
                out.u8(2);
                optional(report.about(), this::queueId);
            }
        }
    }

    void facts(ContentFacts facts) {
        out.number(facts.size());
        out.u8(Codes.of(facts.body()));
        out.flag(facts.utf8Headers());
        out.number(facts.headerSize());
        optional(facts.messageId(), out::text);
        optional(facts.subject(), out::text);
        out.number(facts.hops());
        out.u8(Codes.of(facts.priority()));
        out.u32(facts.crc());
        out.number(facts.passes());
    }

    void passage(Passage passage) {
        out.u64(passage.uid());
        out.number(passage.pass());
        out.number(passage.generation());
        out.flag(passage.resent());
        Prints prints = passage.prints();
        out.u64(prints.messageId());
        out.u64(prints.fromDate());
        out.u64(prints.fromDateSubject());
        out.u64(prints.identity());
        out.u32(prints.body());
        Automation automation = passage.automation();
        optional(automation.autoSubmitted(), out::text);
        optional(automation.precedence(), out::text);
        out.flag(automation.list());
        optional(automation.report(), out::text);
        list(passage.tokens(), out::text);
        list(passage.findings(), this::finding);
        list(passage.path(), this::node);
    }

    private void finding(Passage.Finding finding) {
        out.number(finding.recipient());
        out.flag(finding.loops());
        evidence(finding.evidence());
    }

    void state(RecipientState state) {
        switch (state) {
            case RecipientState.Waiting waiting -> {
                out.u8(1);
                waiting(waiting);
            }
            case RecipientState.Held held -> {
                out.u8(2);
                out.text(held.by());
                out.text(held.why());
                instant(held.since());
                waiting(held.before());
            }
            case RecipientState.Settled settled -> {
                out.u8(3);
                outcome(settled.outcome());
            }
        }
    }

    private void waiting(RecipientState.Waiting waiting) {
        instant(waiting.due());
        out.number(waiting.attempts());
        out.number(waiting.delayNotices());
        optional(waiting.last(), this::cause);
        out.flag(waiting.possibleDuplicate());
        out.flag(waiting.released());
    }

    void outcome(Outcome outcome) {
        switch (outcome) {
            case Outcome.Delivered delivered -> {
                out.u8(1);
                peer(delivered.peer());
                reply(delivered.reply());
                out.flag(delivered.reportsOn());
                out.flag(delivered.inside());
            }
            case Outcome.Deferred deferred -> {
                out.u8(2);
                cause(deferred.cause());
            }
            case Outcome.Failed failed -> {
                out.u8(3);
                cause(failed.cause());
            }
            case Outcome.Expanded expanded -> {
                out.u8(4);
                list(expanded.into(), number -> out.number(number));
                out.flag(expanded.alias());
            }
            case Outcome.Removed removed -> {
                out.u8(5);
                out.text(removed.by());
            }
        }
    }

    void cause(Cause cause) {
        switch (cause) {
            case Cause.Replied replied -> {
                out.u8(1);
                peer(replied.peer());
                out.u8(Codes.of(replied.stage()));
                reply(replied.reply());
            }
            case Cause.Unresolved unresolved -> {
                out.u8(2);
                domain(unresolved.domain());
                out.text(unresolved.problem());
            }
            case Cause.Unreachable unreachable -> {
                out.u8(3);
                peer(unreachable.peer());
                out.u8(Codes.of(unreachable.stage()));
                out.text(unreachable.problem());
            }
            case Cause.Unsupported unsupported -> {
                out.u8(4);
                peer(unsupported.peer());
                out.text(unsupported.extension());
            }
            case Cause.Looped looped -> {
                boolean path = !looped.evidence().path().isEmpty();
                out.u8(path ? 9 : 5);
                evidence(looped.evidence());
                if (path) {
                    list(looped.evidence().path(), this::node);
                }
            }
            case Cause.Decided decided -> {
                out.u8(6);
                out.text(decided.why());
                optional(decided.at(), this::sourceLine);
            }
            case Cause.Local local -> {
                out.u8(7);
                out.text(local.problem());
            }
            case Cause.Expired expired -> {
                out.u8(8);
                duration(expired.age());
                optional(expired.last(), this::cause);
            }
        }
        status(cause.status());
    }

    private void evidence(LoopEvidence evidence) {
        out.text(evidence.layer());
        out.text(evidence.finding());
        optional(evidence.at(), this::sourceLine);
        list(evidence.evidence(), out::text);
    }

    private void node(LoopEvidence.Node node) {
        out.text(node.name());
        out.flag(node.inside());
        optional(node.at(), this::instant);
    }

    private void sourceLine(SourceLine at) {
        out.text(at.file());
        out.signed(at.line());
    }

    private void client(Client client) {
        out.text(client.listener());
        socket(client.local());
        socket(client.remote());
        optional(client.hello(), this::hello);
        optional(client.user(), out::text);
        out.text(client.session());
    }

    private void hello(Hello hello) {
        out.flag(hello.extended());
        out.text(hello.name());
    }

    private void peer(Peer peer) {
        out.text(peer.name());
        socket(peer.address());
    }

    private void reply(Reply reply) {
        out.number(reply.code());
        optional(reply.status(), this::status);
        list(reply.lines(), out::text);
    }

    private void status(EnhancedStatus status) {
        out.u8(status.kind().digit());
        out.number(status.subject());
        out.number(status.detail());
    }

    private void reversePath(ReversePath path) {
        switch (path) {
            case ReversePath.Null none -> out.u8(1);
            case ReversePath.To to -> {
                out.u8(2);
                mailbox(to.mailbox());
            }
        }
    }

    private void parameters(MailParameters parameters) {
        out.flag(parameters.size().isPresent());
        if (parameters.size().isPresent()) {
            out.number(parameters.size().getAsLong());
        }
        out.u8(Codes.of(parameters.body()));
        out.flag(parameters.smtpUtf8());
        optional(parameters.returnContent(), content -> out.u8(Codes.of(content)));
        optional(parameters.envelopeId(), out::text);
    }

    private void timing(Timing timing) {
        optional(timing.deliverBy(), by -> {
            out.signed(by.seconds());
            out.flag(by.returned());
            out.flag(by.traced());
        });
        optional(timing.priority(), priority -> out.signed(priority));
        optional(timing.release(), release -> {
            switch (release) {
                case Release.After after -> {
                    out.u8(1);
                    out.number(after.seconds());
                }
                case Release.At at -> {
                    out.u8(2);
                    instant(at.moment());
                }
            }
        });
    }

    private void parameters(RcptParameters parameters) {
        optional(parameters.reportOn(), events -> {
            int bits = 0;
            for (ReportOn event : events) {
                bits |= Codes.of(event);
            }
            out.u8(bits);
        });
        optional(parameters.originalRecipient(), this::original);
    }

    private void original(OriginalRecipient original) {
        out.text(original.type());
        out.text(original.address());
    }

    private void mailbox(Mailbox mailbox) {
        out.text(mailbox.local().content());
        switch (mailbox.host()) {
            case Domain domain -> {
                out.u8(1);
                domain(domain);
            }
            case AddressLiteral literal -> {
                out.u8(2);
                address(literal.address());
            }
        }
    }

    private void domain(Domain domain) {
        out.text(domain.text());
    }

    private void socket(InetSocketAddress socket) {
        InetAddress address = socket.getAddress();
        out.flag(address != null);
        if (address != null) {
            address(address);
        }
        // Never asks DNS: it is the name that the address was made with, or the address as text.
        out.text(socket.getHostString());
        out.number(socket.getPort());
    }

    private void address(InetAddress address) {
        out.bytes(address.getAddress());
        out.number(address instanceof Inet6Address six ? Math.max(0, six.getScopeId()) : 0);
    }

    private void queueId(QueueId id) {
        out.u64(id.value());
    }

    void instant(Instant instant) {
        out.signed(instant.getEpochSecond());
        out.number(instant.getNano());
    }

    private void duration(Duration duration) {
        out.signed(duration.getSeconds());
        out.number(duration.getNano());
    }

    private <T> void optional(@Nullable T value, Consumer<T> writer) {
        out.flag(value != null);
        if (value != null) {
            writer.accept(value);
        }
    }

    <T> void list(List<T> values, Consumer<? super T> writer) {
        out.number(values.size());
        values.forEach(writer);
    }
}
