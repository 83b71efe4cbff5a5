// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.text.Normalizer;
import java.util.Locale;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.Characters;

/// How addresses are compared when the question is whether two of them mean one mailbox of ours.
///
/// RFC 5321 §2.4: the case of a local part belongs to the host that owns the mailbox, and is kept on the way there. For mailboxes of the site we are asked
/// on behalf of that host, and no store that people run tells {@code Bob} from {@code bob}; so existence is decided without case. RFC 6532 §3.1 asks for
/// normalisation form C where characters outside ASCII are compared. Domains compare in A-label form. What is delivered is always the address as it came.
public final class AddressKey {
    private AddressKey() {}

    /// The text that is equal for equal mailboxes: local part without quotes, at-sign, domain.
    public static String of(Mailbox mailbox) {
        return of(mailbox.local().content(), mailbox.host());
    }

    /// True if both mean one mailbox.
    public static boolean same(Mailbox one, Mailbox other) {
        return one.sameIgnoringCase(other);
    }

    static String of(String local, Host host) {
        String right = host instanceof Domain domain ? domain.ascii() : host.text().toLowerCase(Locale.ROOT);
        return local(local) + "@" + right;
    }

    static String local(String local) {
        String lower = local.toLowerCase(Locale.ROOT);
        return Characters.ascii(lower) ? lower : Normalizer.normalize(lower, Normalizer.Form.NFC);
    }
}
