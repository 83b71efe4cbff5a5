// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// One trace field. RFC 5321 §4.4. We write it in front of every message that we take, and read those of others as evidence: nothing in it can be believed
/// but what we wrote ourselves.
///
/// @param from what the client called itself in HELO or EHLO
/// @param address from where it came
/// @param by who took the message
/// @param with the protocol: SMTP, ESMTP, ESMTPA, UTF8SMTP. RFC 3848, RFC 6531 §4.3
/// @param id the queue id
/// @param recipient {@code for}, without angle brackets; to be given only if there is one recipient. RFC 5321 §7.6: more would betray blind copies
/// @param date when
public record Received(
        @Nullable String from,
        @Nullable InetAddress address,
        @Nullable String by,
        @Nullable String with,
        @Nullable String id,
        @Nullable String recipient,
        @Nullable Instant date) {

    private static final int SHOWN_LIMIT = 64;
    private static final int READ_LIMIT = 8192;

    /// The whole field with its final CRLF, in US-ASCII, folded.
    ///
    /// A name that is no domain is shown in a comment, cut and made harmless, and the address literal stands in its place; a recipient outside US-ASCII is left
    /// out, since the line would ask for SMTPUTF8 from hops that need it for nothing else.
    public String write() {
        return write(null);
    }

    /// The same with a name of the client that was found by its address and leads back to it. RFC 5321 §4.4: TCP-info.
    public String write(@Nullable Domain confirmed) {
        return write(confirmed, null);
    }

    /// The same, with the cipher suite of the connection. RFC 8314 §4.3.
    /// @param cipher its name in the IANA registry; none in the clear
    public String write(@Nullable Domain confirmed, @Nullable String cipher) {
        StringBuilder line = new StringBuilder(200).append("Received: ");
        if (from != null || address != null) {
            line.append("from ").append(client(confirmed)).append("\r\n\t");
        }
        if (by != null) {
            line.append("by ").append(shown(by));
        }
        if (with != null) {
            line.append(" with ").append(shown(with));
        }
        if (id != null) {
            line.append(" id ").append(shown(id));
        }
        if (recipient != null && isPrintableAddress(recipient)) {
            line.append("\r\n\tfor <").append(recipient).append('>');
        }
        if (cipher != null) {
            line.append("\r\n\ttls ").append(shown(cipher));
        }
        if (date != null) {
            line.append(";\r\n\t").append(MessageDate.format(date));
        }
        return line.append("\r\n").toString();
    }

    private String client(@Nullable Domain confirmed) {
        String literal = address == null ? null : (confirmed == null ? "" : confirmed.ascii() + " ") + new AddressLiteral(address).text();
        String name = from == null ? "" : from;
        if (isHost(name)) {
            return literal == null ? name : name + " (" + literal + ")";
        }
        String said = name.isEmpty() ? "" : "said " + shown(name);
        if (literal != null && confirmed != null) {
            return confirmed.ascii() + " (" + literal.substring(confirmed.ascii().length() + 1) + (said.isEmpty() ? ")" : ") (" + said + ")");
        }
        String host = literal == null ? "unknown" : literal;
        return said.isEmpty() ? host : host + " (" + said + ")";
    }

    private static boolean isHost(String name) {
        if (!Characters.ascii(name)) {
            return false;
        }
        try {
            Cursor cursor = new Cursor(name);
            if (cursor.peek() == '[') {
                AddressLiteral.parse(cursor);
            } else {
                Domain.parse(cursor);
            }
            return cursor.atEnd();
        } catch (SyntaxProblem e) {
            return false;
        }
    }

    private static boolean isPrintableAddress(String recipient) {
        try {
            return Mailbox.parse(recipient).isAscii();
        } catch (SyntaxProblem e) {
            return false;
        }
    }

    /// Letters, digits and what names are made of; nothing that could end a comment, a clause or the line.
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN_LIMIT); i++) {
            char c = text.charAt(i);
            boolean plain = c < 128 && (Characters.letterOrDigit(c) || ".-_[]:/+".indexOf(c) >= 0);
            shown.append(plain ? c : '?');
        }
        return shown.isEmpty() ? "?" : shown.toString();
    }

    /// Reads what somebody wrote, as far as it can be understood. Empty if there is neither a date nor any clause.
    /// @param body the field's body; at most its first 8 KiB are looked at
    public static Optional<Received> read(String body) {
        String text = (body.length() > READ_LIMIT ? body.substring(0, READ_LIMIT) : body).replace('\r', ' ').replace('\n', ' ').replace('\t', ' ');
        String bare = Comments.remove(text);
        int semicolon = bare.lastIndexOf(';');
        Clauses clauses = Clauses.of(semicolon < 0 ? bare : bare.substring(0, semicolon));
        Instant date = semicolon < 0 ? null : MessageDate.parse(bare.substring(semicolon + 1)).orElse(null);
        String recipient = clauses.recipient == null ? null : clauses.recipient.replace("<", "").replace(">", "");
        Received read = new Received(clauses.from, clauses.from == null ? null : firstLiteral(text), clauses.by, clauses.with, clauses.id, recipient, date);
        boolean empty = read.from == null && read.by == null && read.with == null && read.id == null && read.recipient == null && date == null;
        return empty ? Optional.empty() : Optional.of(read);
    }

    /// The clauses, the first of each kind.
    private static final class Clauses {
        private @Nullable String from;
        private @Nullable String by;
        private @Nullable String with;
        private @Nullable String id;
        private @Nullable String recipient;

        static Clauses of(String text) {
            Clauses clauses = new Clauses();
            String keyword = "";
            for (String word : text.strip().split(" +")) {
                String lower = word.toLowerCase(java.util.Locale.ROOT);
                boolean isKeyword = switch (lower) {
                    case "from", "by", "via", "with", "id", "for" -> true;
                    default -> false;
                };
                if (isKeyword && keyword.isEmpty()) {
                    keyword = lower;
                } else {
                    clauses.take(keyword, word);
                    keyword = "";
                }
            }
            return clauses;
        }

        private void take(String keyword, String word) {
            switch (keyword) {
                case "from" -> from = from == null ? word : from;
                case "by" -> by = by == null ? word : by;
                case "with" -> with = with == null ? word : with;
                case "id" -> id = id == null ? word : id;
                case "for" -> recipient = recipient == null ? word : recipient;
                default -> { }
            }
        }
    }

    /// The first address in brackets that stands before the word {@code by}: Field: that is where nearly everybody writes the client's address.
    private static @Nullable InetAddress firstLiteral(String text) {
        int by = text.toLowerCase(java.util.Locale.ROOT).indexOf(" by ");
        String part = by < 0 ? text : text.substring(0, by);
        int tries = 0;
        for (int at = part.indexOf('['); at >= 0 && tries < 8; at = part.indexOf('[', at + 1), tries++) {
            int close = part.indexOf(']', at);
            if (close < 0) {
                return null;
            }
            String inside = part.substring(at + 1, close);
            boolean six = inside.indexOf(':') >= 0 && !inside.regionMatches(true, 0, "IPv6:", 0, 5);
            try {
                Cursor cursor = new Cursor(six ? "[IPv6:" + inside + "]" : "[" + inside + "]");
                InetAddress address = AddressLiteral.parse(cursor).address();
                if (cursor.atEnd()) {
                    return address;
                }
            } catch (SyntaxProblem e) {
                // Not an address: perhaps the next one is.
            }
        }
        return null;
    }
}
