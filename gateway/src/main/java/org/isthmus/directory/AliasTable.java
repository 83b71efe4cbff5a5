// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// What an aliases file says: entries {@code address: address, address}. A line that begins with a blank goes on with the entry before it; blank lines and
/// what follows a {@code #} at the start of a line or behind a blank are skipped. An entry that does not parse is left out as a whole and remembered, so that
/// no address is half expanded.
///
/// @param aliases by {@link AddressKey}
record AliasTable(Map<String, Alias> aliases, List<BadLine> bad, int badCount) implements Listed {
    AliasTable {
        aliases = Map.copyOf(aliases);
    }

    /// @param line where the entry begins
    record Alias(Mailbox address, List<Mailbox> to, int line) {
        Alias {
            to = List.copyOf(to);
        }
    }

    static AliasTable read(Disk disk, Path path) throws IOException {
        Parser parser = new Parser();
        LineReader.read(disk, path, parser);
        parser.finish();
        return new AliasTable(parser.aliases, parser.bad.first(), parser.bad.count());
    }

    /// The alias that an address is.
    /// @param key as {@link AddressKey} makes it
    @Nullable Alias find(String key) {
        return aliases.get(key);
    }

    @Override
    public int entries() {
        return aliases.size();
    }

    private static final class Parser implements LineReader.Line {
        private final Map<String, Alias> aliases = new HashMap<>();
        private final BadLine.Collection bad = new BadLine.Collection();
        private @Nullable StringBuilder entry;
        private int begun;

        @Override
        public void take(byte[] octets, int from, int to, int number) {
            String text = BadLine.text(octets, from, to);
            if (text == null) {
                bad.add(number, "not UTF-8");
                return;
            }
            String content = withoutComment(text).stripTrailing();
            if (content.isBlank()) {
                return;
            }
            if (!content.startsWith(" ") && !content.startsWith("\t")) {
                finish();
                entry = new StringBuilder(content);
                begun = number;
            } else if (entry == null) {
                bad.add(number, "a line that begins with a blank continues an entry, and there is none before it");
            } else {
                entry.append(' ').append(content.strip());
            }
        }

        private static String withoutComment(String text) {
            boolean quoted = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == '\\' && quoted) {
                    i++;
                } else if (c == '#' && !quoted && (i == 0 || text.charAt(i - 1) == ' ' || text.charAt(i - 1) == '\t')) {
                    return text.substring(0, i);
                }
            }
            return text;
        }

        void finish() {
            if (entry != null) {
                String text = entry.toString();
                entry = null;
                try {
                    add(parse(new Cursor(text)));
                } catch (SyntaxProblem e) {
                    bad.add(begun, BadLine.quote(text) + " is no alias: " + e.getMessage() + "; write address: address, address");
                }
            }
        }

        private Alias parse(Cursor cursor) throws SyntaxProblem {
            Mailbox address = Mailbox.parse(cursor);
            cursor.skipWhiteSpace();
            cursor.expect(':');
            List<Mailbox> to = new ArrayList<>();
            do {
                cursor.skipWhiteSpace();
                if (cursor.atEnd() && !to.isEmpty()) {
                    break;
                }
                to.add(Mailbox.parse(cursor));
                cursor.skipWhiteSpace();
            } while (cursor.skip(','));
            if (!cursor.atEnd()) {
                throw cursor.problem("expected a comma");
            }
            return new Alias(address, to, begun);
        }

        private void add(Alias alias) {
            Alias first = aliases.putIfAbsent(AddressKey.of(alias.address()), alias);
            if (first != null) {
                bad.add(alias.line(), alias.address() + " is an alias already in line " + first.line() + "; the first one counts");
            }
        }
    }
}
