// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.message.ContentType;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.transit.Automation;
import org.jspecify.annotations.Nullable;

/// What in a header shows that a machine wrote the message, or that it goes to many. Values count, not the presence of fields. RFC 3834 §2 and §5, RFC 6522 §3, RFC 8098 §2.1.
final class Traits {
    private Traits() {}

    static Automation of(Header header) {
        boolean list = header.fields().stream().anyMatch(field -> field.name().regionMatches(true, 0, "List-", 0, 5) && !field.text().isEmpty());
        return new Automation(word(header, "Auto-Submitted"), word(header, "Precedence"), list, report(header));
    }

    private static @Nullable String report(Header header) {
        ContentType type = ContentType.parse(header.text("Content-Type"));
        return switch (type.type()) {
            case "multipart/report" -> type.parameters().getOrDefault("report-type", "").toLowerCase(Locale.ROOT);
            case "message/delivery-status", "message/disposition-notification" -> type.type().substring("message/".length());
            default -> null;
        };
    }

    /// The first word, without comments and parameters, in small letters.
    private static @Nullable String word(Header header, String name) {
        Optional<HeaderField> field = header.first(name);
        if (field.isEmpty()) {
            return null;
        }
        String text = field.get().text();
        if (text.startsWith("(")) {
            text = text.substring(Math.min(text.length(), text.indexOf(')') + 1)).strip();
        }
        int end = 0;
        while (end < text.length() && " \t;(".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /// The trait in words for the operator; empty for mail that a person sent to whom they meant.
    static Optional<String> automatic(Automation traits) {
        if (traits.autoSubmitted() != null && !traits.autoSubmitted().equals("no")) {
            return Optional.of("Auto-Submitted: " + traits.autoSubmitted());
        }
        if (traits.isBulk()) {
            return Optional.of("Precedence: " + traits.precedence());
        }
        return traits.list() ? Optional.of("it is from a mailing list") : Optional.empty();
    }

    /// Whether the reverse-path is an address made for failures: not the author's own, as it must be where a list sends (RFC 5321 §3.9.2).
    static boolean failuresHaveTheirOwnAddress(Header header, Mailbox sender) {
        String text = sender.text().toLowerCase(Locale.ROOT);
        return header.first("From").isPresent() && header.all("From").stream().noneMatch(from -> from.text().toLowerCase(Locale.ROOT).contains(text));
    }
}
