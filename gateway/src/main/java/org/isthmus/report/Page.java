// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.message.EncodedWords;
import org.isthmus.message.MessageDate;
import org.isthmus.transit.QueuedMessage;

/// The layout of the part that is for people. Lines end with LF and are kept short, but for words that nothing could break.
final class Page {
    private static final int WIDTH = 72;
    private static final int PARAGRAPH_LIMIT = 100;
    private static final int QUOTE_LIMIT = 1000;

    private final StringBuilder text = new StringBuilder(1024);
    private int paragraphs;
    private int omitted;

    /// @param lead the first sentences
    Page(String lead, QueuedMessage message) {
        wrap("", lead);
        text.append('\n');
        if (message.facts().subject() != null) {
            wrap("  Subject: ", EncodedWords.decode(message.facts().subject()));
        }
        wrap("  Sent:    ", MessageDate.format(message.accepted()));
    }

    /// Recipients of one action, with what is to be said of them.
    /// @param heading a sentence that ends with a colon
    void section(String heading, Map<String, Words> recipients) {
        if (recipients.isEmpty()) {
            return;
        }
        text.append('\n');
        wrap("", heading);
        Map<Words, List<String>> groups = new LinkedHashMap<>();
        recipients.forEach((address, words) -> groups.computeIfAbsent(words, w -> new ArrayList<>()).add(address));
        groups.forEach(this::paragraph);
    }

    private void paragraph(Words words, List<String> addresses) {
        if (paragraphs++ >= PARAGRAPH_LIMIT) {
            omitted += addresses.size();
            return;
        }
        text.append('\n');
        for (String address : addresses) {
            text.append("  ").append(address).append('\n');
        }
        if (!words.what().isEmpty()) {
            wrap("    ", words.what());
        }
        if (words.said() != null) {
            wrap("    ", Character.toUpperCase(words.said().who().charAt(0)) + words.said().who().substring(1) + " said:");
            String said = words.said().text();
            wrap("      ", said.length() > QUOTE_LIMIT ? said.substring(0, QUOTE_LIMIT) + " ..." : said);
        }
        if (!words.advice().isEmpty()) {
            wrap("    ", words.advice());
        }
    }

    /// A sentence by itself.
    void remark(String sentence) {
        text.append('\n');
        wrap("", sentence);
    }

    /// @param host who reports
    /// @param postmaster whom to ask
    String end(String host, String postmaster, QueuedMessage message, Instant now) {
        if (omitted > 0) {
            remark("There are " + omitted + " more recipients; the next part of this report has them all.");
        }
        remark("This report was written by the mail system at " + host + " on " + MessageDate.format(now) + ". If you need help, write to " + postmaster
                + " and name the message by " + message.id() + ".");
        return text.toString();
    }

    private void wrap(String indent, String paragraph) {
        String following = " ".repeat(indent.length());
        StringBuilder line = new StringBuilder(indent);
        boolean empty = true;
        for (String word : paragraph.strip().split("\\s+")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(following);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        text.append(line).append('\n');
    }
}
