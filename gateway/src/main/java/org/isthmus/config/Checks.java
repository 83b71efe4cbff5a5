// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.transit.SourceLine;

/// Questions about strangers, that is, clients outside the trusted networks that have not authenticated. All are off unless written, for each can stop legitimate mail.
public record Checks(
        @Doc("How long a stranger waits for the greeting, at most 30s. Programs that send to many do not like to.") Duration greetingDelay,
        @Doc("pass | refuse: what becomes of a stranger who speaks before the greeting. Needs a greeting-delay.") Early earlyTalkers,
        @Doc("Whether the client's name, by which DNS leads to its address and back, stands in Received. Nothing is refused for want of one.") boolean reverseName,
        @Doc("Whether MAIL is refused if DNS says for certain that the sender's domain cannot receive mail.") boolean senderDomain,
        @Doc("Whether mail from strangers with a sender of an authoritative domain of ours is refused, except what our own trace proves to have left here.") boolean ownSender,
        @Doc("How long each of these questions may keep a client waiting. What DNS has not answered by then counts for nothing.") Duration timeout,
        Dnsbl dnsbl) {
    /// Nothing is asked.
    public static final Checks NONE = new Checks(Duration.ZERO, Early.PASS, false, false, false, Duration.ofSeconds(3), new Dnsbl(1, List.of()));

    /// What becomes of a client that speaks before it is its turn. RFC 5321 §3.1, §4.3.1.
    public enum Early {
        PASS,
        REFUSE
    }

    /// Lists of addresses in DNS. RFC 5782.
    public record Dnsbl(@Doc("From this sum of weights on, every recipient but postmaster is refused.") int refuseAt, List<BlockList> lists) {
        public Dnsbl {
            lists = List.copyOf(lists);
        }
    }

    /// One list.
    public record BlockList(
            @Doc("The zone that is asked.") String zone,
            @Doc("What being listed weighs; negative for a list of the welcome.") int weight,
            @Doc("Answers that count, as networks; several in a list.") List<Cidr> answers,
            @Doc("How long it may take; the check's own timeout is the most.") Duration timeout,
            SourceLine at) {
        public BlockList {
            answers = List.copyOf(answers);
        }
    }

    static Checks read(Section root) {
        Optional<Section> written = root.section("checks");
        if (written.isEmpty()) {
            return NONE;
        }
        Section section = written.get();
        Kind<Duration> patience = Kind.duration(Duration.ofMillis(1), Duration.ofSeconds(30));
        Duration delay = section.one("greeting-delay", Kind.duration(Duration.ZERO, Duration.ofSeconds(30))).orElse(NONE.greetingDelay());
        Early early = section.one("early-talkers", Kind.word(Early.class)).orElse(NONE.earlyTalkers());
        if (early == Early.REFUSE && delay.isZero()) {
            section.problems().error("bad-value", section.at("early-talkers"), "checks.early-talkers = refuse needs a greeting-delay: without one nobody can be early", "greeting-delay = 2s");
        }
        boolean reverse = section.one("reverse-name", Kind.FLAG).orElse(false);
        boolean sender = section.one("sender-domain", Kind.FLAG).orElse(false);
        boolean own = section.one("own-sender", Kind.FLAG).orElse(false);
        Duration timeout = section.one("timeout", patience).orElse(NONE.timeout());
        Dnsbl dnsbl = section.section("dnsbl").map(inner -> dnsbl(inner, timeout, patience)).orElse(NONE.dnsbl());
        section.finish();
        Checks read = new Checks(delay, early, reverse, sender, own, timeout, dnsbl);
        return read.equals(NONE) ? NONE : read;
    }

    private static Dnsbl dnsbl(Section section, Duration timeout, Kind<Duration> patience) {
        int refuseAt = section.one("refuse-at", Kind.number(1, 1_000_000)).orElse(1);
        List<BlockList> lists = new ArrayList<>();
        for (Section list : section.sections("lists")) {
            if (!list.has("zone")) {
                list.problems().error("missing-key", list.at(), list.name("zone") + " is missing: which list it is", "zone = dnsbl.example.net");
            }
            Optional<String> zone = list.one("zone", Kind.DOMAIN).map(domain -> domain.ascii());
            int weight = list.one("weight", Kind.number(-1_000_000, 1_000_000)).orElse(1);
            List<Cidr> answers = list.several("answers", Kind.NETWORK).orElse(List.of(Cidr.parse("127.0.0.0/8")));
            Duration own = list.one("timeout", patience).orElse(timeout);
            list.finish();
            zone.ifPresent(name -> lists.add(new BlockList(name, weight, answers, own.compareTo(timeout) < 0 ? own : timeout, list.at("zone"))));
        }
        section.finish();
        return new Dnsbl(refuseAt, lists);
    }
}
