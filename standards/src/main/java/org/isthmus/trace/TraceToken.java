// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.isthmus.address.Mailbox;

/// What a site signs into a message that it sends. design: loop control, section 5.
///
/// @param node which connector of the site sent it: 0 to 255
/// @param minute when it was sent: minutes since 1970, 32 bits unsigned
/// @param uid the message's name through all its passes
/// @param pass how often the message had left the site before: 0 to 255, which stands for all more as well
/// @param lineage how many generated messages lie between this one and one that a person sent: 0 to 255, which stands for all more as well
/// @param flags see there
/// @param route by which class of way it went out: {@link TraceKey#route}
/// @param recipients for whom this copy was, by {@link TraceKey#recipient}: at most {@value #MOST_RECIPIENTS}. With more the list is empty and {@link Flag#ASK_LEDGER} is set
public record TraceToken(int node, long minute, long uid, int pass, int lineage, Set<Flag> flags, int route, List<Long> recipients) {
    /// The most recipients that a token names itself.
    public static final int MOST_RECIPIENTS = 6;

    private static final int OCTET = 0xff;

    /// Direction, policy, and how to read the recipients. In this order the bits of the flags octet, from the lowest.
    public enum Flag {
        /// It left the site; without it, it was handed to a server inside.
        OUTWARD,
        /// A recipient of the site went outward, because the loopback policy {@code send} allowed it.
        LOOPBACK,
        /// The site made this message itself: a report, a notice.
        GENERATED,
        /// There were too many recipients to name: only the ledger knows whose copy it was.
        ASK_LEDGER;

        private static final Flag[] ALL = values();
        /// The set of each number. A token is made for each message, so its set is not made anew.
        private static final List<Set<Flag>> SETS = IntStream.range(0, 1 << ALL.length)
                .mapToObj(bits -> Arrays.stream(ALL).filter(flag -> (bits & 1 << flag.ordinal()) != 0).collect(Collectors.toUnmodifiableSet()))
                .toList();

        /// As the octet of a token has them.
        static int bits(Set<Flag> flags) {
            int bits = 0;
            for (Flag flag : ALL) {
                bits |= flags.contains(flag) ? 1 << flag.ordinal() : 0;
            }
            return bits;
        }

        /// Bits that this version does not know are left aside: a newer connector of the site may have set them.
        static Set<Flag> of(int bits) {
            return SETS.get(bits & SETS.size() - 1);
        }
    }

    public TraceToken {
        flags = Flag.of(Flag.bits(flags));
        recipients = List.copyOf(recipients);
        if (node < 0 || node > OCTET || minute < 0 || minute > 0xffff_ffffL || pass < 0 || lineage < 0 || recipients.size() > MOST_RECIPIENTS) {
            throw new IllegalArgumentException("not a trace token: node " + node + ", minute " + minute + ", pass " + pass + ", lineage " + lineage + ", "
                    + recipients.size() + " recipients");
        }
        for (long recipient : recipients) {
            if (recipient < 0 || recipient > TraceKey.RECIPIENT_MASK) {
                throw new IllegalArgumentException("not a recipient's print: " + recipient);
            }
        }
        pass = Math.min(pass, OCTET);
        lineage = Math.min(lineage, OCTET);
    }

    /// The minute of a moment, as a token carries it.
    public static long minuteOf(Instant moment) {
        return Math.clamp(Math.floorDiv(moment.getEpochSecond(), 60), 0, 0xffff_ffffL);
    }

    /// When it was sent, to the minute, if the sender's clock was right.
    public Instant moment() {
        return Instant.ofEpochSecond(minute * 60);
    }

    /// Whether it is too old to say anything.
    public boolean isExpired(Instant now, Duration validity) {
        return moment().plus(validity).isBefore(now);
    }

    /// Whether it names this recipient itself.
    /// @param key the one that opened it
    public boolean names(Mailbox recipient, TraceKey key) {
        return !recipients.isEmpty() && recipients.contains(key.recipient(uid, recipient));
    }
}
