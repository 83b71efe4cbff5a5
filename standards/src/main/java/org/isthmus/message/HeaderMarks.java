// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.isthmus.syntax.SipHash;
import org.jspecify.annotations.Nullable;

/// What a {@link HeaderScanner} gathers for loop control on its one pass: where the message has been, what kind of mail it is, and keyed sums by which it is known again.
/// Bounded in all; of a field that comes twice the first one counts, if nothing else is said.
public final class HeaderMarks {
    private static final int TOKENS = 10;
    private static final int OWN_LINES = 20;
    private static final int HOPS = 20;
    private static final int IDS = 10;
    /// Octets of a value that are looked at.
    private static final int SHORT = 800;
    private static final int LONG = 4000;
    /// Where the dot behind a queue id may stand.
    private static final int LONGEST_ID = 32;

    private final @Nullable String hostname;
    private final @Nullable String traceHeader;
    private final Predicate<String> plausible;
    private final SipHash exact;
    private final SipHash plain;
    private final CRC32C body = new CRC32C();

    private int field = -1;
    private boolean sums;
    private boolean digests;
    private boolean blank;
    private boolean begun;

    private final List<Found> tokens = new ArrayList<>(2);
    private final List<Found> ownLines = new ArrayList<>(2);
    private final List<String> hops = new ArrayList<>(4);
    private int own;
    private List<String> inReplyTo = List.of();
    private List<String> references = List.of();
    private @Nullable String autoSubmitted;
    private @Nullable String precedence;
    private boolean list;
    private @Nullable String reportType;
    private boolean contentType;
    private @Nullable String returnPath;
    private int resentAt = -1;
    private long from;
    private long date;
    private long subject;
    private long messageId;
    private long identity;

    /// Something in a field.
    /// @param field its number from the top, 0 for the topmost
    public record Found(String text, int field) {}

    /// @param hostname whose Received lines are kept; none for nobody's
    /// @param traceHeader the field, in small letters, in which our tokens travel beside Received; none for Received alone
    /// @param plausible whether a text may be a token of ours: a look at its form, that costs nothing
    /// @param key of all sums
    public HeaderMarks(@Nullable String hostname, @Nullable String traceHeader, Predicate<String> plausible, SipHash.Key key) {
        this.hostname = hostname;
        this.traceHeader = traceHeader;
        this.plausible = plausible;
        this.exact = new SipHash(key);
        this.plain = new SipHash(key);
    }

    /// A field begins.
    /// @return how much of its text is wanted for {@link #end}, in octets; 0 for nothing
    int begin(String name) {
        field++;
        sums = false;
        digests = false;
        return switch (name) {
            case "received" -> SHORT;
            case "from" -> sums(name, from == 0);
            case "date" -> sums(name, date == 0);
            case "subject" -> sums(name, subject == 0);
            case "message-id" -> sums(name, messageId == 0);
            case "sender", "reply-to", "to", "cc", "mime-version" -> sums(name, false);
            case "content-type" -> {
                sums(name, false);
                yield contentType ? 0 : SHORT;
            }
            case "in-reply-to" -> inReplyTo.isEmpty() ? SHORT : 0;
            case "references" -> references.isEmpty() ? LONG : 0;
            case "auto-submitted" -> autoSubmitted == null ? SHORT : 0;
            case "precedence" -> precedence == null ? SHORT : 0;
            case "return-path" -> returnPath == null ? SHORT : 0;
            default -> other(name);
        };
    }

    private int other(String name) {
        if (name.startsWith("content-")) {
            sums(name, false);
        } else if (name.startsWith("list-")) {
            list = true;
        } else if (name.startsWith("resent-")) {
            resentAt = resentAt < 0 ? field : resentAt;
        } else if (name.equals(traceHeader)) {
            return SHORT;
        }
        return 0;
    }

    private int sums(String name, boolean digest) {
        sums = true;
        exact.reset().put(name).put((byte) ':');
        digests = digest;
        if (digest) {
            plain.reset();
            blank = false;
            begun = false;
        }
        return 0;
    }

    /// Whether the octets of the field's value are wanted for {@link #octet}.
    boolean sums() {
        return sums;
    }

    /// An octet of the value, its line ends included.
    void octet(byte octet) {
        exact.put(octet);
        if (digests) {
            digest(octet);
        }
    }

    /// Octets of the value.
    void octets(byte[] octets, int from, int end) {
        exact.put(octets, from, end);
        if (digests) {
            for (int at = from; at < end; at++) {
                digest(octets[at]);
            }
        }
    }

    /// However it is folded: white space is one blank, and none at the ends.
    private void digest(byte octet) {
        if (octet == ' ' || octet == '\t') {
            blank = true;
        } else if (octet != '\r' && octet != '\n') {
            if (blank && begun) {
                plain.put((byte) ' ');
            }
            plain.put(octet);
            begun = true;
            blank = false;
        }
    }

    /// The field has ended.
    /// @param value its text, unfolded, as far as it was wanted
    void end(String name, String value) {
        if (sums) {
            identity += exact.sum();
            // A field whose name only begins the same way must not be taken for it.
            if (digests) {
                digest(name, begun ? nonZero(plain.sum()) : 0);
            }
        }
        switch (name) {
            case "received" -> received(value);
            case "in-reply-to" -> inReplyTo = inReplyTo.isEmpty() ? ids(value) : inReplyTo;
            case "references" -> references = references.isEmpty() ? ids(value) : references;
            case "auto-submitted" -> autoSubmitted = autoSubmitted == null ? word(value) : autoSubmitted;
            case "precedence" -> precedence = precedence == null ? word(value) : precedence;
            case "return-path" -> returnPath = returnPath == null ? value.strip() : returnPath;
            case "content-type" -> type(value);
            default -> {
                if (name.equals(traceHeader)) {
                    token(value.strip());
                }
            }
        }
        sums = false;
        digests = false;
    }

    private void digest(String name, long sum) {
        switch (name) {
            case "from" -> from = sum;
            case "date" -> date = sum;
            case "subject" -> subject = sum;
            case "message-id" -> messageId = sum;
            default -> throw new AssertionError(name);
        }
    }

    private static long nonZero(long sum) {
        return sum == 0 ? 1 : sum;
    }

    /// Octets behind the header.
    void body(byte[] octets, int from, int length) {
        body.update(octets, from, length);
    }

    private void received(String value) {
        String name = hostname;
        if (name != null && contains(value, name)) {
            Received line = Received.read(value).orElse(null);
            if (line != null && name.equalsIgnoreCase(line.by())) {
                own++;
                String id = line.id();
                if (ownLines.size() < OWN_LINES && id != null) {
                    int dot = id.indexOf('.');
                    ownLines.add(new Found(dot < 0 ? id : id.substring(0, dot), field));
                }
            }
        }
        candidates(value);
        if (tokens.isEmpty() && hops.size() < HOPS) {
            hops.add(value);
        }
    }

    /// A token follows the queue id: {@code id QUEUEID.TOKEN}. It is looked for wherever a clause of that name may be; that nothing else comes of it, its signature shows.
    private void candidates(String value) {
        for (int at = value.indexOf("id"); at >= 0; at = value.indexOf("id", at + 2)) {
            if (at == 0 || at + 2 >= value.length() || !blank(value.charAt(at - 1)) || !blank(value.charAt(at + 2))) {
                continue;
            }
            int start = at + 3;
            while (start < value.length() && blank(value.charAt(start))) {
                start++;
            }
            int end = start;
            while (end < value.length() && !blank(value.charAt(end)) && value.charAt(end) != ';') {
                end++;
            }
            int dot = value.indexOf('.', start);
            if (dot >= 0 && dot < Math.min(end, start + LONGEST_ID)) {
                token(value.substring(dot + 1, end));
            }
        }
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private void token(String text) {
        if (tokens.size() < TOKENS && plausible.test(text)) {
            tokens.add(new Found(text, field));
        }
    }

    /// The ids in angle brackets; the last ones if there are too many.
    private static List<String> ids(String value) {
        List<String> ids = new ArrayList<>(4);
        for (int open = value.indexOf('<'); open >= 0; open = value.indexOf('<', open + 1)) {
            int close = value.indexOf('>', open);
            if (close < 0) {
                break;
            }
            if (ids.size() == IDS) {
                ids.removeFirst();
            }
            ids.add(value.substring(open, close + 1));
        }
        return ids;
    }

    /// The first word in small letters. RFC 3834 §5: a keyword, perhaps with parameters and comments behind it.
    private static String word(String value) {
        String text = (value.indexOf('(') < 0 ? value : Comments.remove(value)).strip();
        int end = 0;
        while (end < text.length() && text.charAt(end) > ' ' && text.charAt(end) != ';') {
            end++;
        }
        return text.substring(0, end).toLowerCase(Locale.ROOT);
    }

    private void type(String value) {
        if (contentType) {
            return;
        }
        contentType = true;
        if (contains(value, "multipart/report")) {
            ContentType type = ContentType.parse(value);
            if (type.type().equals("multipart/report")) {
                reportType = type.parameters().getOrDefault("report-type", "").toLowerCase(Locale.ROOT);
            }
        }
    }

    /// Most lines do not hold it, and nearly all places are told apart by one character.
    private static boolean contains(String text, String part) {
        char small = Character.toLowerCase(part.charAt(0));
        char large = Character.toUpperCase(small);
        for (int at = 0; at <= text.length() - part.length(); at++) {
            char c = text.charAt(at);
            if ((c == small || c == large) && text.regionMatches(true, at, part, 0, part.length())) {
                return true;
            }
        }
        return false;
    }

    /// What may be tokens of ours, newest first: at most ten.
    public List<Found> tokens() {
        return tokens;
    }

    /// The Received lines above the newest of {@link #tokens}, newest first, unfolded: at most twenty. Without a token, the topmost of all.
    public List<String> hops() {
        return hops;
    }

    /// Whose Received lines are kept.
    public @Nullable String hostname() {
        return hostname;
    }

    /// The queue ids of Received lines by our hostname, newest first: at most twenty.
    public List<Found> ownLines() {
        return ownLines;
    }

    /// Received lines by our hostname, all of them.
    public int own() {
        return own;
    }

    /// With their angle brackets; at most ten.
    public List<String> inReplyTo() {
        return inReplyTo;
    }

    /// With their angle brackets, newest last; at most the last ten of the first 4,000 octets.
    public List<String> references() {
        return references;
    }

    /// The keyword of Auto-Submitted, in small letters. RFC 3834 §5.
    public Optional<String> autoSubmitted() {
        return Optional.ofNullable(autoSubmitted);
    }

    /// The word of Precedence, in small letters.
    public Optional<String> precedence() {
        return Optional.ofNullable(precedence);
    }

    /// A List- field is there. RFC 2369, RFC 2919.
    public boolean list() {
        return list;
    }

    /// The report-type of a multipart/report, in small letters, empty if it names none. RFC 6522 §3.
    public Optional<String> reportType() {
        return Optional.ofNullable(reportType);
    }

    /// The text of the Return-Path field.
    public Optional<String> returnPath() {
        return Optional.ofNullable(returnPath);
    }

    /// The number of the first Resent- field from the top; -1 without one.
    public int resentAt() {
        return resentAt;
    }

    /// Sum over From, however it is folded; 0 without it, as for those that follow.
    public long from() {
        return from;
    }

    public long date() {
        return date;
    }

    public long subject() {
        return subject;
    }

    public long messageId() {
        return messageId;
    }

    /// Sum over every From, Sender, Reply-To, To, Cc, Date, Subject, Message-ID, MIME-Version and Content- field, octet for octet, in whatever order.
    public long identity() {
        return identity;
    }

    /// CRC32C of what came behind the header.
    public int bodySum() {
        return (int) body.getValue();
    }
}
