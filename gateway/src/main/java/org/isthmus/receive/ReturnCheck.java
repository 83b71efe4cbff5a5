// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Homecoming;
import org.isthmus.loop.Returns;
import org.isthmus.message.HeaderMarks;
import org.isthmus.route.Router;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Client;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Asks loop control about one message: when its header is complete, and again at its end. SMTP has one answer for all recipients, so it is refused only if every one of
/// them loops; otherwise those that do are told of in the {@link Passage}, and the scheduler gives them up with a report. Belongs to one session's thread.
final class ReturnCheck {
    private final Returns returns;
    private final Router router;
    private final Transaction transaction;
    private final HeaderMarks read;
    private final Returns.Arrival arrival;
    private @Nullable HeaderMarks rewritten;
    private @Nullable Homecoming home;

    ReturnCheck(Rooms rooms, Client client, Transaction transaction, QueueId id) {
        this.returns = rooms.returns();
        this.router = rooms.router().unguarded();
        this.transaction = transaction;
        this.read = returns.gatherer(transaction.snapshot.settings());
        this.arrival = new Returns.Arrival(id, client, transaction.recipients(), transaction.parameters.envelopeId());
    }

    /// What gathers from the header.
    HeaderMarks gatherer() {
        return read;
    }

    /// What gathers from the header that is stored, where its addresses are rewritten: the next servers see that one, and so does whoever sends it back.
    HeaderMarks rewritten() {
        HeaderMarks marks = returns.gatherer(transaction.snapshot.settings());
        rewritten = marks;
        return marks;
    }

    /// Whether this very message was sent to an address before.
    boolean hadBefore(Mailbox address) {
        return home != null && returns.hadBefore(home, address);
    }

    /// Whether this very message is proved to have left here. Asked at its end.
    boolean leftHere() {
        return home != null && returns.leftHere(home, arrival, read);
    }

    /// The refusal of a message of which nothing would be left.
    record Refusal(Reply reply, List<Step> steps) {}

    /// The header is complete. Asked once.
    /// @return null if it may go on
    @Nullable Refusal header() {
        home = returns.judge(arrival, read, this::way);
        return refusal(home);
    }

    /// The message is complete.
    /// @return null if it may be accepted
    @Nullable Refusal end() {
        Homecoming known = home == null ? returns.judge(arrival, read, this::way) : home;
        home = known;
        if (!known.isLost(arrival.recipients().size())) {
            returns.complete(known, arrival, read, this::way);
        }
        return refusal(known);
    }

    private @Nullable Refusal refusal(Homecoming known) {
        if (!known.isLost(arrival.recipients().size())) {
            return null;
        }
        List<Step> steps = new ArrayList<>();
        for (int n = 0; n < arrival.recipients().size(); n++) {
            steps.addAll(known.steps(n));
        }
        Mailbox first = arrival.recipients().getFirst().address();
        return new Refusal(Replies.RETURNED.with(first.text()), steps);
    }

    private Routing way(Recipient recipient, boolean returned) {
        return router.route(recipient, new Router.Facts(transaction.from, transaction.parameters.size().orElse(0), 0, false, returned ? 1 : 0).with(transaction.parameters.tls()), transaction.snapshot);
    }

    /// How often the message has been here, by Received lines whose queue ids we can have issued.
    int passes() {
        return read.own() == 0 ? 0 : returns.issued(read);
    }

    /// What is kept with the message.
    Passage passage() {
        Passage passage = home == null ? Passage.FIRST : home.passage();
        return rewritten == null ? passage : returns.rewritten(passage, rewritten);
    }

    /// For every recipient, in order: why it was accepted, with what was found here.
    List<List<Step>> steps() {
        List<List<Step>> before = transaction.steps();
        List<List<Step>> all = before;
        for (int n = 0; n < before.size(); n++) {
            List<Step> found = home == null ? List.of() : home.steps(n);
            if (!found.isEmpty()) {
                all = all == before ? new ArrayList<>(before) : all;
                List<Step> both = new ArrayList<>(before.get(n));
                both.addAll(found);
                all.set(n, both);
            }
        }
        return all;
    }
}
