// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.LoopbackSetting;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The setting of the origin, completed: what happens to a recipient of the site whose mail would go outward. A function of what it is asked.
///
/// | | with an inside hop | without |
/// |---|---|---|
/// | `turn-around` | goes by the inside hop | refused, as by `reject` |
/// | `reject` | refused, 5.4.6 | refused, 5.4.6 |
/// | `send` | leaves; when it comes back it goes by the inside hop | leaves; refused when it comes back, or at once if the way out leads to ourselves |
/// | `hold` | waits; once released it goes by the inside hop | waits, and says that there is no inside hop |
public final class LoopbackPolicy {
    /// The layer of the policy in {@link LoopEvidence}: what refuses for it begins with the sentence of the origin (Microsoft Knowledge Base Q146126).
    public static final String LAYER = "loopback";
    private static final EnhancedStatus ROUTING_LOOP = EnhancedStatus.of("5.4.6");

    private LoopbackPolicy() {}

    /// A recipient of the site that would go outward.
    ///
    /// @param outward the way that it would go, in the operator's words
    /// @param self why that way leads straight back to us; none if it does not, or if nobody looked
    /// @param inside the name of the domain's inside hop; none if it has none
    /// @param released a person released it from hold
    /// @param returned it has left already and come back
    public record Question(
            Mailbox address, SiteDomain domain, String outward, SiteIdentity.@Nullable SelfMatch self, @Nullable String inside, boolean released, boolean returned) {}

    /// What happens to it.
    public sealed interface Decision {
        Step step();

        /// It goes by the domain's inside hop.
        record TurnAround(Step step) implements Decision {}

        /// It may leave.
        record Leave(Step step) implements Decision {}

        /// It is refused.
        record Refuse(Cause.Looped cause, Step step) implements Decision {}

        /// It waits for a person.
        record Keep(String why, Step step) implements Decision {}
    }

    /// The setting that counts for a domain: its own, otherwise that of {@code loop}.
    public static LoopbackSetting setting(SiteDomain domain, Settings settings) {
        return domain.loopback().orElse(settings.loop().loopback());
    }

    public static Decision decide(Question question, Settings settings) {
        LoopbackSetting setting = setting(question.domain(), settings);
        return switch (setting.policy()) {
            case TURN_AROUND -> question.inside() != null ? turnAround(question, setting, "") : refuse(question, setting, "there is no inside hop to turn around to");
            case REJECT -> refuse(question, setting, "mail for the site may not leave it");
            case SEND -> send(question, setting);
            case HOLD -> hold(question, setting);
        };
    }

    private static Decision send(Question question, LoopbackSetting setting) {
        if (question.returned()) {
            return question.inside() != null
                    ? turnAround(question, setting, "has been out and come back, and ")
                    : refuse(question, setting, "it has been out and come back, and there is no inside hop to deliver it by");
        }
        if (question.self() != null && question.inside() == null) {
            return refuse(question, setting, "that way leads straight back to " + question.self() + ", and there is no inside hop to deliver it by when it comes back");
        }
        return new Decision.Leave(step(question, setting, question.address() + " may leave by " + question.outward()));
    }

    private static Decision hold(Question question, LoopbackSetting setting) {
        if (question.released() && question.inside() != null) {
            return turnAround(question, setting, "was released, and ");
        }
        String why = rule(question.domain(), setting) + where(setting) + " keeps " + question.address() + ", which resides on the site but would go out by " + question.outward()
                + (question.inside() == null
                        ? "; the domain has no inside hop, so a release would not help: give it a deliver-to"
                        : "; isthmus queue release delivers it by " + question.inside());
        return new Decision.Keep(why, step(question, setting, "held"));
    }

    private static Decision turnAround(Question question, LoopbackSetting setting, String before) {
        return new Decision.TurnAround(step(question, setting, question.address() + " " + before + "goes by the inside hop " + question.inside() + " instead of " + question.outward()));
    }

    private static Decision refuse(Question question, LoopbackSetting setting, String why) {
        String finding = question.address() + " resides on the site but would go out by " + question.outward() + "; " + rule(question.domain(), setting) + where(setting)
                + " refuses it: " + why;
        List<String> evidence = new ArrayList<>();
        evidence.add("setting: " + rule(question.domain(), setting) + where(setting));
        evidence.add("way: " + question.outward());
        if (question.self() != null) {
            evidence.add("leads to: " + question.self());
        }
        LoopEvidence looped = new LoopEvidence(LAYER, finding, setting.at(), evidence);
        return new Decision.Refuse(new Cause.Looped(looped, ROUTING_LOOP), step(question, setting, "refused with 5.4.6: " + why));
    }

    private static Step step(Question question, LoopbackSetting setting, String outcome) {
        List<String> evidence = question.self() == null ? List.of() : List.of(question.outward() + " leads to " + question.self());
        return new Step(LAYER, rule(question.domain(), setting), setting.at(), outcome, evidence, List.of());
    }

    /// The setting as the operator knows it: by the name that he wrote, in the place where he wrote it.
    public static String rule(SiteDomain domain, LoopbackSetting setting) {
        String scope = domain.loopback().isPresent() ? "domains.\"" + domain.name().text() + "\"." : "loop.";
        String value = written(setting.policy());
        return scope + (setting.name().equals("loopback") ? "loopback = " + value : setting.name() + " (read as " + value + ")");
    }

    private static String where(LoopbackSetting setting) {
        return setting.at() == null ? " (the default)" : " at " + setting.at();
    }

    private static String written(Loopback policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
