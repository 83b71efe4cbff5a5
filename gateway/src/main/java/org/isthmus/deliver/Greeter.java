// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.util.Optional;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Recognition.Sight;
import org.jspecify.annotations.Nullable;

/// Shows a peer that has just presented itself to loop control, and asks it what loop control wants to know.
final class Greeter {
    private Greeter() {}

    /// What came of it.
    sealed interface Finding {
        record Stranger() implements Finding {}

        record Ourselves(LoopEvidence evidence) implements Finding {}

        /// The connection did not outlive the question; it is closed.
        record Lost() implements Finding {}
    }

    /// @param request on whose behalf; none for a connection that only looks
    static Finding look(ClientSession session, Recognition recognition, @Nullable DeliveryRequest request, Transcript transcript) {
        Server server = session.server();
        Sight sight = recognition.look(new Recognition.Meeting(
                server.way(), server.exchange(), server.peer(), session.greeting(), session.hello(), session.offered(), request));
        return switch (sight) {
            case Sight.Stranger stranger -> new Finding.Stranger();
            case Sight.Ourselves ourselves -> new Finding.Ourselves(ourselves.evidence());
            case Sight.Question question -> ask(session, question, transcript);
        };
    }

    private static Finding ask(ClientSession session, Sight.Question question, Transcript transcript) {
        Reply reply;
        try {
            reply = session.inquire(question.command(), transcript);
        } catch (Broken e) {
            session.close();
            question.answer().judge(null);
            return new Finding.Lost();
        }
        Optional<LoopEvidence> evidence = question.answer().judge(reply);
        if (evidence.isEmpty() && reply.code() == 421) {
            session.close();
            return new Finding.Lost();
        }
        return evidence.<Finding>map(Finding.Ourselves::new).orElseGet(Finding.Stranger::new);
    }
}
