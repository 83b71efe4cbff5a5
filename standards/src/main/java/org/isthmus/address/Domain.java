// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import java.net.IDN;
import java.util.Locale;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// A domain name as SMTP writes it: labels and dots, no final dot, at most 255 octets (RFC 5321 §4.5.3.1.2), labels at most 63.
/// Kept as it came; compared without case and in A-label form, so {@code Bücher.example} equals {@code xn--bcher-kva.example}.
public final class Domain implements Host, Comparable<Domain> {
    private final String text;
    private final String ascii;

    private Domain(String text, String ascii) {
        this.text = text;
        this.ascii = ascii;
    }

    /// Parses a whole text as a domain.
    public static Domain parse(String text) throws SyntaxProblem {
        Cursor cursor = new Cursor(text);
        Domain domain = parse(cursor);
        if (!cursor.atEnd()) {
            throw cursor.problem("unexpected character in domain");
        }
        return domain;
    }

    /// Parses a domain at the cursor and stops behind it. RFC 5321 §4.1.2 Domain. Underscores, which host names may not
    /// contain but real domains do, are taken.
    public static Domain parse(Cursor cursor) throws SyntaxProblem {
        int start = cursor.position();
        String text = cursor.takeWhile(c -> Characters.letterOrDigit(c) || c == '-' || c == '.' || c == '_');
        if (text.isEmpty()) {
            throw cursor.problem("expected a domain");
        }
        return new Domain(text, toAscii(text, start));
    }

    /// For names that stand in our own code and configuration.
    /// @throws IllegalArgumentException if it is none
    public static Domain of(String text) {
        try {
            return parse(text);
        } catch (SyntaxProblem e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    private static String toAscii(String text, int start) throws SyntaxProblem {
        if (text.length() > 255) {
            throw new SyntaxProblem("domain longer than 255 octets", start);
        }
        String ascii;
        if (Characters.ascii(text)) {
            ascii = text.toLowerCase(Locale.ROOT);
        } else {
            try {
                ascii = IDN.toASCII(text, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            } catch (IllegalArgumentException e) {
                throw new SyntaxProblem("not a valid internationalised domain", start);
            }
        }
        if (ascii.length() > 255) {
            throw new SyntaxProblem("domain longer than 255 octets", start);
        }
        int labelStart = 0;
        for (int i = 0; i <= ascii.length(); i++) {
            if (i == ascii.length() || ascii.charAt(i) == '.') {
                checkLabel(ascii, labelStart, i, start);
                labelStart = i + 1;
            }
        }
        return ascii;
    }

    private static void checkLabel(String ascii, int from, int to, int start) throws SyntaxProblem {
        for (int i = from; i < to; i++) {
            // Nameprep turns a full-width '@' or '/' into the real one, so what came out must be looked at again.
            char c = ascii.charAt(i);
            if (c > 127 || !(Characters.letterOrDigit(c) || c == '-' || c == '_')) {
                throw new SyntaxProblem("not a valid internationalised domain", start);
            }
        }
        if (from == to) {
            throw new SyntaxProblem("empty label in domain", start + from);
        }
        if (to - from > 63) {
            throw new SyntaxProblem("label longer than 63 octets", start + from);
        }
        if (ascii.charAt(from) == '-' || ascii.charAt(to - 1) == '-') {
            throw new SyntaxProblem("label begins or ends with a hyphen", start + from);
        }
    }

    /// As it came.
    @Override
    public String text() {
        return text;
    }

    /// Lower-case A-labels: the form for comparing, for DNS and for peers without SMTPUTF8.
    public String ascii() {
        return ascii;
    }

    /// True if this is the other domain or lies below it.
    public boolean isWithin(Domain parent) {
        return ascii.equals(parent.ascii)
                || (ascii.endsWith(parent.ascii) && ascii.charAt(ascii.length() - parent.ascii.length() - 1) == '.');
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Domain that && ascii.equals(that.ascii);
    }

    @Override
    public int hashCode() {
        return ascii.hashCode();
    }

    @Override
    public int compareTo(Domain other) {
        return ascii.compareTo(other.ascii);
    }

    @Override
    public String toString() {
        return text;
    }
}
