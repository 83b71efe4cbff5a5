// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Problem;
import org.isthmus.explain.Probe;
import org.isthmus.loop.Circuit;
import org.isthmus.loop.Scope;
import org.isthmus.loop.SeenLoop;
import org.isthmus.loop.Sighting;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.Ledger;
import org.isthmus.loop.Returns;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.QueueControl;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.Counters;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.jspecify.annotations.Nullable;

/// A server with one message in its queue, which remembers what it was asked.
public final class FakeOperations implements Operations {
    public static final Instant NOW = Instant.parse("2026-11-24T08:45:01Z");
    public static final Instant ACCEPTED = Instant.parse("2026-11-24T05:40:01Z");
    public static final QueueId ID = QueueId.at(ACCEPTED);

    /// What was asked, in order: {@code retry(Selector[...], dryRun=false, by root)}.
    public final List<String> asked = new ArrayList<>();
    public boolean reloadRefused;
    public @Nullable RuntimeException fault;
    public int changed = 2;

    public static QueuedMessage message() {
        Peer peer = new Peer("mx.partner.example", new InetSocketAddress(InetAddress.ofLiteral("198.51.100.9"), 25));
        Client client = new Client("site", new InetSocketAddress(InetAddress.ofLiteral("10.0.0.5"), 25), new InetSocketAddress(InetAddress.ofLiteral("10.0.0.7"), 41000),
                null, "alice", "s1");
        Cause cause = new Cause.Replied(peer, Stage.RCPT, Reply.of(451, "4.7.1", "Greylisted"), EnhancedStatus.of("4.7.1"));
        RecipientState.Waiting waiting = new RecipientState.Waiting(NOW.plusSeconds(600), 3, 0, cause, true, false);
        List<Recipient> recipients = List.of(
                new Recipient(Mailbox.of("bob@partner.example"), RcptParameters.NONE, List.of(Mailbox.of("all@site.example"))),
                Recipient.of(Mailbox.of("carol@site.example"), RcptParameters.NONE),
                Recipient.of(Mailbox.of("dan@partner.example"), RcptParameters.NONE));
        return new QueuedMessage(ID, new Envelope(new ReversePath.To(Mailbox.of("alice@site.example")),
                new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, null).with(TlsWish.REQUIRED), recipients), new Origin.Received(client, "ESMTP"), ACCEPTED,
                new ContentFacts(12_800, BodyType.SEVENBIT, false, 500, "<m1@site.example>", "evil \u001b[31m subject", 1, Priority.NORMAL, 0),
                List.of(waiting, new RecipientState.Held("loopback", "loop.loopback = hold", ACCEPTED, RecipientState.Waiting.from(ACCEPTED)),
                        new RecipientState.Settled(new Outcome.Delivered(peer, Reply.of(250, "2.0.0", "queued"), false, false))));
    }

    public static final Probe.Report PROBED = new Probe.Report(
            List.of(new Probe.Door("mx.site.example[198.51.100.9]:25", "site.example MX 10 mx.site.example", new SourceLine("isthmus.conf", 7), Probe.Verdict.OURSELVES, "gate.example",
                    "is listener internet, proved by XSITE", List.of("add \"198.51.100.9\" to identity.addresses"))),
            List.of(new SiteIdentity.Entry("198.51.100.9:25", new SiteIdentity.SelfMatch("learned", null), Duration.ofMinutes(15))), 0);

    @Override
    public org.isthmus.transport.TlsReporter.Seen tlsReports() {
        java.time.LocalDate day = java.time.LocalDate.parse("2026-11-23");
        org.isthmus.tlsrpt.TlsReport.Policy policy = new org.isthmus.tlsrpt.TlsReport.Policy(org.isthmus.tlsrpt.TlsReport.PolicyType.STS, List.of("version: STSv1", "mode: enforce"), "partner.example",
                List.of("mx.partner.example"), 12, 3, List.of(
                        new org.isthmus.tlsrpt.TlsReport.Failure(org.isthmus.tlsrpt.FailureType.CERTIFICATE_EXPIRED, null, "mx.partner.example", "198.51.100.9", 2, "ended yesterday"),
                        new org.isthmus.tlsrpt.TlsReport.Failure(org.isthmus.tlsrpt.FailureType.STS_POLICY_FETCH_ERROR, null, null, null, 1, null)));
        return new org.isthmus.transport.TlsReporter.Seen(List.of(new org.isthmus.transport.TlsReporter.Counted(day, "partner.example", List.of(policy))),
                List.of(new org.isthmus.transport.TlsReporter.Told(NOW, day, "other.example", "sent to https://other.example/")));
    }

    @Override
    public List<org.isthmus.loop.LearnedAddresses.Entry> learned() {
        return List.of(new org.isthmus.loop.LearnedAddresses.Entry(new InetSocketAddress(InetAddress.ofLiteral("198.51.100.9"), 25), true,
                java.util.Optional.of(new org.isthmus.transit.NextHop.Named("provider")), "is listener internet", Duration.ofMinutes(9)));
    }

    @Override
    public Probe.Report probe() {
        asked.add("probe");
        return PROBED;
    }

    @Override
    public ServerStatus status() {
        if (fault != null) {
            throw fault;
        }
        QueueControl.Status queue = new QueueControl.Status(1, 1, 1, 0, 7, 3, 1, ACCEPTED, Set.of("partner.example"), List.of(new QueueControl.Destination("mx:partner.example", 1, 0, "backed off until 08:55")));
        return new ServerStatus("ready", 4711, NOW.minus(Duration.ofHours(3)), NOW, "/etc/isthmus/isthmus.conf", 2, NOW.minus(Duration.ofHours(1)),
                List.of(new ServerStatus.Door("internet", "0.0.0.0:25", 12)), queue, new Spool.Room(1, 12_800, 3L << 30),
                new Counters(12, 1, 7, 3, 1, 0, 0, Map.of("RCPT 550 5.1.1", 5L, "MAIL 552 5.3.4", 1L), 0, Map.of("L4 remote", 3L)), new LoopControl.Status(1, 2),
                new Ledger.Depth(4600, 1 << 20, NOW.minus(Duration.ofDays(3)), 0), new Returns.Counts(2, 1), "");
    }

    @Override
    public Reloaded reload(Set<String> acceptedLoops, String by) {
        asked.add("reload(" + acceptedLoops + ", by " + by + ")");
        Problem problem = reloadRefused ? Problem.error("unknown-key", new SourceLine("isthmus.conf", 12), "no key is called hostnam", "hostname")
                : Problem.warning("LP12", new SourceLine("isthmus.conf", 3), "our own address is trusted", null);
        return new Reloaded(!reloadRefused, reloadRefused ? 2 : 3, List.of(problem));
    }

    @Override
    public LoopControl loops() {
        return new Loops();
    }

    @Override
    public QueueControl queue() {
        return new Queue();
    }

    @Override
    public void syncTracking() {
        asked.add("sync");
    }

    private static final SeenLoop LOOP = new SeenLoop(3, "partner.example", "L4", RecipientClass.REMOTE, Sighting.Certainty.PROVED, 17, ACCEPTED, NOW.minusSeconds(90), "mx:partner.example",
            List.of("bob@partner.example"), List.of(ID), new LoopEvidence("L4", "came back from 198.51.100.9", new SourceLine("isthmus.conf", 12), List.of("ledger: pass 0"),
                    List.of(LoopEvidence.Node.of("mx1.site.example"), LoopEvidence.Node.of("mx.partner.example"))));
    private static final Circuit CIRCUIT = new Circuit(new Scope("partner.example", "mx:partner.example", null), Circuit.State.OPEN, ACCEPTED, "L4", "came back", null, null);

    private final class Loops implements LoopControl {
        @Override
        public List<Line> list() {
            return changed == 0 ? List.of() : List.of(new Line(LOOP, List.of(CIRCUIT), 997));
        }

        @Override
        public List<Circuit> circuits() {
            return changed == 0 ? List.of() : List.of(CIRCUIT);
        }

        @Override
        public Optional<Detail> show(int id) {
            return id == 3 ? Optional.of(new Detail(list().getFirst(), List.of(ID), "Mail for partner.example circles.\n\nCause:\n  evil \u001b[31m\n")) : Optional.empty();
        }

        @Override
        public Optional<Released> release(Choice choice, boolean dryRun, String by) {
            asked.add("loops-release(" + choice + ", dryRun=" + dryRun + ", by " + by + ")");
            boolean known = !(choice instanceof Choice.Loop loop) || loop.id() == 3;
            return known ? Optional.of(new Released(changed == 0 ? 0 : 1, 997, changed)) : Optional.empty();
        }

        @Override
        public Status status() {
            return new Status(1, 2);
        }
    }

    private final class Queue implements QueueControl {
        @Override
        public List<QueuedMessage> list(Selector selector, int most) {
            asked.add("list(" + selector + ", " + most + ")");
            return selector.held() || selector.equals(Selector.ALL) || selector.ids().contains(ID) ? List.of(message()) : List.of();
        }

        @Override
        public Optional<QueuedMessage> show(QueueId id) {
            return id.equals(ID) ? Optional.of(message()) : Optional.empty();
        }

        private int act(String verb, Selector selector, boolean dryRun, String by) throws IOException {
            if (selector.reason() != null && selector.reason().equals("disk")) {
                throw new IOException("No space left on device");
            }
            asked.add(verb + "(" + selector + ", dryRun=" + dryRun + ", by " + by + ")");
            return changed;
        }

        @Override
        public int retry(Selector selector, boolean dryRun, String by) throws IOException {
            return act("retry", selector, dryRun, by);
        }

        @Override
        public int hold(Selector selector, boolean dryRun, String by) throws IOException {
            return act("hold", selector, dryRun, by);
        }

        @Override
        public int release(Selector selector, boolean dryRun, String by) throws IOException {
            return act("release", selector, dryRun, by);
        }

        @Override
        public int remove(Selector selector, boolean dryRun, String by) throws IOException {
            return act("remove", selector, dryRun, by);
        }

        @Override
        public int bounce(Selector selector, boolean dryRun, String by) throws IOException {
            return act("bounce", selector, dryRun, by);
        }

        @Override
        public int flush(@Nullable Domain domain, String by) {
            asked.add("flush(" + domain + ", by " + by + ")");
            return 1;
        }

        @Override
        public void suspend(String destination, String by) {
            asked.add("suspend(" + destination + ", by " + by + ")");
        }

        @Override
        public boolean resume(String destination, String by) {
            asked.add("resume(" + destination + ", by " + by + ")");
            return destination.equals("partner.example");
        }

        @Override
        public Status status() {
            return FakeOperations.this.status().queue();
        }
    }
}
