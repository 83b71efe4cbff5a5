// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// What loop control writes into a message as it leaves, so that the site knows it again if it comes back. Layer 4. Implemented by loop control, asked by the courier
/// once for each transaction; what the spool holds has none of it. Safe for all threads.
@FunctionalInterface
public interface Stamp {
    /// Writes nothing.
    Stamp NONE = (message, way, recipients) -> Optional.empty();

    /// @param recipients how many the transaction is going to name
    /// @return nothing if the message goes by this way as it is
    Optional<Trace> trace(QueuedMessage message, Way way, int recipients);

    /// What answers for the message, to be put on top of it: complete header fields, each with its CRLF; empty text for none. RFC 6376.
    /// @throws IOException if the content cannot be read
    default String signature(QueuedMessage message, Way way, Content content) throws IOException {
        return "";
    }

    /// The trace of one transaction. The same key signs all of it.
    interface Trace {
        /// The name of the header field that carries the token.
        String field();

        /// How many characters the token has if so many recipients are accepted: with fewer not more.
        int length(int recipients);

        /// The token of the copy for those who were accepted: {@link #length} characters that may stand in an atom.
        String token(List<Mailbox> recipients);

        /// The ENVID of a message that nobody gave one and that is ours to give; none otherwise.
        @Nullable String envelopeId();

        /// Whether a body of {@link #field} is a token of this site: then the new one takes its place.
        /// @param text without blanks
        boolean isOurs(String text);
    }
}
