// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import org.jspecify.annotations.Nullable;

/// The traits in a header by which mail that a machine wrote is told from a person's. Read once on arrival, kept with the message.
///
/// @param autoSubmitted the keyword of Auto-Submitted in small letters, {@code no} included; none without such a field. RFC 3834 §5
/// @param precedence the word of Precedence in small letters: {@code bulk}, {@code list}, {@code junk}; none without such a field
/// @param list a List- field is there. RFC 2369, RFC 2919
/// @param report the report-type of a multipart/report in small letters: {@code delivery-status}, {@code disposition-notification}; empty if it names none, null if it is
///               no report. RFC 6522 §3
public record Automation(@Nullable String autoSubmitted, @Nullable String precedence, boolean list, @Nullable String report) {
    /// Of a message that shows no such trait.
    public static final Automation NONE = new Automation(null, null, false, null);

    /// A machine wrote it, or sends it to many. Values count and not the presence of fields: {@code Auto-Submitted: no} is a person's.
    public boolean isAutomatic() {
        return autoSubmitted != null && !autoSubmitted.equals("no") || isBulk() || list || report != null;
    }

    /// By its Precedence. The field has no standard; these three words are what practice agreed on.
    public boolean isBulk() {
        return precedence != null && (precedence.equals("bulk") || precedence.equals("list") || precedence.equals("junk"));
    }
}
