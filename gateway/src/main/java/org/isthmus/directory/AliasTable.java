// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// What an aliases file says: entries {@code address: address, address}. A line that begins with a blank goes on with the entry before it; blank lines and
/// what follows a {@code #} at the start of a line or behind a blank are skipped. An entry that does not parse is left out as a whole and remembered, so that
/// no address is half expanded; and its address, where that can be read, is answered with "not now" rather than as if it did not exist.
///
/// Millions of entries have room: they stay text until they are asked for.
final class AliasTable implements Listed {
    private final AddressMap entries;
    private final int good;
    private final List<BadLine> bad;
    private final int badCount;

    private AliasTable(AddressMap entries, int good, BadLine.Collection bad) {
        this.entries = entries;
        this.good = good;
        this.bad = bad.first();
        this.badCount = bad.count();
    }

    /// @param to empty if the entry could not be read
    /// @param line where the entry begins
    record Alias(List<Mailbox> to, int line) {
        Alias {
            to = List.copyOf(to);
        }

        boolean broken() {
            return to.isEmpty();
        }
    }

    static AliasTable read(Disk disk, Path path) throws IOException {
        Parser parser = new Parser();
        LineReader.read(disk, path, parser);
        parser.finish();
        AddressMap entries = parser.entries.build();
        return new AliasTable(entries, parser.good, parser.bad);
    }

    /// The alias that an address is.
    /// @param key as {@link AddressKey} makes it
    @Nullable Alias find(String key) {
        AddressMap.Entry entry = entries.find(key);
        return entry == null ? null : new Alias(targets(entry.text()), entry.line());
    }

    /// Whether an address is an alias, or would be if its entry could be read.
    boolean contains(String key) {
        return entries.contains(key);
    }

    /// Shows every address as {@link AddressKey} makes it, with its line, in the order of the file.
    void forEach(ObjIntConsumer<String> action) {
        entries.forEach(action);
    }

    /// The address of a key. No domain holds an at-sign.
    static Mailbox mailbox(String key) {
        int at = key.lastIndexOf('@');
        return new Mailbox(new LocalPart(key.substring(0, at)), Mailbox.of("x" + key.substring(at)).host());
    }

    /// Octets of heap that it takes.
    long footprint() {
        return entries.footprint();
    }

    @Override
    public int entries() {
        return good;
    }

    @Override
    public List<BadLine> bad() {
        return bad;
    }

    @Override
    public int badCount() {
        return badCount;
    }

    private static List<Mailbox> targets(String text) {
        try {
            return text.isEmpty() ? List.of() : targets(new Cursor(text));
        } catch (SyntaxProblem e) {
            throw new IllegalStateException("an alias that could be read once: " + text, e);
        }
    }

    private static List<Mailbox> targets(Cursor cursor) throws SyntaxProblem {
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
        return to;
    }

    private static final class Parser implements LineReader.Line {
        private final AddressMap.Builder entries = new AddressMap.Builder();
        private final BadLine.Collection bad = new BadLine.Collection();
        private @Nullable StringBuilder entry;
        private int begun;
        private boolean spoilt;
        private int good;

        @Override
        public void take(byte[] octets, int from, int to, int number) {
            String text = BadLine.text(octets, from, to);
            if (text == null) {
                // Whether it goes on with an entry or begins one, what it says is lost.
                boolean continues = octets[from] == ' ' || octets[from] == '\t';
                if (!continues) {
                    finish();
                }
                spoilt |= continues;
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
            if (text.indexOf('#') < 0) {
                return text;
            }
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
            if (entry == null) {
                return;
            }
            String text = entry.toString();
            boolean whole = !spoilt;
            entry = null;
            spoilt = false;
            Mailbox address = null;
            try {
                Cursor cursor = new Cursor(text);
                address = Mailbox.parse(cursor);
                cursor.skipWhiteSpace();
                cursor.expect(':');
                List<Mailbox> to = targets(cursor);
                add(address, whole ? String.join(",", to.stream().map(Mailbox::text).toList()) : "");
            } catch (SyntaxProblem e) {
                bad.add(begun, BadLine.quote(text) + " is no alias: " + e.getMessage() + "; write address: address, address");
                if (address != null) {
                    entries.add(AddressKey.of(address), "", begun);
                }
            }
        }

        private void add(Mailbox address, String to) {
            int first = entries.add(AddressKey.of(address), to, begun);
            if (first > 0) {
                bad.add(begun, address + " is an alias already in line " + first + "; the first one counts");
            } else if (!to.isEmpty()) {
                good++;
            }
        }
    }
}
