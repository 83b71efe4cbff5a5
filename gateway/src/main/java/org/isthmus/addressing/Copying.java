// SPDX-License-Identifier: Apache-2.0
package org.isthmus.addressing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Settings.Copies;
import org.isthmus.config.Snapshot;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The rules of `copies`: who gets a copy of a message that has arrived.
///
/// A copy is a recipient of the message like all others, so it becomes durable with it; but its reverse-path is the null one and it asks for no reports, so that nobody ever hears
/// of what becomes of it. It never makes another copy: copies are decided about when a message arrives, by those who handed it in and those it is for, and where a copy comes back,
/// its trace names who had it.
public final class Copying {
    /// Nothing is ever reported about a copy. RFC 3461 §4.1: NEVER.
    private static final RcptParameters NEVER = new RcptParameters(Set.of(), null);

    private Copying() {}

    /// A copy to make, or one that is not made again.
    /// @param recipient null if it is not made
    public record Copy(@Nullable Recipient recipient, Step step) {}

    /// Whether a recipient is for a copy of ours.
    public static boolean isCopy(Recipient recipient) {
        return recipient.from() instanceof ReversePath.Null;
    }

    /// @param ours whether the client may send to anywhere
    /// @param from after rewriting
    /// @param recipients those that were taken
    /// @param hadBefore whether this message, by its trace, was sent to an address before
    public static List<Copy> of(boolean ours, ReversePath from, List<Recipient> recipients, Predicate<Mailbox> hadBefore, Snapshot snapshot) {
        List<Copies> rules = snapshot.settings().addressing().copies();
        if (rules.isEmpty()) {
            return List.of();
        }
        List<Copy> made = new ArrayList<>();
        Set<Mailbox> have = new HashSet<>();
        recipients.forEach(recipient -> have.add(recipient.address()));
        for (Copies rule : rules) {
            Mailbox whose = whose(rule, ours, from, recipients);
            for (Mailbox to : whose == null ? List.<Mailbox>of() : rule.to()) {
                if (have.add(to)) {
                    made.add(copy(rule, whose == null ? to : whose, to, hadBefore.test(to)));
                }
            }
        }
        return made;
    }

    private static Copy copy(Copies rule, Mailbox whose, Mailbox to, boolean again) {
        if (again) {
            return new Copy(null, Step.of("copies", rule.text(), rule.at(), "no copy to " + to + ": the trace says that it had this message"));
        }
        return new Copy(new Recipient(to, NEVER, List.of(), ReversePath.NULL), Step.of("copies", rule.text(), rule.at(), "a copy to " + to + ", because of " + whose));
    }

    /// The first address by which a rule applies; null if it does not.
    private static @Nullable Mailbox whose(Copies rule, boolean ours, ReversePath from, List<Recipient> recipients) {
        boolean direction = switch (rule.direction()) {
            case IN -> !ours;
            case OUT -> ours;
            case BOTH -> true;
        };
        if (!direction) {
            return null;
        }
        AddressPattern of = rule.of();
        if (from instanceof ReversePath.To sender && of.matches(sender.mailbox())) {
            return sender.mailbox();
        }
        for (Recipient recipient : recipients) {
            if (of.matches(recipient.address()) || recipient.via().stream().anyMatch(of::matches)) {
                return recipient.named();
            }
        }
        return null;
    }
}
