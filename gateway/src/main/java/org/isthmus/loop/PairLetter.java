// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.Automation;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// One copy of a message, as the pair rate sees it.
///
/// @param recipient its number
/// @param from the reverse-path; the author where that is null
/// @param to as the sender named it
/// @param automation what shows that a machine wrote it
/// @param subject undecoded
/// @param size octets
/// @param client who brought it; none if we wrote it ourselves
/// @param trusted the client may send to anywhere, as the site's own may; so does what we write
public record PairLetter(
        QueueId message,
        int recipient,
        Instant at,
        Mailbox from,
        Mailbox to,
        Automation automation,
        @Nullable String subject,
        long size,
        @Nullable InetAddress client,
        boolean trusted) {
    private static final String[] MARKS = {"re:", "aw:", "sv:", "antw:", "antwort:", "fw:", "fwd:", "wg:", "tr:", "rv:", "ref:"};
    private static final int SUBJECT = 200;
    /// Where subjects grow with each answer, their ends are cut off somewhere.
    private static final int COMPARED = 60;
    /// Sizes that differ by less are alike: a date, a number.
    private static final long LEAST_DIFFERENCE = 64;
    private static final int SHARE = 32;

    /// A machine wrote it, and not to many.
    boolean isAutomatic() {
        return automation.isAutomatic();
    }

    /// It says itself that it answers another message: RFC 3834 §5 auto-replied, or a report.
    boolean saysItAnswers() {
        return "auto-replied".equals(automation.autoSubmitted()) || automation.report() != null;
    }

    String topic() {
        return topic(subject);
    }

    /// A subject in small letters, as it is compared.
    static String topic(@Nullable String subject) {
        String text = subject == null ? "" : subject.strip().toLowerCase(Locale.ROOT);
        return text.length() > SUBJECT ? text.substring(0, SUBJECT) : text;
    }

    /// The same without the marks of answers in front.
    static String bare(String topic) {
        String rest = topic;
        boolean cut = true;
        while (cut) {
            cut = false;
            for (String mark : MARKS) {
                if (rest.startsWith(mark)) {
                    rest = rest.substring(mark.length()).strip();
                    cut = true;
                }
            }
        }
        return rest;
    }

    /// Whether this subject can be an answer to another: it has that one within itself, with something put in front or behind.
    static boolean answers(String topic, String other) {
        String bare = bare(other);
        String begin = bare.length() > COMPARED ? bare.substring(0, COMPARED) : bare;
        int at = begin.length() < 3 ? -1 : topic.indexOf(begin);
        return at > 0 || at == 0 && topic.length() > other.length();
    }

    static boolean alike(long size, long other) {
        long difference = Math.abs(size - other);
        return difference <= LEAST_DIFFERENCE || difference * SHARE <= Math.max(size, other);
    }
}
