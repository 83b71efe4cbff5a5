// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.Optional;
import org.isthmus.smtp.Capabilities;
import org.isthmus.smtp.Reply;
import org.jspecify.annotations.Nullable;

/// Finds out, before MAIL, whether the peer is ourselves. Implemented by loop control, asked by the courier: once for each new connection that goes outward, never
/// for one that is kept, so it costs nothing per message. The challenge on the wire (layer 3) is made and judged behind this seam. Safe for all threads; never blocks.
@FunctionalInterface
public interface Recognition {
    /// Recognises nobody.
    Recognition NONE = meeting -> new Sight.Stranger();

    Sight look(Meeting meeting);

    /// A peer as it has presented itself.
    ///
    /// @param greeting its 220
    /// @param hello its answer to EHLO
    /// @param request on whose behalf we came; none for a connection that only looks
    record Meeting(Way way, Exchange exchange, Peer peer, Reply greeting, Reply hello, Capabilities offered, @Nullable DeliveryRequest request) {}

    /// What a look tells.
    sealed interface Sight {
        /// Nothing speaks for it being us: mail may go.
        record Stranger() implements Sight {}

        /// It is us. The courier ends the session without MAIL.
        record Ourselves(LoopEvidence evidence) implements Sight {}

        /// One command will tell.
        /// @param command to be sent as it stands
        /// @param answer what to make of the reply
        record Question(String command, Answer answer) implements Sight {}
    }

    /// Judges the answer to a question.
    @FunctionalInterface
    interface Answer {
        /// @param reply none if the connection broke before it came; the courier then connects again and asks no more
        /// @return evidence if it is us
        Optional<LoopEvidence> judge(@Nullable Reply reply);
    }
}
