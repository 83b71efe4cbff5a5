// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.util.List;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.jspecify.annotations.Nullable;

/// A reply that we send, before its blanks are filled in. All of them stand in two catalogues, {@link Refusals} and {@code receive.Replies};
/// docs/replies.md is made of these.
///
/// @param status none in greetings, answers to EHLO and 3yz (RFC 2034 §4); {@code {status}} if it comes from a cause, and may change the code's class with it
/// @param text one line, with {@code {}} for each blank
/// @param when what makes us send it
/// @param operator what an operator who sees it can do; empty if nothing
public record ReplyForm(int code, @Nullable String status, String text, String when, String operator) {
    // RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets. Blanks hold what a peer wrote, so each gets its share and no more.
    private static final int LONGEST_BLANK = 160;

    /// Stands for a status that is not known beforehand.
    public static final String FROM_CAUSE = "{status}";

    /// Checks that code and status agree, so that a slip in the catalogue shows itself when the class is loaded.
    public ReplyForm {
        if (status != null && !status.equals(FROM_CAUSE) && EnhancedStatus.of(status).kind().digit() != code / 100) {
            throw new IllegalArgumentException(code + " cannot carry " + status);
        }
    }

    /// The reply with its blanks filled in, in order. What a value holds outside printable ASCII becomes a question mark.
    public Reply with(Object... values) {
        StringBuilder line = new StringBuilder(text.length() + 64);
        int from = 0;
        for (Object value : values) {
            int blank = text.indexOf("{}", from);
            line.append(text, from, blank).append(printable(String.valueOf(value)));
            from = blank + 2;
        }
        line.append(text, from, text.length());
        return new Reply(code, status == null ? null : EnhancedStatus.of(status), List.of(line.toString()));
    }

    /// The same form with the code and status of a cause.
    public ReplyForm as(int otherCode, EnhancedStatus otherStatus) {
        return new ReplyForm(otherCode, otherStatus.toString(), text, when, operator);
    }

    /// A text that may stand in a reply whatever a peer put into it: RFC 5321 §4.2 textstring, bounded.
    public static String printable(String text) {
        int length = Math.min(text.length(), LONGEST_BLANK);
        StringBuilder clean = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            clean.append(c >= ' ' && c < 127 ? c : '?');
        }
        return text.length() > LONGEST_BLANK ? clean.append("...").toString() : clean.toString();
    }
}
