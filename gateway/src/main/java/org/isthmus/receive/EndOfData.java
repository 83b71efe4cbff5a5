// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.util.List;
import org.isthmus.addressing.Copying;
import org.isthmus.policy.Refusals;
import org.isthmus.policy.Verdict;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.TlsWish;
import org.isthmus.smtp.Violation;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What happens between the end of a message and its answer, in short steps: whole, judge, returns, commit. Each gives nothing, or the refusal that ends it.
final class EndOfData {
    /// What the end of data is answered.
    sealed interface Answer {
        /// It is durable, and we are responsible.
        record Accepted(QueuedMessage message) implements Answer {}

        record Refused(Reply reply, List<Step> steps) implements Answer {}
    }

    private final Client client;
    private final Transaction transaction;
    private final Intake content;

    EndOfData(Client client, Transaction transaction, Intake content) {
        this.client = client;
        this.transaction = transaction;
        this.content = content;
    }

    /// @param violation what must not stand in the content, if there was any
    Answer answer(@Nullable Violation violation) {
        content.finish();
        Answer refusal = whole(violation);
        if (refusal != null) {
            return refusal;
        }
        ContentFacts facts = content.facts();
        refusal = judge(facts);
        if (refusal == null) {
            refusal = returns();
        }
        if (refusal == null) {
            refusal = ownSender();
        }
        return refusal != null ? refusal : commit(facts);
    }

    /// Whether what arrived is a message at all, within its limits, and stored.
    private @Nullable Answer whole(@Nullable Violation violation) {
        if (violation != null) {
            return new Answer.Refused(Replies.BAD_CONTENT.with(violation.text()), List.of(Step.of("content", "only CRLF ends a line", null, "refused: " + violation.text())));
        }
        Reply problem = content.problem();
        return problem == null ? null : new Answer.Refused(problem, content.why());
    }

    private @Nullable Answer judge(ContentFacts facts) {
        for (ContentCheck check : ContentCheck.ALL) {
            switch (check.judge(client, transaction, facts)) {
                case Verdict.Pass pass -> {}
                case Verdict.Refuse refuse -> {
                    return new Answer.Refused(refuse.reply(), List.of(refuse.step()));
                }
            }
        }
        return null;
    }

    /// Layers 4 and 5 of loop control. What is certain is refused here, where the server that sent it back can tell its sender.
    private @Nullable Answer returns() {
        ReturnCheck.Refusal refusal = content.returns().end();
        return refusal == null ? null : new Answer.Refused(refusal.reply(), refusal.steps());
    }

    /// LP16: what left here by policy or by a forward may come home under a sender of ours; a stranger may not.
    private @Nullable Answer ownSender() {
        Step against = transaction.ownSender;
        if (against == null) {
            return null;
        }
        if (content.returns().leftHere()) {
            transaction.note(Step.of(against.stage(), against.rule(), against.at(), "passed: our own trace proves that this very message left here"));
            return null;
        }
        return new Answer.Refused(Refusals.OWN_SENDER.with(transaction.from.text()), List.of(against));
    }

    /// Those who get a copy come behind the recipients that were named.
    private void copies() {
        for (Copying.Copy copy : Copying.of(transaction.ours, transaction.from, transaction.recipients(), content.returns()::hadBefore, transaction.snapshot)) {
            if (copy.recipient() == null) {
                transaction.note(copy.step());
            } else {
                transaction.add(copy.recipient(), List.of(copy.step()));
            }
        }
    }

    /// RFC 8689 §4.1: what MAIL said of TLS goes before what the header says.
    private Envelope envelope() {
        Envelope envelope = transaction.envelope();
        if (!content.waivesTls() || envelope.parameters().tls() != TlsWish.UNSAID || !transaction.snapshot.settings().tls().tlsRequiredNo()) {
            return envelope;
        }
        transaction.note(Step.of("tls", "TLS-Required: No", null, "goes on even where the policy of the recipient cannot be followed"));
        return new Envelope(envelope.from(), envelope.parameters().with(TlsWish.WAIVED), envelope.recipients());
    }

    /// RFC 5321 §6.1: by 250 we take the responsibility. If the client vanishes before it hears that, it will send again: a duplicate is possible and a loss is not (§4.5.3.2.6).
    private Answer commit(ContentFacts facts) {
        try {
            Origin origin = new Origin.Received(client, Protocol.name(client, transaction.parameters));
            transaction.rewriting.headerSteps().forEach(transaction::note);
            copies();
            return new Answer.Accepted(content.draft().commit(envelope(), origin, facts, content.returns().passage(), content.returns().steps()));
        } catch (IOException e) {
            return new Answer.Refused(Intake.localTrouble(e), List.of(Intake.localStep(e)));
        }
    }
}
