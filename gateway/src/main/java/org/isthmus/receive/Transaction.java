// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.ReversePath;
import org.isthmus.addressing.Rewriting;
import org.isthmus.config.Snapshot;
import org.isthmus.policy.Verdict;
import org.isthmus.smtp.LineCheck;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What a mail transaction has gathered so far. RFC 5321 §3.3. Belongs to one session's thread.
final class Transaction {
    /// The configuration by which all of this transaction is judged.
    final Snapshot snapshot;

    /// After rewriting.
    final ReversePath from;
    final MailParameters parameters;

    /// The client may send to anywhere, so its mail goes out rather than in. Means something only where rules of addressing ask for it.
    final boolean ours;

    final Rewriting rewriting;

    /// Refuses every recipient but postmaster: what was found out about the client. Null if nothing was.
    Verdict.@Nullable Refuse objection;

    /// A stranger gives a sender of ours; null if not.
    @Nullable Step ownSender;

    /// Watches the line ends of content that comes in chunks, unless it was announced as BINARYMIME.
    final LineCheck lines = new LineCheck();

    private final List<Recipient> recipients = new ArrayList<>(4);
    private final List<List<Step>> steps = new ArrayList<>(4);
    private @Nullable Set<Recipient> seen;
    private int taken;
    private int refused;
    private int putOff;
    private @Nullable Intake content;

    private final List<Step> ofAll = new ArrayList<>(0);

    /// @param why what was done to the sender
    Transaction(Snapshot snapshot, ReversePath from, MailParameters parameters, boolean ours, Rewriting rewriting, List<Step> why) {
        this.snapshot = snapshot;
        this.from = from;
        this.parameters = parameters;
        this.ours = ours;
        this.rewriting = rewriting;
        this.ofAll.addAll(why);
    }

    /// Remembers a step that is about the message and not about one recipient. It is told with the first.
    void note(Step step) {
        ofAll.add(step);
    }

    /// Steps that are about the message, so far.
    List<Step> ofAll() {
        return ofAll;
    }

    /// Adds a recipient. One that is named twice in the same way gets one copy, and so does one that was named by two names.
    void add(Recipient recipient, List<Step> why) {
        taken++;
        if (!recipients.isEmpty()) {
            if (seen == null) {
                seen = new HashSet<>();
                for (Recipient one : recipients) {
                    seen.add(unnamed(one));
                }
            }
            if (!seen.add(unnamed(recipient))) {
                return;
            }
        }
        recipients.add(recipient);
        steps.add(why);
    }

    private static Recipient unnamed(Recipient recipient) {
        return recipient.via().isEmpty() ? recipient : new Recipient(recipient.address(), recipient.parameters(), List.of(), recipient.from());
    }

    void countRefused() {
        refused++;
    }

    void countPutOff() {
        putOff++;
    }

    /// RCPT commands beyond the limit.
    int putOff() {
        return putOff;
    }

    /// RCPT commands that were answered with 250.
    int taken() {
        return taken;
    }

    /// RCPT commands that were refused.
    int refused() {
        return refused;
    }

    List<Recipient> recipients() {
        return recipients;
    }

    /// For every recipient, in order: why it was accepted.
    List<List<Step>> steps() {
        if (ofAll.isEmpty()) {
            return steps;
        }
        List<List<Step>> all = new ArrayList<>(steps);
        List<Step> first = new ArrayList<>(ofAll);
        first.addAll(all.getFirst());
        all.set(0, first);
        return all;
    }

    Envelope envelope() {
        return new Envelope(from, parameters, recipients);
    }

    /// The content, once DATA or BDAT has begun.
    @Nullable Intake content() {
        return content;
    }

    void begin(Intake intake) {
        content = intake;
    }

    /// Forgets everything; what has arrived of the content is as if it never was.
    void abandon() {
        if (content != null) {
            content.abandon();
        }
    }
}
