// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.MailParameters;

/// Sender, recipients and what was promised to them: all that travels outside the message. RFC 5321 §2.3.1.
/// A recipient's place in the list is its number for settlements; those that expansion adds come behind.
public record Envelope(ReversePath from, MailParameters parameters, List<Recipient> recipients) {
    public Envelope {
        recipients = List.copyOf(recipients);
    }

    /// The reverse-path of the copy for a recipient.
    public ReversePath from(int recipient) {
        ReversePath own = recipients.get(recipient).from();
        return own == null ? from : own;
    }
}
