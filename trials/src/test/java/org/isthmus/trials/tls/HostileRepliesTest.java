// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.isthmus.config.Settings;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.ServerTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.trials.tls.HostileServer.At;
import org.isthmus.trials.tls.HostileServer.Cover;
import org.isthmus.trials.tls.HostileServer.Offer;
import org.isthmus.trials.tls.HostileServer.Plot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Our client and servers that answer with anything: at each place, in the clear and under TLS. Whatever comes, mail is delivered only if the server says so when it has all of it,
/// fails only if the server refuses it in words, and otherwise waits.
class HostileRepliesTest {
    @ParameterizedTest
    @EnumSource
    void noShapeOfReplyLosesMailOrTakesItForDelivered(Ground ground) throws Exception {
        assertThat(Shape.texts()).isGreaterThanOrEqualTo(40);
        ground.with(platform -> {
            ServerTls server = new ServerTls(platform.disk(), platform.time(), platform.entropy());
            Settings settings = Ground.Server.settings("tls = starttls", "");
            server.prepare(settings);
            ClientTls client = new ClientTls(platform.disk(), platform.time());
            List<String> wrong = new CopyOnWriteArrayList<>();
            ground.each(plots(ground == Ground.SIMULATED), plot -> {
                try {
                    play(plot, ground, platform, server, settings, client);
                } catch (AssertionError e) {
                    wrong.add(e.getMessage());
                }
            });
            assertThat(wrong).isEmpty();
        });
    }

    private static List<Plot> plots(boolean patient) {
        List<Plot> plots = new ArrayList<>();
        for (Shape shape : Shape.all(patient)) {
            for (At at : At.values()) {
                plots.add(new Plot(Cover.CLEAR, Offer.NOTHING, at, shape));
                plots.add(new Plot(Cover.CLEAR, Offer.PIPELINING, at, shape));
                if (at != At.GREETING) {
                    plots.add(new Plot(Cover.STARTTLS, Offer.NOTHING, at, shape));
                }
                if (at != At.DATA) {
                    plots.add(new Plot(Cover.IMPLICIT, Offer.CHUNKING, at, shape));
                }
            }
        }
        for (Shape shape : Shape.underTls()) {
            for (At at : At.values()) {
                plots.add(new Plot(at == At.GREETING ? Cover.IMPLICIT : Cover.STARTTLS, Offer.NOTHING, at, shape));
            }
        }
        return plots;
    }

    private static void play(Plot plot, Ground ground, Platform platform, ServerTls tls, Settings settings, ClientTls client) throws Exception {
        HostileServer server = new HostileServer(plot, ground, platform, tls, settings);
        DeliveryAttempt attempt = Posting.attempt(platform, client, server.address(), plot.cover() == Cover.IMPLICIT ? "smtps" : "smtp", "tls = " + switch (plot.cover()) {
            case CLEAR -> "off";
            case STARTTLS, IMPLICIT -> "required";
        });
        server.close();
        String what = plot.toString();
        Outcome outcome = attempt.outcomes().get(0);
        assertThat(server.struck()).as(what).isTrue();
        assertThat(server.connections()).as(what).isEqualTo(1);
        assertThat(word(outcome)).as(what).isEqualTo(expected(plot));
        // Who closes where content is awaited may have got all of it.
        if (plot.shape().manner() != Shape.Manner.CLOSING || plot.at() == At.END) {
            assertThat(attempt.ambiguous()).as("%s: ambiguous", what).isEqualTo(verdict(plot) == Verdict.DOUBT);
        }
        assertThat(outcome instanceof Outcome.Delivered).as(what).isEqualTo(server.taken() == 1);
        assertThat(cause(outcome)).as(what).isNotInstanceOf(Cause.Local.class);
        assertThat(server.strayed()).as(what).isEmpty();
        assertThat(server.endless()).as(what).isLessThan(HostileServer.TOO_MUCH);
        assertThat(attempt.conversation()).as(what).allMatch(line -> line.chars().noneMatch(Character::isISOControl));
    }

    private enum Verdict {
        ON,
        DELIVERED,
        FAILED,
        WAITS,
        DOUBT
    }

    /// What the words of RFC 5321 §4.2.1 and §4.3.2 come to, written down once more and by themselves.
    private static Verdict verdict(Plot plot) {
        return switch (plot.shape().reading()) {
            case Shape.Reading.Good good -> plot.at() == At.END ? Verdict.DELIVERED : Verdict.ON;
            case Shape.Reading.Excess excess -> plot.at() == At.END ? Verdict.DELIVERED : Verdict.WAITS;
            case Shape.Reading.None none -> plot.at() == At.END ? Verdict.DOUBT : Verdict.WAITS;
            case Shape.Reading.Code code -> verdict(plot.at(), code.code());
        };
    }

    private static Verdict verdict(At at, int code) {
        boolean refused = code >= 500;
        boolean yes = code / 100 == 2;
        return switch (at) {
            case GREETING -> code == 220 ? Verdict.ON : code == 521 ? Verdict.FAILED : Verdict.WAITS;
            // Who knows no EHLO is asked by HELO.
            case HELLO -> code == 250 || refused ? Verdict.ON : Verdict.WAITS;
            case MAIL -> yes ? Verdict.ON : refused ? Verdict.FAILED : Verdict.WAITS;
            // RFC 5321 §4.5.3.1.10
            case RCPT -> yes ? Verdict.ON : refused && code != 552 ? Verdict.FAILED : Verdict.WAITS;
            case DATA -> code == 354 ? Verdict.ON : refused ? Verdict.FAILED : Verdict.WAITS;
            case END -> yes ? Verdict.DELIVERED : refused ? Verdict.FAILED : code >= 400 ? Verdict.WAITS : Verdict.DOUBT;
        };
    }

    private static String expected(Plot plot) {
        return switch (verdict(plot)) {
            case ON -> plot.shape().manner() == Shape.Manner.CLOSING ? "deferred" : "delivered";
            case DELIVERED -> "delivered";
            case FAILED -> "failed";
            case WAITS, DOUBT -> "deferred";
        };
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> "delivered";
            case Outcome.Deferred deferred -> "deferred";
            case Outcome.Failed failed -> "failed";
            case Outcome.Expanded expanded -> "expanded";
            case Outcome.Removed removed -> "removed";
        };
    }

    private static Object cause(Outcome outcome) {
        return outcome instanceof Outcome.Deferred deferred ? deferred.cause() : outcome instanceof Outcome.Failed failed ? failed.cause() : "";
    }
}
