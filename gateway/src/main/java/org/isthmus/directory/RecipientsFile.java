// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// What a recipients file says: one full address a line; blank lines and what follows a {@code #} at the start of a line or behind a blank are skipped.
/// (A {@code #} inside an address belongs to it: RFC 5322 §3.2.3 counts it to the atoms.) Bad lines are left out and remembered.
///
/// @param badCount how many lines were bad, of which {@code bad} holds the first
record RecipientsFile(AddressSet addresses, List<BadLine> bad, int badCount) implements Listed {

    static RecipientsFile read(Disk disk, Path path) throws IOException {
        Parser parser = new Parser();
        LineReader.read(disk, path, parser);
        return new RecipientsFile(parser.addresses.build(), parser.bad.first(), parser.bad.count());
    }

    @Override
    public int entries() {
        return addresses.size();
    }

    private static final class Parser implements LineReader.Line {
        private final AddressSet.Builder addresses = new AddressSet.Builder();
        private final BadLine.Collection bad = new BadLine.Collection();
        private final byte[] key = new byte[LineReader.LONGEST];

        @Override
        public void take(byte[] octets, int from, int to, int number) {
            int start = from;
            while (start < to && blank(octets[start])) {
                start++;
            }
            if (start == to || octets[start] == '#') {
                return;
            }
            int end = start;
            while (end < to && !blank(octets[end])) {
                end++;
            }
            if (onlyComment(octets, end, to) && plain(octets, start, end)) {
                addresses.add(key, 0, end - start, number);
            } else {
                unusual(octets, start, to, number);
            }
        }

        /// True if behind the address nothing follows but blanks and a comment.
        private static boolean onlyComment(byte[] octets, int from, int to) {
            int at = from;
            while (at < to && blank(octets[at])) {
                at++;
            }
            return at == to || (at > from && octets[at] == '#');
        }

        /// The usual case, a million times over: ASCII, no quotes. Copies the address in lower case to {@code key}. False if it must be looked at properly.
        private boolean plain(byte[] octets, int from, int to) {
            int at = -1;
            int part = from;
            for (int i = from; i < to; i++) {
                byte b = octets[i];
                if (b == '@' && at < 0) {
                    if (i == part || i - from > 64) {
                        return false;
                    }
                    at = i;
                    part = i + 1;
                } else if (b == '.') {
                    if (i == part || (at >= 0 && (octets[i - 1] == '-' || i - part > 63))) {
                        return false;
                    }
                    part = i + 1;
                } else if (b < 0 || (at < 0 ? !Characters.atext((char) b) : !inLabel(b, i == part))) {
                    return false;
                }
                // A dot before the at-sign leaves an empty part, which the test above finds.
                key[i - from] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
            }
            return at > 0 && part < to && to - part <= 63 && octets[to - 1] != '-' && to - at - 1 <= 255;
        }

        private static boolean inLabel(byte b, boolean first) {
            return Characters.letterOrDigit((char) b) || b == '_' || (b == '-' && !first);
        }

        private void unusual(byte[] octets, int from, int to, int number) {
            String text = BadLine.text(octets, from, to);
            if (text == null) {
                bad.add(number, "not UTF-8");
                return;
            }
            try {
                Cursor cursor = new Cursor(text);
                Mailbox mailbox = Mailbox.parse(cursor);
                int blanks = cursor.skipWhiteSpace();
                if (!cursor.atEnd() && (blanks == 0 || cursor.peek() != '#')) {
                    throw cursor.problem("unexpected character after the address");
                }
                addresses.add(AddressKey.of(mailbox), number);
            } catch (SyntaxProblem e) {
                bad.add(number, BadLine.quote(text.strip()) + " is no address: " + e.getMessage() + hint(text));
            }
        }

        private static String hint(String text) {
            return text.indexOf('@') < 0 ? "; write local part and domain: user@example.com" : "";
        }

        private static boolean blank(byte b) {
            return b == ' ' || b == '\t' || b == '\r';
        }
    }
}
