// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.Locale;
import org.isthmus.address.Domain;
import org.isthmus.address.ReversePath;
import org.isthmus.directory.AddressKey;
import org.isthmus.directory.Glob;

/// The {@code from} of a route: {@code example.com}, {@code *.example.com}, an address that may hold a shell-style pattern ({@code news-*@example.com}), or
/// {@code <>} for the null reverse-path.
final class SenderPattern {
    private SenderPattern() {}

    static boolean matches(String pattern, ReversePath from) {
        return switch (from) {
            case ReversePath.Null none -> pattern.equals("<>");
            case ReversePath.To sender when pattern.indexOf('@') >= 0 -> Glob.matches(pattern.toLowerCase(Locale.ROOT), AddressKey.of(sender.mailbox()));
            case ReversePath.To sender -> sender.mailbox().host() instanceof Domain domain && Glob.matches(ascii(pattern), domain.ascii());
        };
    }

    /// The pattern with its labels as DNS writes them.
    private static String ascii(String pattern) {
        boolean below = pattern.startsWith("*.");
        try {
            return (below ? "*." : "") + Domain.parse(below ? pattern.substring(2) : pattern).ascii();
        } catch (org.isthmus.syntax.SyntaxProblem e) {
            return pattern.toLowerCase(Locale.ROOT);
        }
    }
}
