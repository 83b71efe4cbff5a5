// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.isthmus.message.ContentType;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.message.HeaderReader;
import org.isthmus.message.MessageDate;
import org.isthmus.message.Multipart;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Utf8AddressText;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// Reads delivery status notifications of anybody, as far as they can be understood. RFC 3464, RFC 6533. Memory and time are linear in the message.
public final class DsnReader {
    private static final int RECIPIENT_LIMIT = 10_000;
    private static final Set<String> KNOWN = Set.of("original-recipient", "final-recipient", "action", "status", "remote-mta", "diagnostic-code",
            "last-attempt-date", "final-log-id", "will-retry-until");

    private DsnReader() {}

    /// Empty for what is no notification, or speaks of nobody.
    public static Optional<DeliveryReport> read(byte[] message) {
        Header header = HeaderReader.read(message, 0, message.length);
        ContentType type = ContentType.parse(header.text("Content-Type"));
        String boundary = type.parameters().get("boundary");
        if (!type.type().equals("multipart/report") || boundary == null || boundary.isEmpty()) {
            return Optional.empty();
        }
        String text = "";
        Dsn dsn = null;
        Header returned = null;
        boolean whole = false;
        for (Multipart.Part part : Multipart.parts(message, header.size(), message.length, boundary)) {
            switch (part.type().type()) {
                case "message/delivery-status", "message/global-delivery-status" -> dsn = dsn == null ? status(part.decoded()) : dsn;
                case "text/rfc822-headers", "message/global-headers" -> returned = returned == null ? header(part.decoded()) : returned;
                case "message/rfc822", "message/global" -> {
                    whole |= returned == null;
                    returned = returned == null ? header(part.decoded()) : returned;
                }
                case "text/plain" -> text = text.isEmpty() ? new String(part.decoded(), StandardCharsets.UTF_8).replace("\r\n", "\n") : text;
                default -> { }
            }
        }
        return dsn == null ? Optional.empty() : Optional.of(new DeliveryReport(dsn, text, returned, whole));
    }

    private static Header header(byte[] octets) {
        return HeaderReader.read(octets, 0, octets.length);
    }

    /// Groups of fields with empty lines between: the first is about the message, each other one about a recipient. RFC 3464 §2.1.
    private static @Nullable Dsn status(byte[] octets) {
        int at = skipEmptyLines(octets, 0);
        Header perMessage = HeaderReader.read(octets, at, octets.length);
        at = skipEmptyLines(octets, at + perMessage.size());
        List<RecipientReport> recipients = new ArrayList<>();
        // Field: some put everything into one group.
        recipient(perMessage).ifPresent(recipients::add);
        while (at < octets.length && recipients.size() < RECIPIENT_LIMIT) {
            Header group = HeaderReader.read(octets, at, octets.length);
            if (group.size() == 0) {
                break;
            }
            recipient(group).ifPresent(recipients::add);
            at = skipEmptyLines(octets, at + group.size());
        }
        if (recipients.isEmpty()) {
            return null;
        }
        TypedText reporting = typed(perMessage, "Reporting-MTA");
        String arrival = perMessage.text("Arrival-Date");
        return new Dsn(reporting == null ? new TypedText("unknown", "") : reporting, textOrNull(perMessage, "Original-Envelope-Id"), typed(perMessage, "Received-From-MTA"),
                MessageDate.parse(arrival).orElse(null), recipients);
    }

    private static int skipEmptyLines(byte[] octets, int from) {
        int at = from;
        while (at < octets.length && (octets[at] == '\r' || octets[at] == '\n')) {
            at++;
        }
        return at;
    }

    private static Optional<RecipientReport> recipient(Header group) {
        TypedText original = address(group, "Original-Recipient");
        TypedText last = address(group, "Final-Recipient");
        TypedText named = last == null ? original : last;
        Optional<Action> action = action(firstWord(group.text("Action")));
        if (named == null || action.isEmpty()) {
            return Optional.empty();
        }
        EnhancedStatus status = EnhancedStatus.parse(firstWord(group.text("Status"))).orElseGet(() -> statusOf(action.get()));
        List<HeaderField> extensions = group.fields().stream()
                .filter(field -> !KNOWN.contains(field.name().toLowerCase(Locale.ROOT)))
                .map(field -> new HeaderField(field.name(), field.text()))
                .toList();
        boolean one = group.first("Reporting-MTA").isPresent();
        return Optional.of(new RecipientReport(original, named, action.get(), status, typed(group, "Remote-MTA"), typed(group, "Diagnostic-Code"),
                MessageDate.parse(group.text("Last-Attempt-Date")).orElse(null), textOrNull(group, "Final-Log-ID"),
                MessageDate.parse(group.text("Will-Retry-Until")).orElse(null), one ? List.of() : extensions));
    }

    private static Optional<Action> action(String word) {
        for (Action action : Action.values()) {
            if (action.name().equalsIgnoreCase(word)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    private static EnhancedStatus statusOf(Action action) {
        return EnhancedStatus.of(switch (action) {
            case FAILED -> "5.0.0";
            case DELAYED -> "4.0.0";
            case DELIVERED, RELAYED, EXPANDED -> "2.0.0";
        });
    }

    /// A comment may follow. RFC 3464 §2.3.4.
    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '(') {
            end++;
        }
        return text.substring(0, end);
    }

    private static @Nullable String textOrNull(Header group, String name) {
        return group.first(name).map(HeaderField::utf8Text).filter(text -> !text.isEmpty()).orElse(null);
    }

    private static @Nullable TypedText typed(Header group, String name) {
        String text = textOrNull(group, name);
        int semicolon = text == null ? -1 : text.indexOf(';');
        if (text == null || semicolon < 0) {
            // Field: some leave the type away.
            return text == null ? null : new TypedText("unknown", text);
        }
        return new TypedText(text.substring(0, semicolon).strip(), text.substring(semicolon + 1).strip());
    }

    private static @Nullable TypedText address(Header group, String name) {
        TypedText typed = typed(group, name);
        if (typed == null || !typed.is("utf-8")) {
            return typed;
        }
        try {
            return new TypedText(typed.type(), Utf8AddressText.decode(typed.text()));
        } catch (SyntaxProblem e) {
            // RFC 6533 §3 allows the plain address too, which may hold what the encoded forms may not.
            return typed;
        }
    }
}
