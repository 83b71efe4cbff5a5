// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Recognises ourselves on the wire. Layer 3 of loop control.
///
/// A peer that offers XSITE and was not found to be a stranger lately is asked; only a right answer to this very question is a proof ({@link Xsite}).
/// That a peer calls itself by a name of ours is a suspicion and no more: two machines may have one name, and mail between them is delivered.
public final class WireRecognition implements Recognition {
    private static final Logger LOG = LoggerFactory.getLogger(WireRecognition.class);
    private static final String LAYER = "L3";

    private final LiveConfig config;
    private final Function<Snapshot, SiteIdentity> identity;
    private final LearnedAddresses learned;
    private final XsiteKey keys;
    private final Entropy entropy;
    private final Time time;
    private final LoopWatch watch;

    public WireRecognition(LiveConfig config, Function<Snapshot, SiteIdentity> identity, LearnedAddresses learned, XsiteKey keys, Entropy entropy, Time time, LoopWatch watch) {
        this.config = config;
        this.identity = identity;
        this.learned = learned;
        this.keys = keys;
        this.entropy = entropy;
        this.time = time;
        this.watch = watch;
    }

    @Override
    public Sight look(Meeting meeting) {
        Snapshot snapshot = config.current();
        suspect(meeting, snapshot);
        boolean ask = snapshot.settings().loop().xsite() && meeting.offered().has(Xsite.KEYWORD) && !learned.isStranger(meeting.peer().address());
        if (!ask) {
            return new Sight.Stranger();
        }
        String nonce = Xsite.nonce(entropy);
        return new Sight.Question(Xsite.KEYWORD + " " + nonce, reply -> judge(meeting, nonce, reply, snapshot.settings()));
    }

    private Optional<LoopEvidence> judge(Meeting meeting, String nonce, @Nullable Reply reply, Settings settings) {
        Optional<String> listener = reply == null ? Optional.empty() : Xsite.verify(keys, nonce, reply);
        if (listener.isEmpty()) {
            learned.stranger(meeting.peer().address(), meeting.way().hop());
            return Optional.empty();
        }
        String who = settings.listeners().stream().filter(one -> Xsite.isOf(keys, listener.get(), one.name())).findFirst()
                .map(one -> "listener " + one.name() + " (" + one.at() + ")").orElse("listener " + listener.get() + " of our site");
        String what = meeting.peer() + " is " + who + ", proved by XSITE";
        learned.proved(meeting.peer().address(), meeting.way().hop(), what);
        LoopEvidence.Node us = LoopEvidence.Node.of(settings.connector().hostname().text());
        List<LoopEvidence.Node> path = List.of(us, new LoopEvidence.Node(meeting.peer().name(), meeting.way().inside(), null), us);
        return Optional.of(new LoopEvidence(LAYER, what, place(meeting.way().hop(), settings), evidence(meeting, settings), path));
    }

    /// What led there, and what would have told it before.
    private static List<String> evidence(Meeting meeting, Settings settings) {
        List<String> evidence = new ArrayList<>(List.of(cause(meeting, settings), "greeting: " + meeting.greeting().text()));
        String address = SiteIdentity.text(meeting.peer().address());
        evidence.add("identity.addresses does not hold " + address + "; with it, this is known without a connection");
        return evidence;
    }

    private static String cause(Meeting meeting, Settings settings) {
        return switch (meeting.way().hop()) {
            case NextHop.Exchangers mx -> "MX record: " + mx.domain() + " MX " + meeting.exchange().preference() + " " + meeting.exchange().name();
            case NextHop.Literal literal -> "address literal: " + literal.address();
            case NextHop.Named named -> {
                Settings.Hop hop = settings.nextHops().get(named.name());
                yield "setting: next-hops." + named.name() + (hop == null ? "" : " (" + hop.host() + " port " + hop.port() + ") at " + hop.at());
            }
        };
    }

    private static @Nullable SourceLine place(NextHop hop, Settings settings) {
        Settings.Hop named = hop instanceof NextHop.Named name ? settings.nextHops().get(name.name()) : null;
        return named == null ? null : named.at();
    }

    /// A peer that is called like us. Said once in a while for each address.
    private void suspect(Meeting meeting, Snapshot snapshot) {
        SiteIdentity self = identity.apply(snapshot);
        Optional<SelfMatch> name = self.matchHostName(firstWord(meeting.greeting())).or(() -> self.matchHostName(firstWord(meeting.hello())));
        if (name.isEmpty() || !learned.isNewNamesake(meeting.peer().address())) {
            return;
        }
        String finding = meeting.peer() + " calls itself by a name of ours, " + name.get() + "; mail is delivered to it all the same";
        LOG.info("{}", finding);
        DeliveryRequest request = meeting.request();
        if (request != null) {
            LoopEvidence evidence = new LoopEvidence(LAYER, finding, name.get().at(), List.of(cause(meeting, snapshot.settings()), "greeting: " + meeting.greeting().text()));
            watch.saw(new Sighting(time.now(), request.message().passage().uid(), request.message().id(), request.message().envelope().recipients().get(request.recipients().getFirst()).address(),
                    meeting.way().hop(), Sighting.Certainty.SUSPECTED, evidence));
        }
    }

    private static String firstWord(Reply reply) {
        String line = reply.lines().getFirst();
        int blank = line.indexOf(' ');
        return blank < 0 ? line : line.substring(0, blank);
    }
}
