// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.util.OptionalInt;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.message.HeaderReader;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.QueuedMessage;

/// How many messages of ours stand between a message and the one that a person sent. Our signature is looked for wherever it may have travelled: in the message's own
/// name, in its trace, in what it says it answers, in the ENVID, and in the header that a report returns. Nothing is believed but what is signed.
///
/// This is asked once for each report that may be made, never for mail that passes.
final class Ancestry {
    private final Lineage lineage;
    private int own = -1;
    private int answered = -1;

    private Ancestry(Lineage lineage) {
        this.lineage = lineage;
    }

    /// @param start the first octets of the message
    /// @param header what was read of them
    /// @return empty if no message of ours is behind it
    static Ancestry of(QueuedMessage message, byte[] start, Header header, Lineage lineage) {
        Ancestry ancestry = new Ancestry(lineage);
        ancestry.own = message.passage().generation() > 0 ? message.passage().generation() : -1;
        header.fields().forEach(field -> ancestry.field(field, true));
        String envelopeId = message.envelope().parameters().envelopeId();
        if (envelopeId != null) {
            ancestry.own = Math.max(ancestry.own, lineage.ofToken(envelopeId).orElse(-1));
        }
        if (header.text("Content-Type").regionMatches(true, 0, "multipart/", 0, 10)) {
            ancestry.returned(start, header.size());
        }
        return ancestry;
    }

    /// The generation of the message itself: of one of ours that came back, or, with `answers` counted as a message of its own, of what answers one of ours.
    int generation(boolean answerCounts) {
        return Math.max(0, Math.max(own, answered < 1 ? answered : answered + (answerCounts ? 1 : 0)));
    }

    /// It answers a message that we wrote.
    boolean answersUs() {
        return answered > 0;
    }

    private void field(HeaderField field, boolean mine) {
        switch (field.name().toLowerCase(java.util.Locale.ROOT)) {
            case "message-id" -> take(lineage.ofMessageId(field.text()), mine);
            case "in-reply-to", "references" -> ids(field.text());
            case "received" -> received(field.text(), mine);
            case "original-envelope-id" -> take(lineage.ofToken(field.text()), false);
            default -> {
                // The trace header has a name of the operator's choice; what is no token is told apart by its form.
                if (field.body().length() < 120) {
                    take(lineage.ofToken(field.text()), mine);
                }
            }
        }
    }

    private void take(OptionalInt generation, boolean mine) {
        if (mine) {
            own = Math.max(own, generation.orElse(-1));
        } else {
            answered = Math.max(answered, generation.orElse(-1));
        }
    }

    private void ids(String text) {
        for (int open = text.indexOf('<'); open >= 0; open = text.indexOf('<', open + 1)) {
            int close = text.indexOf('>', open);
            if (close < 0) {
                return;
            }
            take(lineage.ofMessageId(text.substring(open, close + 1)), false);
        }
    }

    /// {@code id QUEUEID.TOKEN}.
    private void received(String text, boolean mine) {
        for (String word : text.split("[ ;]")) {
            int dot = word.indexOf('.');
            if (dot > 0 && word.length() - dot > 40) {
                take(lineage.ofToken(word.substring(dot + 1)), mine);
            }
        }
    }

    /// Header lines anywhere in the parts: a report returns the header of what it is about, in one form or another.
    private void returned(byte[] start, int from) {
        int at = from;
        while (at < start.length) {
            if (isFieldStart(start, at)) {
                Header part = HeaderReader.read(start, at, start.length);
                part.fields().forEach(field -> field(field, false));
                at += Math.max(1, part.size());
            }
            at = nextLine(start, at);
        }
    }

    private static boolean isFieldStart(byte[] octets, int at) {
        int i = at;
        while (i < octets.length && octets[i] > ' ' && octets[i] != ':' && octets[i] < 127) {
            i++;
        }
        return i > at && i < octets.length && octets[i] == ':';
    }

    private static int nextLine(byte[] octets, int at) {
        int i = at;
        while (i < octets.length && octets[i] != '\n') {
            i++;
        }
        return i + 1;
    }
}
