// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Duration;
import java.util.Locale;

/// Causes and outcomes in words for operators: one line, with names, addresses and places in files. What senders may know is told by {@code report.CauseText}.
public final class Wording {
    private static final int LIMIT = 1000;

    private Wording() {}

    /// Why a delivery did not happen, in one line of at most a thousand characters.
    public static String brief(Cause cause) {
        String text = switch (cause) {
            case Cause.Replied replied -> replied.peer() + " answered " + words(replied.stage()) + ": " + replied.reply().text();
            case Cause.Unresolved unresolved -> "DNS for " + unresolved.domain().text() + ": " + unresolved.problem();
            case Cause.Unreachable unreachable -> unreachable.peer() + " at " + words(unreachable.stage()) + ": " + unreachable.problem();
            case Cause.Unsupported unsupported -> unsupported.peer() + " does not offer " + unsupported.extension();
            case Cause.Looped looped -> "loop, found by " + looped.evidence().layer() + ": " + looped.evidence().finding() + at(looped.evidence().at());
            case Cause.Decided decided -> decided.why() + at(decided.at());
            case Cause.Local local -> "local trouble: " + local.problem();
            case Cause.Expired expired -> "given up after " + span(expired.age()) + (expired.last() == null ? "" : "; at last " + brief(expired.last()));
        };
        return text.length() > LIMIT ? text.substring(0, LIMIT) : text;
    }

    /// What became of a recipient, in one line.
    public static String brief(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> (delivered.inside() ? "delivered to " : "passed on to ") + delivered.peer() + ": " + delivered.reply().text();
            case Outcome.Deferred deferred -> "deferred: " + brief(deferred.cause());
            case Outcome.Failed failed -> "failed: " + brief(failed.cause());
            case Outcome.Expanded expanded -> expanded.into().size() == 1 ? "replaced by one other recipient" : "replaced by " + expanded.into().size() + " other recipients";
            case Outcome.Removed removed -> "removed by " + removed.by();
        };
    }

    /// A length of time as people say it, in the largest unit that fits twice, or one: {@code 5 days}, {@code 36 hours}, {@code 1 minute}.
    public static String span(Duration span) {
        if (span.toDays() >= 2) {
            return span.toDays() + " days";
        }
        if (span.toHours() >= 2) {
            return span.toHours() + " hours";
        }
        if (span.toMinutes() >= 2) {
            return span.toMinutes() + " minutes";
        }
        long seconds = Math.max(0, span.toSeconds());
        return seconds == 1 ? "1 second" : seconds + " seconds";
    }

    private static String words(Stage stage) {
        return switch (stage) {
            case CONNECT, GREETING -> stage.name().toLowerCase(Locale.ROOT);
            case HELLO -> "EHLO";
            case TLS -> "STARTTLS";
            case AUTH, MAIL, RCPT, DATA, QUIT -> stage.name();
            case DATA_BLOCK -> "the message";
            case END_OF_DATA -> "the end of the message";
        };
    }

    private static String at(@org.jspecify.annotations.Nullable SourceLine at) {
        return at == null ? "" : " (" + at + ")";
    }
}
