// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.config.Settings;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;
import org.isthmus.transit.TlsRules;
import org.jspecify.annotations.Nullable;

/// How deliveries come under TLS.
///
/// @param tls none where there is no TLS at all: what must have it then fails
/// @param rules what decides about servers that DNS names, beyond the configuration
record Shield(@Nullable ClientTls tls, TlsRules rules) {
    static Shield none() {
        return new Shield(null, TlsRules.CONFIGURED);
    }

    /// A server with what is asked of it.
    /// @throws Broken if it must not be used
    Server judged(Server found, TlsWish wish, Settings settings, Attempt attempt) throws Broken {
        Server server = wish == TlsWish.REQUIRED ? found.strict(settings) : found;
        TlsRules.Judgement judgement = judge(server, wish);
        attempt.decided(step(judgement, server, wish, settings));
        return asked(server, judgement);
    }

    /// The same for a call without mail.
    Server judged(Server server) throws Broken {
        return asked(server, judge(server, TlsWish.UNSAID));
    }

    private static Server asked(Server server, TlsRules.Judgement judgement) throws Broken {
        return switch (judgement) {
            case TlsRules.Judgement.Ask ask -> server.asking(ask.demand());
            case TlsRules.Judgement.Avoid avoid -> throw RequiredTls.avoided(avoid.cause());
        };
    }

    TlsRules.Judgement judge(Server server, TlsWish wish) {
        return rules.judge(server.way(), server.exchange(), server.peer(), server.demand(), wish);
    }

    /// What is told of a judgement; none where nobody was asked and nothing is insisted on, which is most mail.
    static @Nullable Step step(TlsRules.Judgement judgement, Server server, TlsWish wish, Settings settings) {
        Step step = switch (judgement) {
            case TlsRules.Judgement.Ask ask -> ask.step();
            case TlsRules.Judgement.Avoid avoid -> avoid.step();
        };
        boolean configured = wish == TlsWish.UNSAID && step.rule().startsWith(TlsRules.BY_CONFIGURATION);
        if (!configured) {
            return step;
        }
        if (step.evidence().isEmpty() && !server.demand().binding()) {
            return null;
        }
        Step own = server.configured(settings);
        return new Step(own.stage(), own.rule(), own.at(), own.outcome(), step.evidence(), step.lost());
    }

    /// A session has begun, under TLS or in the clear. What nobody wanted under TLS is no news.
    /// @param facts none in the clear
    void tell(Server server, @Nullable TlsFacts facts) {
        if (server.demand() instanceof TlsDemand.Off) {
            return;
        }
        TlsRules.Trouble trouble = facts == null ? TlsRules.Trouble.NOT_OFFERED : facts.proof().flaw();
        String reason = facts == null ? "STARTTLS is not offered" : trouble == null ? "" : "the server's certificate " + facts.proof().how();
        rules.told(server.way(), server.exchange(), server.peer(), server.demand(), facts, trouble, reason);
    }

    /// None has begun. Only what TLS is to blame for is news.
    void tell(Server server, Broken broken) {
        TlsRules.Trouble trouble = broken.tls();
        if (trouble != null && !(server.demand() instanceof TlsDemand.Off)) {
            String reason = broken.why() instanceof Cause.Replied replied ? replied.reply().text() : broken.why() instanceof Cause.Unreachable none ? none.problem() : "";
            rules.told(server.way(), server.exchange(), server.peer(), server.demand(), null, trouble, reason);
        }
    }
}
