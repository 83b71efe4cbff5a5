// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import java.time.Instant;
import java.util.List;
import org.isthmus.message.HeaderField;
import org.isthmus.smtp.EnhancedStatus;
import org.jspecify.annotations.Nullable;

/// What a notification says of one recipient. RFC 3464 §2.3.
///
/// @param original as the sender named it: ORCPT. §2.3.1
/// @param finalRecipient as the reporting server knew it. §2.3.2
/// @param action §2.3.3
/// @param status §2.3.4
/// @param remoteMta who said so. §2.3.5
/// @param diagnostic in whose words. §2.3.6
/// @param lastAttempt §2.3.7
/// @param finalLogId §2.3.8
/// @param willRetryUntil only for delays. §2.3.9
/// @param extensions fields beyond the standard's, such as {@code X-Loop-Path}. §2.3.10
public record RecipientReport(
        @Nullable TypedText original,
        TypedText finalRecipient,
        Action action,
        EnhancedStatus status,
        @Nullable TypedText remoteMta,
        @Nullable TypedText diagnostic,
        @Nullable Instant lastAttempt,
        @Nullable String finalLogId,
        @Nullable Instant willRetryUntil,
        List<HeaderField> extensions) {
    public RecipientReport {
        extensions = List.copyOf(extensions);
    }

    /// With what there must be.
    public static RecipientReport of(TypedText finalRecipient, Action action, EnhancedStatus status) {
        return new RecipientReport(null, finalRecipient, action, status, null, null, null, null, null, List.of());
    }
}
