// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

/// Where reports about a message go. RFC 5321 §4.1.1.2.
public sealed interface ReversePath {

    /// {@code <>}: a report itself, so nothing may ever be reported about it. RFC 5321 §4.5.5.
    record Null() implements ReversePath {
        @Override
        public String toString() {
            return "<>";
        }
    }

    /// An ordinary sender.
    record To(Mailbox mailbox) implements ReversePath {
        @Override
        public String toString() {
            return "<" + mailbox.text() + ">";
        }
    }

    /// The null reverse-path.
    ReversePath NULL = new Null();

    /// The text between the angle brackets; empty for the null reverse-path.
    default String text() {
        return switch (this) {
            case Null none -> "";
            case To to -> to.mailbox().text();
        };
    }
}
