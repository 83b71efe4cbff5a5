// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// The changes to one field's addresses. Reads an address list as RFC 5322 §3.4 has it, with the old forms of §4.4, in one pass and without recursion; a member of the list
/// that is no address is passed over.
final class AddressEdits {
    /// A member of a list with more words is no address that anybody wrote.
    private static final int MOST_TOKENS = 256;
    /// A line that grows beyond this is folded at the next comma. RFC 5322 §2.1.1 allows 998.
    private static final int LONG_LINE = 900;
    private static final int SHORT_LINE = 60;

    private final byte[] octets;
    private final int begin;
    private final int end;
    private final List<Edit> edits = new ArrayList<>();
    private final int[] starts = new int[MOST_TOKENS];
    private final int[] ends = new int[MOST_TOKENS];
    private final char[] kinds = new char[MOST_TOKENS];
    private int tokens;
    private boolean overflow;
    private boolean angle;
    private int count;
    private int lastFold;

    /// What takes the place of some octets: a text for an address, none where a line may be folded.
    private record Edit(int from, int to, byte @Nullable [] text) {}

    AddressEdits(byte[] octets, int begin, int end) {
        this.octets = octets;
        this.begin = begin;
        this.end = end;
    }

    /// Addresses that change.
    int count() {
        return count;
    }

    /// @param replace gives null for an address that stays
    void find(Function<Mailbox, @Nullable Mailbox> replace) {
        int at = begin;
        while (at < end) {
            at = token(at, replace);
        }
        member(replace);
    }

    /// Reads one token.
    /// @return behind it; the end if it does not end itself
    private int token(int at, Function<Mailbox, @Nullable Mailbox> replace) {
        switch (octets[at]) {
            case ' ', '\t', '\r', '\n' -> {
                return at + 1;
            }
            case '(' -> {
                return comment(at);
            }
            case '"' -> {
                return until(at, '"');
            }
            case '[' -> {
                return until(at, ']');
            }
            case ',', ';' -> {
                if (angle && octets[at] == ',') {
                    add(at, at + 1, ',');
                } else {
                    member(replace);
                    fold(at + 1);
                }
                return at + 1;
            }
            case ':' -> {
                if (angle) {
                    add(at, at + 1, ':');
                } else {
                    // The name of a group.
                    clear();
                }
                return at + 1;
            }
            case '<', '>', '@', '.' -> {
                angle = octets[at] == '<' || (angle && octets[at] != '>');
                add(at, at + 1, (char) octets[at]);
                return at + 1;
            }
            default -> {
                int stop = at + 1;
                while (stop < end && !special(octets[stop])) {
                    stop++;
                }
                add(at, stop, 'a');
                return stop;
            }
        }
    }

    /// Remembers where a line may be folded, if a changed address stands before it.
    private void fold(int at) {
        if (count > 0 && at - lastFold >= SHORT_LINE) {
            edits.add(new Edit(at, at, null));
            lastFold = at;
        }
    }

    private static boolean special(byte octet) {
        return switch (octet) {
            case ' ', '\t', '\r', '\n', '(', ')', '"', '[', ',', ';', ':', '<', '>', '@', '.' -> true;
            default -> false;
        };
    }

    private int comment(int from) {
        int depth = 0;
        for (int at = from; at < end; at++) {
            switch (octets[at]) {
                case '\\' -> at++;
                case '(' -> depth++;
                case ')' -> {
                    if (--depth == 0) {
                        return at + 1;
                    }
                }
                default -> {}
            }
        }
        overflow = true;
        return end;
    }

    private int until(int from, char close) {
        for (int at = from + 1; at < end; at++) {
            if (octets[at] == '\\') {
                at++;
            } else if (octets[at] == close) {
                add(from, at + 1, close);
                return at + 1;
            }
        }
        overflow = true;
        return end;
    }

    private void add(int from, int to, char kind) {
        if (tokens == MOST_TOKENS) {
            overflow = true;
            return;
        }
        starts[tokens] = from;
        ends[tokens] = to;
        kinds[tokens++] = kind;
    }

    private void clear() {
        tokens = 0;
        overflow = false;
        angle = false;
    }

    /// The member of the list that ends here.
    private void member(Function<Mailbox, @Nullable Mailbox> replace) {
        if (!overflow && tokens > 2) {
            int from = 0;
            int to = tokens;
            for (int i = 0; i < tokens; i++) {
                if (kinds[i] == '<') {
                    from = i + 1;
                    to = tokens - 1;
                    break;
                }
            }
            boolean closed = from == 0 || kinds[to] == '>';
            if (closed) {
                address(behindRoute(from, to), to, replace);
            }
        }
        clear();
    }

    /// RFC 5322 §4.4: `<@host,@host:user@host>`.
    private int behindRoute(int from, int to) {
        if (from < to && kinds[from] == '@') {
            for (int i = from; i < to; i++) {
                if (kinds[i] == ':') {
                    return i + 1;
                }
            }
        }
        return from;
    }

    private void address(int from, int to, Function<Mailbox, @Nullable Mailbox> replace) {
        int at = words(from, to, true);
        if (at < 0 || at >= to || kinds[at] != '@') {
            return;
        }
        int host = at + 1;
        boolean literal = host == to - 1 && kinds[host] == ']';
        if (!literal && words(host, to, false) != to) {
            return;
        }
        String local = text(from, at);
        String domain = text(host, to);
        if (local == null || domain == null) {
            return;
        }
        Mailbox address = mailbox(local + "@" + domain);
        Mailbox other = address == null ? null : replace.apply(address);
        if (address == null || other == null || other.equals(address)) {
            return;
        }
        count++;
        if (!other.local().equals(address.local())) {
            edits.add(new Edit(starts[from], ends[at - 1], other.local().text().getBytes(StandardCharsets.UTF_8)));
        }
        if (!other.host().equals(address.host())) {
            edits.add(new Edit(starts[host], ends[to - 1], host(other.host(), !Characters.ascii(domain)).getBytes(StandardCharsets.UTF_8)));
        }
    }

    /// A domain has a form for everybody; where the old one was written in it, the new one is too.
    private static String host(Host host, boolean utf8) {
        return !utf8 && host instanceof Domain domain ? domain.ascii() : host.text();
    }

    /// Words with dots between them.
    /// @return behind them; -1 if there are none
    private int words(int from, int to, boolean quoted) {
        int at = from;
        while (at < to && (kinds[at] == 'a' || (quoted && kinds[at] == '"'))) {
            at++;
            if (at >= to || kinds[at] != '.') {
                return at;
            }
            at++;
        }
        return -1;
    }

    /// Without the white space between the tokens; null if a comment stands among them, which must not be lost, or if it is not UTF-8.
    private @Nullable String text(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            if (i > from && !blank(ends[i - 1], starts[i])) {
                return null;
            }
            try {
                text.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, starts[i], ends[i] - starts[i])));
            } catch (CharacterCodingException e) {
                return null;
            }
        }
        return text.toString();
    }

    private boolean blank(int from, int to) {
        for (int at = from; at < to; at++) {
            if (octets[at] == '(') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Mailbox mailbox(String text) {
        try {
            return Mailbox.parse(text);
        } catch (SyntaxProblem | IllegalArgumentException e) {
            return null;
        }
    }

    /// Writes all octets from the first to `length`, with the changes; lines that would become too long are folded.
    void write(byte[] all, int length, AddressRewriter.Sink sink) {
        if (count == 0) {
            sink.write(all, 0, length);
            return;
        }
        int done = 0;
        int lineStart = 0;
        int shift = 0;
        for (Edit edit : edits) {
            for (int at = done; at < edit.from(); at++) {
                if (all[at] == '\n') {
                    lineStart = at + 1;
                    shift = 0;
                }
            }
            sink.write(all, done, edit.from() - done);
            done = edit.to();
            byte[] text = edit.text();
            if (text != null) {
                sink.write(text, 0, text.length);
                shift += text.length - (edit.to() - edit.from());
            } else if (edit.from() - lineStart + shift > LONG_LINE && edit.from() < length && all[edit.from()] != '\r') {
                boolean blank = all[edit.from()] == ' ' || all[edit.from()] == '\t';
                sink.write(new byte[] {'\r', '\n', ' '}, 0, blank ? 2 : 3);
                lineStart = edit.from();
                shift = 0;
            }
        }
        sink.write(all, done, length - done);
    }
}
