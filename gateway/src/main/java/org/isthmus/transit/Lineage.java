// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import java.util.OptionalInt;
import org.isthmus.address.Mailbox;

/// Signs the messages that the site writes itself, and tells from such a signature how many of them came one out of the other. Implemented by loop control with the site's
/// keys; layer 6. Safe for all threads.
public interface Lineage {
    /// Signs nothing and knows nothing again.
    Lineage NONE = new Lineage() {
        @Override
        public String sign(long uid, int generation, Mailbox to, Instant now) {
            return "";
        }

        @Override
        public OptionalInt ofMessageId(String id) {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt ofToken(String text) {
            return OptionalInt.empty();
        }
    };

    /// A token for the Message-ID of a message that we write; empty text for none.
    /// @param uid the message's name through all its passes
    /// @param generation 1 for a report about a message that a person sent, one more for each of ours before it
    /// @param to whom it goes to
    String sign(long uid, int generation, Mailbox to, Instant now);

    /// The generation of the message of ours that has this Message-ID; empty for all others, forged and outdated ones among them.
    /// @param id with or without its angle brackets
    OptionalInt ofMessageId(String id);

    /// The generation in a token as it travels in Received, in the trace header and in ENVID; empty as above.
    OptionalInt ofToken(String text);
}
