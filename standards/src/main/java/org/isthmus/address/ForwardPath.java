// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

/// Where a copy of the message is to go. RFC 5321 §4.1.1.3.
public sealed interface ForwardPath {

    /// {@code <Postmaster>}, the one recipient that may be named without a domain.
    record Postmaster() implements ForwardPath {
        @Override
        public String toString() {
            return "<Postmaster>";
        }
    }

    /// An ordinary recipient.
    record To(Mailbox mailbox) implements ForwardPath {
        @Override
        public String toString() {
            return "<" + mailbox.text() + ">";
        }
    }

    /// The text between the angle brackets.
    default String text() {
        return switch (this) {
            case Postmaster postmaster -> "Postmaster";
            case To to -> to.mailbox().text();
        };
    }
}
