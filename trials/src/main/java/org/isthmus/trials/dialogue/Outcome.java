// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.isthmus.message.HeaderField;
import org.isthmus.tracking.Event;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.trials.dialogue.Dialogue.Mismatch;
import org.isthmus.trials.dialogue.Dialogue.Phrase;

/// What a dialogue left behind, compared with what it says at its end.
final class Outcome {
    private final Dialogue dialogue;
    private final Scene scene;

    private Outcome(Dialogue dialogue, Scene scene) {
        this.dialogue = dialogue;
        this.scene = scene;
    }

    static void check(Dialogue dialogue, Scene scene) throws IOException {
        Outcome outcome = new Outcome(dialogue, scene);
        if (scene.spool.openDrafts() != 0) {
            throw new Mismatch(dialogue, 0, scene.spool.openDrafts() + " drafts were left open");
        }
        for (Phrase phrase : dialogue.checks()) {
            outcome.check(phrase);
        }
    }

    private void check(Phrase phrase) throws IOException {
        String[] words = phrase.text().split(" ", 4);
        switch (words[0]) {
            case "spool" -> {
                int expected = words[1].equals("is") && words[2].equals("empty") ? 0 : Integer.parseInt(words[2]);
                if (scene.spool.ids().size() != expected) {
                    throw new Mismatch(dialogue, phrase.number(), "the spool holds " + scene.spool.ids().size() + " messages instead of " + expected);
                }
            }
            case "refused" -> refused(phrase);
            default -> message(phrase, Integer.parseInt(words[1]), words[2], words.length > 3 ? words[3] : "");
        }
    }

    private void refused(Phrase phrase) {
        String pattern = phrase.text().substring("refused ".length());
        List<String> refusals = scene.events().stream()
                .filter(Event.Refused.class::isInstance).map(Event.Refused.class::cast)
                .map(event -> event.command() + " " + event.reply().text()).toList();
        if (refusals.stream().noneMatch(text -> Glob.fits(pattern, text))) {
            throw new Mismatch(dialogue, phrase.number(), "no such refusal in the tracking: " + refusals);
        }
    }

    private void message(Phrase phrase, int which, String word, String rest) throws IOException {
        List<QueueId> ids = scene.spool.ids();
        if (ids.size() < which) {
            throw new Mismatch(dialogue, phrase.number(), "the spool holds only " + ids.size());
        }
        QueuedMessage message = scene.spool.read(ids.get(which - 1));
        byte[] octets;
        try (InputStream in = scene.spool.content(message.id()).open()) {
            octets = in.readAllBytes();
        }
        String all = new String(octets, StandardCharsets.ISO_8859_1);
        int end = endOfFirstField(all);
        String found = switch (word) {
            case "from" -> message.envelope().from().text();
            case "to" -> String.join(", ", message.envelope().recipients().stream().map(one -> one.address().text()).toList());
            case "is" -> all.substring(end);
            case "looks" -> all.substring(end).replace("\r\n", "\\r\\n");
            case "received" -> new HeaderField("Received", all.substring("Received:".length(), end - 2)).text().replace('\t', ' ');
            case "body" -> message.facts().body().keyword();
            case "priority" -> message.facts().priority().name();
            case "hops" -> String.valueOf(message.facts().hops());
            case "notify" -> String.valueOf(message.envelope().recipients().getFirst().parameters().reportOn());
            case "orcpt" -> String.valueOf(message.envelope().recipients().getFirst().parameters().originalRecipient());
            case "envid" -> String.valueOf(message.envelope().parameters().envelopeId());
            case "ret" -> String.valueOf(message.envelope().parameters().returnContent());
            default -> throw new IllegalArgumentException(dialogue.name() + ".smtp:" + phrase.number() + ": no word of the language: " + word);
        };
        boolean fits = word.equals("is") ? found.equals(new String(DialogueReader.octets(rest), StandardCharsets.ISO_8859_1)) : Glob.fits(rest, found);
        if (!fits) {
            throw new Mismatch(dialogue, phrase.number(), "message " + which + " " + word + ": " + found.replace("\r\n", "\\r\\n"));
        }
        if (message.facts().size() != octets.length) {
            throw new Mismatch(dialogue, phrase.number(), "the facts say " + message.facts().size() + " octets, the content has " + octets.length);
        }
    }

    /// Our own Received field stands first.
    private static int endOfFirstField(String all) {
        int end = all.indexOf("\r\n") + 2;
        while (end < all.length() && (all.charAt(end) == ' ' || all.charAt(end) == '\t')) {
            end = all.indexOf("\r\n", end) + 2;
        }
        return end;
    }
}
