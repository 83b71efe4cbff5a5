// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.cli.control.FakeOperations;
import org.isthmus.config.Problem;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Time;
import org.isthmus.platform.live.LiveLocalSockets;
import org.isthmus.predict.Prediction;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// A program whose every configuration is a data folder with the findings that a test wants.
final class FakeProgram implements Program {
    final Platform platform;
    final @Nullable Path data;
    List<Problem> problems = List.of();
    List<Problem> published = List.of();
    @Nullable RuntimeException fault;
    @Nullable Path checked;
    Prediction prediction = new Prediction(List.of(), 12, true, List.of(), 4, Duration.ofHours(1), false);

    FakeProgram(Platform live, @Nullable Path data) {
        this.platform = new Platform(new StillTime(live.time()), live.entropy(), live.threads(), live.network(), new OneHost(), live.disk());
        this.data = data;
    }

    static Problem unknownKey() {
        return Problem.error("unknown-key", new SourceLine("isthmus.conf", 12), "connector has no key \"hostnam\"", "hostname");
    }

    @Override
    public Platform platform() {
        return platform;
    }

    @Override
    public Resolver resolver(org.isthmus.config.Settings settings) {
        return platform.dns();
    }

    @Override
    public LocalSockets sockets() {
        return new LiveLocalSockets();
    }

    @Override
    public Checked check(Path file) {
        checked = file;
        if (fault != null) {
            throw fault;
        }
        boolean broken = problems.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR && !p.id().startsWith("LP"));
        return new Checked(broken ? null : SampleSettings.of(data == null ? Path.of("/nowhere") : data), data, problems);
    }

    @Override
    public Checked load(Path file) {
        return check(file);
    }

    @Override
    public Prediction predict(org.isthmus.config.Settings settings, Duration limit) {
        return prediction;
    }

    @Override
    public List<Problem> published(org.isthmus.config.Settings settings, Duration limit) {
        return published;
    }

    @Override
    public org.isthmus.explain.Probe.Report probe(org.isthmus.config.Settings settings) {
        return org.isthmus.cli.control.FakeOperations.PROBED;
    }

    @Override
    public int run(RunOptions options, PrintStream out, PrintStream err) {
        out.println("ready " + options.file() + " " + options.acceptedLoops());
        return 0;
    }

    @Override
    public int tour(boolean keep, PrintStream out, PrintStream err) {
        out.println("tour keep=" + keep);
        return 0;
    }

    @Override
    public SpoolCheck verifySpool(Path folder) throws IOException {
        return problems.isEmpty() ? new SpoolCheck(12, 3, List.of()) : new SpoolCheck(12, 3, List.of(new Broken("segment-0001+4096", "checksum is wrong")));
    }

    /// The wall clock stands still, so that what is printed does not change.
    private record StillTime(Time live) implements Time {
        @Override
        public Instant now() {
            return FakeOperations.NOW;
        }

        @Override
        public Duration elapsed() {
            return live.elapsed();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            live.sleep(duration);
        }
    }

    /// Knows {@code mx1.example.com} and that {@code mail.sub.example.org} has an exchanger.
    private static final class OneHost implements Resolver {
        private static final Duration TTL = Duration.ofHours(1);

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            return name.equals("mail.sub.example.org") ? new Answer.Found<>(List.of(new DnsRecord.Mx(10, "x.example.org")), TTL, false, "fake")
                    : new Answer.NoData<>(TTL, false, "fake");
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            return name.equals("mx1.example.com") ? new Answer.Found<>(List.of(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.1"))), TTL, false, "fake")
                    : new Answer.NoSuchName<>(TTL, false, "fake");
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            return new Answer.NoData<>(TTL, false, "fake");
        }

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            return new Answer.NoData<>(TTL, false, "fake");
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            return new Answer.NoData<>(TTL, false, "fake");
        }
    }
}
