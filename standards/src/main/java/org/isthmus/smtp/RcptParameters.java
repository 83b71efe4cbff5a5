// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a RCPT command says besides the forward-path.
///
/// @param reportOn NOTIFY; null if the sender did not say, empty for NEVER. RFC 3461 §4.1
/// @param originalRecipient ORCPT. RFC 3461 §4.2
public record RcptParameters(@Nullable Set<ReportOn> reportOn, @Nullable OriginalRecipient originalRecipient) {

    /// Nothing said.
    public static final RcptParameters NONE = new RcptParameters(null, null);

    public RcptParameters {
        reportOn = reportOn == null ? null : Set.copyOf(reportOn);
    }

    /// Whether the sender wants to hear of this. RFC 3461 §5.1: without NOTIFY, of failures and, as our setting says, delays.
    public boolean wants(ReportOn event) {
        return (reportOn == null ? EnumSet.of(ReportOn.FAILURE, ReportOn.DELAY) : reportOn).contains(event);
    }
}
