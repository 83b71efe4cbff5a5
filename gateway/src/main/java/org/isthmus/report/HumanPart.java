// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.config.Settings;
import org.isthmus.dsn.Action;
import org.isthmus.message.MessageDate;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.report.Words.Quote;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;

/// The part of a report that is for people: what happened to whom, in plain words, failures first. Recipients are named as the sender named them.
final class HumanPart {
    /// The first words of every report about a failure. They are those of the article that Isthmus began with, and people search for them.
    static final String FAILED = "Your message did not reach some or all of the intended recipients.";

    private static final Words NOTHING = new Words("", null, "");

    private final QueuedMessage message;
    private final Settings settings;
    private final Instant now;
    private final SiteServers site;

    HumanPart(QueuedMessage message, Settings settings, Instant now) {
        this.message = message;
        this.settings = settings;
        this.now = now;
        this.site = new SiteServers(settings);
    }

    String text(List<Happening> told) {
        return text(lead(told), told);
    }

    /// @param lead the first sentences, for another reader than the sender
    String text(String lead, List<Happening> told) {
        Page page = new Page(lead, message);
        page.section("Not reached, and no more attempts will be made:", words(told, Action.FAILED));
        Map<String, Words> delayed = words(told, Action.DELAYED);
        page.section("Not reached yet:", delayed);
        if (!delayed.isEmpty()) {
            page.remark("This is a warning only. You need not send the message again: " + until(told));
        }
        page.section("Delivered:", words(told, Action.DELIVERED));
        page.section("Passed on to a server that may not send confirmations of its own:", words(told, Action.RELAYED));
        page.section("Passed on to the members of a list, for whom no confirmations will follow:", words(told, Action.EXPANDED));
        return page.end(settings.connector().hostname().text(), settings.connector().postmaster().text(), message, now);
    }

    private static String lead(List<Happening> told) {
        if (told.stream().anyMatch(happening -> happening.action() == Action.FAILED)) {
            return FAILED;
        }
        if (told.stream().anyMatch(happening -> happening.action() == Action.DELAYED)) {
            return "Your message has not reached all of its recipients yet.";
        }
        return "Your message was taken care of, as you asked to be told.";
    }

    private static String until(List<Happening> told) {
        Instant end = told.stream().flatMap(happening -> happening.willRetryUntil().stream()).max(Instant::compareTo).orElse(null);
        return "more attempts will be made" + (end == null ? "" : " until " + MessageDate.format(end)) + ", and you will be told if they fail.";
    }

    private Map<String, Words> words(List<Happening> told, Action action) {
        Map<String, Words> words = new LinkedHashMap<>();
        for (Happening happening : told) {
            if (happening.action() == action) {
                Recipient recipient = message.envelope().recipients().get(happening.recipient());
                // Several members of an alias may share the name that the sender knows; what happened first is told.
                words.putIfAbsent(recipient.named().text(), words(happening, recipient));
            }
        }
        return words;
    }

    private Words words(Happening happening, Recipient recipient) {
        CauseText causes = new CauseText(site);
        return switch (happening.outcome()) {
            case Outcome.Failed failed -> causes.of(failed.cause(), recipient.named());
            case Outcome.Deferred deferred -> delayed(causes.of(deferred.cause(), recipient.named()));
            case Outcome.Delivered delivered when delivered.inside() || site.test(delivered.peer()) -> NOTHING;
            case Outcome.Delivered delivered -> new Words("", new Quote("the mail server " + delivered.peer().name(), delivered.reply().text()), "");
            case Outcome.Expanded expanded -> NOTHING;
            case Outcome.Removed removed -> NOTHING;
        };
    }

    /// What a delay calls for is patience; advice on trying otherwise would be early.
    private static Words delayed(Words words) {
        return new Words(words.what(), words.said(), "");
    }
}
