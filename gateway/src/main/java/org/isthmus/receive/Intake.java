// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.CRC32C;
import org.isthmus.config.Settings;
import org.isthmus.message.AddressRewriter;
import org.isthmus.message.HeaderMarks;
import org.isthmus.message.HeaderScanner;
import org.isthmus.message.SubmissionFields;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.Reply;
import org.isthmus.spool.Draft;
import org.isthmus.spool.NoRoom;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The content's way from the wire to the draft, in one pass: counted, summed, its header read, and passed on byte for byte. It never throws for what happens on the way:
/// the first thing that forbids the message is kept as the reply for its end, and what comes after that is counted and thrown away.
final class Intake extends OutputStream {
    private static final List<Step> LIMITS = List.of(Step.of("content", "limits", null, "exceeded"));

    private final Draft draft;
    private final Settings.Limits limits;
    private final ReturnCheck returns;
    /// Of what becomes the message.
    private final HeaderScanner scanner;
    /// Of what the client sends, where that is another: by that a message is known again.
    private final HeaderScanner arriving;
    private final CRC32C sum = new CRC32C();
    private final long ownOctets;
    private final @Nullable AddressRewriter rewriter;
    private final @Nullable SubmissionFields submission;
    private long octets;
    private long passed;
    private @Nullable Reply problem;
    private List<Step> why = LIMITS;
    private boolean judged;
    private boolean ended;

    /// @param returns is asked as soon as the header is complete
    /// @param ownLines what we put on top: our Received field
    /// @param addresses what rewrites those of the header; none if nothing does
    /// @param missing what a message of a user gets; none if it is passed on as it is
    Intake(Draft draft, Settings.Limits limits, ReturnCheck returns, byte[] ownLines, AddressRewriter.@Nullable Rule addresses, SubmissionFields.@Nullable Missing missing) {
        this.draft = draft;
        this.limits = limits;
        this.returns = returns;
        this.arriving = scanner(limits, returns.gatherer());
        this.scanner = addresses == null && missing == null ? arriving : scanner(limits, returns.rewritten());
        this.ownOctets = ownLines.length;
        SubmissionFields fields = missing == null ? null : new SubmissionFields(missing, this::pass);
        this.submission = fields;
        this.rewriter = addresses == null ? null : new AddressRewriter(addresses, fields == null ? this::pass : fields::feed);
        sum.update(ownLines, 0, ownLines.length);
        store(ownLines, 0, ownLines.length);
    }

    private static HeaderScanner scanner(Settings.Limits limits, HeaderMarks marks) {
        return new HeaderScanner((int) Math.min(limits.headerSize().octets(), Integer.MAX_VALUE), limits.headerFields(), marks);
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        octets += length;
        if (problem != null) {
            return;
        }
        if (octets > limits.messageSize().octets()) {
            problem = Replies.TOO_LARGE.with(limits.messageSize().octets());
            return;
        }
        arriving.feed(from, offset, length);
        if (exceeds(arriving) || (!judged && arriving.headerEnded() && refused(returns.header()))) {
            return;
        }
        if (rewriter != null) {
            rewriter.feed(from, offset, length);
        } else if (submission != null) {
            submission.feed(from, offset, length);
        } else {
            pass(from, offset, length);
        }
    }

    /// The content is complete. What was held back for rewriting goes on.
    void finish() {
        if (rewriter != null && problem == null) {
            rewriter.finish();
        }
        if (submission != null && problem == null) {
            submission.finish();
        }
    }

    /// What becomes part of the message.
    private void pass(byte[] from, int offset, int length) {
        if (problem != null) {
            return;
        }
        passed += length;
        if (scanner != arriving) {
            scanner.feed(from, offset, length);
            if (exceeds(scanner)) {
                return;
            }
        }
        sum.update(from, offset, length);
        store(from, offset, length);
    }

    private boolean exceeds(HeaderScanner scanned) {
        HeaderScanner.Excess excess = scanned.excess();
        if (excess != null) {
            problem = switch (excess) {
                case HEADER_SIZE -> Replies.HEADER_TOO_LARGE.with(limits.headerSize().octets());
                case HEADER_FIELDS -> Replies.TOO_MANY_FIELDS.with(limits.headerFields());
            };
        }
        return excess != null;
    }

    /// Loop control has its answer before the body comes; what still comes is thrown away.
    private boolean refused(ReturnCheck.@Nullable Refusal refusal) {
        judged = true;
        if (refusal != null) {
            problem = refusal.reply();
            why = refusal.steps();
        }
        return refusal != null;
    }

    private void store(byte[] from, int offset, int length) {
        if (problem == null) {
            try {
                draft.content().write(from, offset, length);
            } catch (IOException e) {
                problem = localTrouble(e);
                why = List.of(localStep(e));
            }
        }
    }

    /// The reply for local trouble: always a temporary one. A full disk is told apart, because its cure is another.
    static Reply localTrouble(IOException e) {
        return e instanceof NoRoom ? Replies.NO_ROOM.with() : Replies.DISK_TROUBLE.with();
    }

    /// What the operator reads about it.
    static Step localStep(IOException e) {
        return Step.of("spool", "local trouble is temporary", null, String.valueOf(e.getMessage()));
    }

    /// Octets that the client has sent, without our own.
    long octets() {
        return octets;
    }

    QueueId id() {
        return draft.id();
    }

    /// What forbids the message; null if nothing so far.
    @Nullable Reply problem() {
        return problem;
    }

    /// Why, for the operator; means something only if there is a problem.
    List<Step> why() {
        return why;
    }

    /// What was learned on the way. The content is complete.
    ///
    /// The octets decide what a next hop must offer, not what was announced: Field: eight-bit content without BODY=8BITMIME is common, and so is the announcement without it.
    /// A bare CR, bare LF or NUL is here only if BINARYMIME was announced.
    ContentFacts facts() {
        arriving.finish();
        scanner.finish();
        BodyType needs = scanner.binary() ? BodyType.BINARYMIME : scanner.eightBit() ? BodyType.EIGHTBITMIME : BodyType.SEVENBIT;
        return new ContentFacts(ownOctets + passed, needs, scanner.utf8Headers(), (int) (ownOctets + scanner.headerSize()), scanner.messageId(), scanner.subject(),
                scanner.received(), priority(scanner.priority()), (int) sum.getValue(), returns.passes());
    }

    /// Whether the sender waives TLS in the header. RFC 8689 §3. The content is complete.
    boolean waivesTls() {
        return scanner.waivesTls();
    }

    // RFC 2156 §5.3.6
    private static Priority priority(@Nullable String field) {
        return switch (field) {
            case "urgent" -> Priority.URGENT;
            case "non-urgent" -> Priority.NON_URGENT;
            case null, default -> Priority.NORMAL;
        };
    }

    Draft draft() {
        return draft;
    }

    ReturnCheck returns() {
        return returns;
    }

    /// Forgets what was stored, unless it has been committed.
    void abandon() {
        if (!ended) {
            ended = true;
            draft.close();
        }
    }
}
