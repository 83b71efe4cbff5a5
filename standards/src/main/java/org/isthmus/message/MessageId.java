// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import org.isthmus.address.Domain;
import org.isthmus.syntax.Characters;

/// Message-IDs that we make. RFC 5322 §3.6.4.
public final class MessageId {
    private MessageId() {}

    /// {@code <name@host>}.
    /// @param name what makes it unique at this host: a queue id, with a word before it if one id names several messages. What is no atom becomes {@code _}
    public static String of(String name, Domain host) {
        StringBuilder left = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean dot = c == '.' && i > 0 && i < name.length() - 1 && left.charAt(i - 1) != '.';
            left.append(dot || (c < 128 && Characters.atext(c)) ? c : '_');
        }
        return "<" + (left.isEmpty() ? "_" : left) + "@" + host.ascii() + ">";
    }
}
