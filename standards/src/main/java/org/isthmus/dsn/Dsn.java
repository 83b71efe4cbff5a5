// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The machine's part of a delivery status notification. RFC 3464 §2.1.
///
/// @param reportingMta who reports. §2.2.2
/// @param envelopeId the sender's ENVID. §2.2.1
/// @param receivedFrom who handed the message to the reporting server. §2.2.4
/// @param arrived when that was. §2.2.5
/// @param recipients at least one
public record Dsn(
        TypedText reportingMta,
        @Nullable String envelopeId,
        @Nullable TypedText receivedFrom,
        @Nullable Instant arrived,
        List<RecipientReport> recipients) {
    public Dsn {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a notification speaks of at least one recipient");
        }
    }
}
