// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import org.isthmus.address.Mailbox;

/// A value with the word that says how to read it: {@code dns; mx.example.org}, {@code rfc822; a@b.example}, {@code smtp; 550 no such user}. RFC 3464 §2.1.2.
///
/// @param type {@code dns}, {@code rfc822}, {@code utf-8}, {@code smtp}, or what somebody else needs
/// @param text decoded
public record TypedText(String type, String text) {

    /// A mail server.
    public static TypedText dns(String name) {
        return new TypedText("dns", name);
    }

    /// A mailbox, as its characters ask. RFC 6533 §3.
    public static TypedText address(Mailbox mailbox) {
        return new TypedText(mailbox.isAscii() ? "rfc822" : "utf-8", mailbox.text());
    }

    /// A reply, with its code and status.
    public static TypedText smtp(String reply) {
        return new TypedText("smtp", reply);
    }

    public boolean is(String other) {
        return type.equalsIgnoreCase(other);
    }
}
