// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.policy.ReplyForm;
import org.isthmus.receive.Replies;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.schedule.Forecast.Prospect;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Step;

/// What would change an answer, as far as it can be said: what the catalogue of replies tells the operator, and what stands behind each fate.
final class Changers {
    private final Set<String> found = new LinkedHashSet<>();

    private Changers() {}

    static List<String> of(Reply reply, List<Step> steps, List<Prospect> prospects) {
        Changers changers = new Changers();
        if (!reply.isPositive()) {
            steps.forEach(changers::lookedIn);
            Replies.all().stream().filter(form -> isMadeOf(reply, form) && !form.operator().isEmpty()).forEach(form -> changers.found.add(form.operator()));
        }
        steps.forEach(changers::loopback);
        for (Prospect prospect : prospects) {
            prospect.steps().forEach(changers::loopback);
            changers.fate(prospect);
        }
        return new ArrayList<>(changers.found);
    }

    private void lookedIn(Step step) {
        if (step.stage().equals("directory") && !step.lost().isEmpty()) {
            found.add("the address in one of these: " + String.join("; ", step.lost()));
        }
    }

    private void loopback(Step step) {
        if (step.stage().equals("loopback")) {
            found.add(step.rule() + (step.at() == null ? " (the default)" : " at " + step.at())
                    + " decided: turn-around delivers by the domain's inside hop, reject refuses, send lets it leave, hold keeps it");
        }
    }

    private void fate(Prospect prospect) {
        String address = prospect.recipient().address().text();
        switch (prospect.fate()) {
            case Fate.Goes goes when goes.suspended() != null -> found.add("deliveries to " + goes.suspended() + " are suspended: isthmus queue resume " + goes.suspended()
                    + ", or take it out of delivery.suspended");
            case Fate.Goes goes -> {}
            case Fate.Held held -> found.add("isthmus queue release lets " + address + " go");
            case Fate.Waits waits -> cause(address, waits.cause());
            case Fate.Fails fails -> cause(address, fails.cause());
            case Fate.Becomes becomes -> {}
        }
    }

    private void cause(String address, Cause cause) {
        switch (cause) {
            case Cause.Unresolved unresolved -> found.add("another answer of DNS for " + unresolved.domain() + ", or an entry of routes for it with a next hop of its own");
            case Cause.Looped looped when looped.evidence().at() != null -> found.add("what stands at " + looped.evidence().at() + " makes the way of " + address + " lead back");
            case Cause.Decided decided when decided.at() != null -> found.add("what stands at " + decided.at() + " decided about " + address);
            case Cause.Local local -> found.add("the local trouble must end: " + local.problem());
            case Cause.Looped looped -> {}
            case Cause.Decided decided -> {}
            case Cause.Replied replied -> {}
            case Cause.Unreachable unreachable -> {}
            case Cause.Unsupported unsupported -> {}
            case Cause.Expired expired -> {}
        }
    }

    /// Whether a reply is this form with its blanks filled in.
    private static boolean isMadeOf(Reply reply, ReplyForm form) {
        if (form.status() != null && !form.status().equals(ReplyForm.FROM_CAUSE) && (form.code() != reply.code() || !form.status().equals(String.valueOf(reply.status())))) {
            return false;
        }
        String text = String.join(" ", reply.lines());
        int at = 0;
        for (String piece : form.text().split("\\{}", -1)) {
            int there = text.indexOf(piece, at);
            if (there < 0 || (at == 0 && !piece.isEmpty() && there > 0)) {
                return false;
            }
            at = there + piece.length();
        }
        return true;
    }
}
