// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.Capabilities;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.Utf8AddressText;
import org.isthmus.smtp.Xtext;
import org.isthmus.syntax.Characters;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Recipient;
import org.jspecify.annotations.Nullable;

/// MAIL and RCPT of one message for one server: each parameter only where the server offers its extension, and what the message
/// needs but the server lacks.
final class EnvelopeLines {
    /// RFC 3461 §4.2.
    private static final int MOST_ORCPT = 500;

    private final DeliveryRequest request;
    private final Capabilities offered;
    private final Peer peer;
    private final boolean utf8;
    private final @Nullable TimingLines timing;

    EnvelopeLines(DeliveryRequest request, Capabilities offered, Server server, Instant now) {
        this.request = request;
        this.timing = request.message().envelope().parameters().timing().isNone() ? null : new TimingLines(request.message(), offered, server, now);
        this.offered = offered;
        this.peer = server.peer();
        // What was announced as SMTPUTF8 goes on as such where it can; where it can't, only what really needs it fails.
        this.utf8 = offered.has("SMTPUTF8") && (parameters().smtpUtf8() || needsUtf8(request));
    }

    private static boolean needsUtf8(DeliveryRequest request) {
        return (request.message().envelope().from() instanceof ReversePath.To to && needsUtf8(to.mailbox()))
                || request.recipients().stream().anyMatch(i -> needsUtf8(request.message().envelope().recipients().get(i).address()));
    }

    /// A domain has a form for everybody, its A-labels; a local part has none. RFC 6531 §3.2.
    private static boolean needsUtf8(Mailbox mailbox) {
        return !Characters.ascii(mailbox.local().content());
    }

    private MailParameters parameters() {
        return request.message().envelope().parameters();
    }

    private BodyType body() {
        return request.message().facts().body();
    }

    /// What the message needs of SIZE, BODY and SMTPUTF8 and the server lacks; none if it can have it.
    @Nullable Cause lacking() {
        Cause late = timing == null ? null : timing.lacking();
        if (late != null) {
            return late;
        }
        if (!takes(request.content().size())) {
            // RFC 1870 §6.1: known beforehand, so nothing is sent.
            return unsupported("SIZE " + offered.size().orElse(0), "5.3.4");
        }
        if (body() == BodyType.BINARYMIME && !(offered.has("BINARYMIME") && offered.has("CHUNKING"))) {
            return unsupported("BINARYMIME", "5.6.3");
        }
        // RFC 6152 §3: convert or report. Not done: conversion, which would break signatures.
        if (body() == BodyType.EIGHTBITMIME && !offered.has("8BITMIME")) {
            return unsupported("8BITMIME", "5.6.3");
        }
        if (!utf8 && request.message().envelope().from() instanceof ReversePath.To to && needsUtf8(to.mailbox())) {
            return unsupported("SMTPUTF8", "5.6.7");
        }
        // RFC 6531 §3.5: 5.6.9 is for header fields, 5.6.7 for addresses.
        // Field: header fields outside ASCII that nobody announced are common and older than SMTPUTF8; Postfix and Exim hand them on as they came, and so does everybody behind them.
        return !utf8 && parameters().smtpUtf8() && request.message().facts().utf8Headers() ? unsupported("SMTPUTF8", "5.6.9") : null;
    }

    /// The same for a recipient's address alone.
    @Nullable Cause lacking(Recipient recipient) {
        return !utf8 && needsUtf8(recipient.address()) ? unsupported("SMTPUTF8", "5.6.7") : null;
    }

    private Cause unsupported(String extension, String status) {
        return new Cause.Unsupported(peer, extension, EnhancedStatus.of(status));
    }

    /// Whether the peer takes over the reports about success. RFC 3461 §5.2.2.
    boolean handsOnReports() {
        return offered.has("DSN");
    }

    /// Whether all is seen to by the peer that the sender is to be told. RFC 2852 §4: of a BY that ends here he is told that it was relayed.
    boolean handsOnAll() {
        return handsOnReports() && (timing == null || !timing.isLost());
    }

    boolean chunking() {
        return offered.has("CHUNKING");
    }

    /// Whether the server takes a message of so many octets. RFC 1870 §6.1.
    boolean takes(long size) {
        return size <= offered.size().orElse(Long.MAX_VALUE);
    }

    /// @param size octets that are going to be sent, or a few more
    /// @param ownId the ENVID of a message that is ours to name, if it has none
    String mail(long size, @Nullable String ownId) {
        StringBuilder line = new StringBuilder(160).append("MAIL FROM:<");
        if (request.message().envelope().from() instanceof ReversePath.To to) {
            line.append(text(to.mailbox()));
        }
        line.append('>');
        if (offered.has("SIZE")) {
            line.append(" SIZE=").append(size);
        }
        if (body() != BodyType.SEVENBIT) {
            line.append(" BODY=").append(body().keyword());
        }
        if (utf8) {
            line.append(" SMTPUTF8");
        }
        if (timing != null) {
            timing.appendTo(line);
        }
        if (handsOnReports()) {
            // RFC 3461 §5.2.1: handed on as they came, and never invented for a message of others.
            if (parameters().returnContent() != null) {
                line.append(" RET=").append(parameters().returnContent());
            }
            if (parameters().envelopeId() != null) {
                line.append(" ENVID=").append(Xtext.encode(parameters().envelopeId()));
            } else if (ownId != null) {
                line.append(" ENVID=").append(Xtext.encode(ownId));
            }
        }
        return line.toString();
    }

    String rcpt(Recipient recipient) {
        StringBuilder line = new StringBuilder(160).append("RCPT TO:<").append(text(recipient.address())).append('>');
        if (handsOnReports()) {
            Set<ReportOn> reportOn = recipient.parameters().reportOn();
            if (reportOn != null) {
                line.append(" NOTIFY=").append(notifyValue(reportOn));
            }
            String original = original(recipient);
            if (original != null && original.length() <= MOST_ORCPT) {
                line.append(" ORCPT=").append(original);
            }
        }
        return line.toString();
    }

    private static String notifyValue(Set<ReportOn> reportOn) {
        if (reportOn.isEmpty()) {
            return "NEVER";
        }
        List<String> words = new ArrayList<>(3);
        for (ReportOn one : ReportOn.values()) {
            if (reportOn.contains(one)) {
                words.add(one.name());
            }
        }
        return String.join(",", words);
    }

    /// RFC 3461 §5.2.1 (c): one that came is handed on; where none came, the address that the sender named may be told. That is of use
    /// only where we changed it.
    private @Nullable String original(Recipient recipient) {
        OriginalRecipient given = recipient.parameters().originalRecipient();
        if (given != null) {
            return given.type() + ";" + (given.type().equalsIgnoreCase("utf-8") ? utf8Text(given.address()) : Xtext.encode(given.address()));
        }
        if (recipient.via().isEmpty()) {
            return null;
        }
        Mailbox named = recipient.named();
        return named.isAscii() ? "rfc822;" + Xtext.encode(named.text()) : "utf-8;" + utf8Text(named.text());
    }

    private String utf8Text(String address) {
        return utf8 ? Utf8AddressText.eightBit(address) : Utf8AddressText.sevenBit(address);
    }

    private String text(Mailbox mailbox) {
        Host host = mailbox.host();
        return utf8 || !(host instanceof Domain domain) || Characters.ascii(domain.text())
                ? mailbox.text()
                : mailbox.local().text() + "@" + domain.ascii();
    }
}
