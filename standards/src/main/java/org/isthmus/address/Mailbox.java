// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// A mailbox as an envelope writes it. RFC 5321 §4.1.2, RFC 6531 §3.3.
public record Mailbox(LocalPart local, Host host) {

    /// Parses a whole text as a mailbox, without angle brackets.
    public static Mailbox parse(String text) throws SyntaxProblem {
        Cursor cursor = new Cursor(text);
        Mailbox mailbox = parse(cursor);
        if (!cursor.atEnd()) {
            throw cursor.problem("unexpected character after the address");
        }
        return mailbox;
    }

    /// Parses a mailbox at the cursor and stops behind it.
    public static Mailbox parse(Cursor cursor) throws SyntaxProblem {
        LocalPart local = LocalPart.parse(cursor);
        cursor.expect('@');
        Host host = cursor.peek() == '[' ? AddressLiteral.parse(cursor) : Domain.parse(cursor);
        return new Mailbox(local, host);
    }

    /// For addresses that stand in our own code and configuration.
    /// @throws IllegalArgumentException if it is none
    public static Mailbox of(String text) {
        try {
            return parse(text);
        } catch (SyntaxProblem e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    /// As it stands in an envelope, without angle brackets.
    public String text() {
        return local.text() + "@" + host.text();
    }

    /// True if both mean one mailbox to everybody who does not tell the case of local parts apart: no store that people run does. The case belongs to the host that
    /// owns the mailbox (RFC 5321 §2.4), so this is for mailboxes that we are asked about, and for recognising an address that comes again.
    public boolean sameIgnoringCase(Mailbox other) {
        return host.equals(other.host) && (local.equals(other.local) || local.folded().equals(other.local.folded()));
    }

    /// True if a peer without SMTPUTF8 can be given this address. RFC 6531 §3.2.
    public boolean isAscii() {
        return Characters.ascii(local.content()) && Characters.ascii(host.text());
    }

    @Override
    public String toString() {
        return text();
    }
}
