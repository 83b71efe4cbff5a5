// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isthmus.cli.control.Build;
import org.isthmus.cli.control.Reloaded;
import org.isthmus.config.Problem;
import org.isthmus.platform.Platform;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.smtp.Reply;
import org.isthmus.tracking.Trace;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// {@code isthmus try}: real messages through a real connector in a make-believe Internet, and what became of each and why. Every stop says what it expects, so the
/// tour is also a test of itself: it succeeds only if everything happened as it should.
final class Tour {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration GLANCE = Duration.ofMillis(30);
    private static final Pattern QUEUE_ID = Pattern.compile("\\b[0-9A-Z]{13}\\b");
    private static final Pattern TRACE_ID = Pattern.compile("\\(trace ([0-9A-Z]+)\\)");
    private static final String STRANGER = "127.0.0.21";
    private static final int REPORT_LINES = 12;
    private static final int EX_UNAVAILABLE = 69;

    private final LiveProgram program;
    private final boolean keep;
    private final PrintStream out;
    private final PrintStream err;
    private int stops;
    private int sent;
    private int surprises;

    Tour(LiveProgram program, boolean keep, PrintStream out, PrintStream err) {
        this.program = program;
        this.keep = keep;
        this.out = out;
        this.err = err;
    }

    /// @return the exit code: 0 if all went as expected, otherwise 1
    int run() {
        Platform live = program.platform();
        Duration began = live.time().elapsed();
        try (TourInternet internet = TourInternet.open(live)) {
            Platform platform = new Platform(live.time(), live.entropy(), live.threads(), live.network(), internet, live.disk());
            try (TourSite site = TourSite.open(program, platform, internet.port())) {
                new Stops(platform, internet, site).all();
                summary(live.time().elapsed().minus(began));
                if (keep) {
                    stay(internet, site);
                }
            }
            return surprises == 0 ? 0 : 1;
        } catch (IOException e) {
            err.println("isthmus: the tour cannot go on: " + e.getMessage());
            return EX_UNAVAILABLE;
        } catch (InterruptedException e) {
            out.println();
            out.println("interrupted");
            return 1;
        }
    }

    private void summary(Duration took) {
        out.println();
        out.printf("%d messages, %s, in %.1f s%n", sent, surprises == 0 ? "all as expected" : surprises + " NOT as expected", took.toMillis() / 1000.0);
    }

    private void stay(TourInternet internet, TourSite site) throws InterruptedException {
        String file = site.configuration().toString();
        out.println();
        out.println("It stays as it is until you interrupt it (Ctrl-C); then its folder goes. Meanwhile:");
        out.println();
        out.println("  listener internet   " + Shown.at(site.listener("internet")) + "   for everybody: only to addresses of the site");
        out.println("  listener site       " + Shown.at(site.listener("site")) + "   from " + TourSite.COLLEAGUE + ": to anybody");
        out.println("  the partner         " + Shown.at(internet.partner().address()) + "   the site store  " + Shown.at(site.store().address()));
        out.println();
        out.println("  isthmus status -c " + file);
        out.println("  isthmus queue list -c " + file);
        out.println("  isthmus trace anna@harbour.example -c " + file);
        out.println("  isthmus explain bert@team.harbour.example -c " + file);
        out.flush();
        site.server().untilToldToStop();
    }

    /// An address as people write it.
    private static final class Shown {
        static String at(java.net.InetSocketAddress address) {
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        }
    }

    /// The stops in their order.
    private final class Stops {
        private final Platform platform;
        private final TourInternet internet;
        private final TourSite site;
        private final TourText text;

        Stops(Platform platform, TourInternet internet, TourSite site) {
            this.platform = platform;
            this.internet = internet;
            this.site = site;
            this.text = new TourText(out, site.folder());
        }

        void all() throws IOException, InterruptedException {
            opening();
            arrives("In: a stranger writes to Anna", stranger("anna@harbour.example", "Hello from far away"), "internet", site.store());
            arrives("Out: Anna writes to a partner, whom DNS knows", anna("paul@partner.example", "The charts you asked for"), "site", internet.partner());
            refused("Unknown: a stranger writes to somebody who is not here", stranger("nobody@harbour.example", "Are you there?"), "RCPT", "550 5.1.1 ");
            refused("Relay: a stranger wants his mail carried elsewhere", stranger("paul@partner.example", "Cheap compasses"), "RCPT", "550 5.7.1 ");
            arrives("Loopback trip, turn-around: Anna writes to Bert, whose route leads out and back to us", anna("bert@team.harbour.example", "Lunch?"), "site",
                    site.store());
            arrives("Loopback trip, send: the same to Erik, whose domain lets it out: it comes back in like a stranger's mail", anna("erik@far.harbour.example", "Lunch?"), "site",
                    site.store());
            refused("Loopback trip, reject: the same to Clara, whose domain refuses it", anna("clara@old.harbour.example", "Lunch?"), "RCPT", "550 5.4.6 ");
            waits("Loopback trip, hold: the same to David, whose domain keeps it for a person", anna("david@care.harbour.example", "Lunch?"));
            circles("Forwarder: Anna writes to Fred, whose provider sends his mail on to %s, where an alias sends it back".formatted(TourSite.FORWARDED),
                    anna("fred@forward.example", "Round and round?"));
            predicted("Prediction: somebody changes the configuration so that the partner's mail would go by ourselves");
            fails("Failure: Anna writes to a company that refuses her recipient", anna("gone@strict.example", "Is this still your address?"));
        }

        private void opening() {
            out.println("A tour of " + Build.VERSION);
            out.println();
            out.println("mx.harbour.example is a connector between a site with one mail store and a small Internet. Both are make-believe,");
            out.println("inside this process; the connector, its sockets, its spool and every message are real.");
        }

        private TourLetter stranger(String to, String subject) {
            return new TourLetter(STRANGER, "mail.stranger.example", "sam@stranger.example", to, subject);
        }

        private TourLetter anna(String to, String subject) {
            return new TourLetter(TourSite.COLLEAGUE, "annas-desk.harbour.example", "anna@harbour.example", to, subject);
        }

        /// A signal ends the tour between two steps, in good order.
        private void goOn() throws InterruptedException {
            if (site.server().isToldToStop()) {
                throw new InterruptedException("told to stop");
            }
        }

        private TourLetter.Answer send(String title, TourLetter letter, String listener) throws IOException, InterruptedException {
            goOn();
            sent++;
            text.heading(++stops, title);
            text.line("sent", "<" + letter.from() + "> to <" + letter.to() + ">, from " + letter.client() + " to listener " + listener);
            TourLetter.Answer answer = letter.send(site.listener(listener), platform);
            text.line("answered", "at " + answer.command() + ": " + answer.reply().text());
            return answer;
        }

        private void arrives(String title, TourLetter letter, String listener, TourHost host) throws IOException, InterruptedException {
            Reply reply = send(title, letter, listener).reply();
            TourHost.Taken taken = reply.isPositive() ? host.next(PATIENCE) : null;
            boolean there = taken != null && taken.to().equals(List.of(letter.to())) && taken.content().contains("Subject: " + letter.subject() + "\n");
            Trace trace = await(id(reply), whole -> happened(whole, "gone").isPresent());
            delivered(trace);
            verdict(there && trace != null, "it did not arrive at " + host.name());
        }

        private void refused(String title, TourLetter letter, String command, String start) throws IOException, InterruptedException {
            TourLetter.Answer answer = send(title, letter, letter.client().equals(STRANGER) ? "internet" : "site");
            Trace trace = await(traceId(answer.reply()), whole -> whole.kind() == Trace.Kind.REFUSAL);
            if (trace != null) {
                text.line("became", "nothing: the client still has it; isthmus trace " + trace.id() + " finds the refusal");
                text.why(trace);
            }
            verdict(trace != null && answer.command().equals(command) && answer.reply().text().startsWith(start), "expected " + start + "at " + command);
        }

        private void waits(String title, TourLetter letter) throws IOException, InterruptedException {
            Reply reply = send(title, letter, "site").reply();
            String id = id(reply);
            Trace held = await(id, whole -> whole.events().stream().anyMatch(event -> event.toString().contains("\"held\"")));
            if (id == null || held == null) {
                verdict(false, "it is not held");
                return;
            }
            text.line("became", "held");
            text.why(held);
            Selector selector = new Selector(Set.of(QueueId.parse(id).orElseThrow()), Set.of(), Set.of(), null, null, null, false);
            int released = site.server().queue().release(selector, false, "the tour");
            text.line("then", "isthmus queue release --id " + id + ": " + released + " released");
            TourHost.Taken taken = site.store().next(PATIENCE);
            delivered(await(id, whole -> happened(whole, "gone").isPresent()));
            verdict(released == 1 && taken != null && taken.to().equals(List.of(letter.to())), "it was not delivered after its release");
        }

        private void circles(String title, TourLetter letter) throws IOException, InterruptedException {
            Reply reply = send(title, letter, "site").reply();
            delivered(await(id(reply), whole -> happened(whole, "gone").isPresent()));
            Reply back = reply.isPositive() ? internet.forwarder().next(PATIENCE) : null;
            Trace trace = back == null ? null : await(id(back), whole -> happened(whole, "reported").isPresent());
            TourHost.Taken report = trace == null ? null : site.store().next(PATIENCE);
            if (back != null && trace != null) {
                text.line("returned", "from mx.forward.example for " + TourSite.FORWARDED + ", and was answered: " + back.text());
                text.line("became", "not sent to fred@forward.example again");
                text.why(trace);
            }
            report(report);
            verdict(report != null && isReport(report, letter) && report.content().contains("5.4.6") && internet.forwarder().passes() == 1, "it was not cut at its first return");
        }

        private void report(TourHost.@Nullable Taken report) {
            if (report != null) {
                text.line("report", "from <" + report.from() + "> to <" + String.join(", ", report.to()) + ">, now in the site store");
                text.quote("", report.content().lines().dropWhile(line -> !line.startsWith("Your message")).limit(REPORT_LINES).toList());
            }
        }

        private boolean isReport(TourHost.Taken report, TourLetter letter) {
            return report.from().isEmpty() && report.to().equals(List.of(letter.from()))
                    && report.content().contains("Your message did not reach some or all of the intended recipients.");
        }

        private void predicted(String title) throws IOException {
            text.heading(++stops, title);
            String hop = "partner { url = \"smtp://%s:%d\" }".formatted(TourInternet.OURS, internet.port());
            String route = "{ to = \"partner.example\", via = partner }";
            text.line("change", "next-hops: " + hop + "; routes: " + route);
            Reloaded reloaded = site.tryChange(before -> before.replace("next-hops {\n", "next-hops {\n  " + hop + "\n").replace("routes = [\n", "routes = [\n  " + route + "\n"));
            text.line("answered", reloaded.done() ? "it is in force" : "isthmus reload: refused, exit 78; the old configuration stays in force");
            List<Problem> found = reloaded.problems().stream().filter(Problem::isError).toList();
            found.forEach(problem -> text.line("because", problem.text()));
            verdict(!reloaded.done() && found.stream().anyMatch(problem -> problem.id().equals("LP02")), "the loop was not predicted");
        }

        private void fails(String title, TourLetter letter) throws IOException, InterruptedException {
            Reply reply = send(title, letter, "site").reply();
            Trace trace = await(id(reply), whole -> happened(whole, "reported").isPresent());
            TourHost.Taken report = trace == null ? null : site.store().next(PATIENCE);
            if (trace != null) {
                happened(trace, "settled").ifPresent(settled -> text.line("became", settled.path("outcome").asString("") + ": "
                        + settled.path("cause").path("peer").path("name").asString("") + " said: " + settled.path("cause").path("reply").asString("")));
                text.why(trace);
            }
            report(report);
            verdict(report != null && isReport(report, letter), "no report came");
        }

        private void delivered(@Nullable Trace trace) {
            if (trace == null) {
                return;
            }
            happened(trace, "settled").ifPresent(settled -> text.line("became", settled.path("outcome").asString("") + " to "
                    + settled.path("peer").path("name").asString("") + " [" + settled.path("peer").path("address").asString("") + "]: "
                    + settled.path("reply").asString("")));
            text.why(trace);
        }

        private void verdict(boolean expected, String otherwise) {
            surprises += expected ? 0 : 1;
            text.line(expected ? "ok" : "NOT ok", expected ? "as expected" : otherwise);
        }

        /// What tracking knows, once it knows enough; null if that does not come.
        private @Nullable Trace await(@Nullable String query, Predicate<Trace> enough) throws IOException, InterruptedException {
            if (query == null) {
                return null;
            }
            Duration end = platform.time().elapsed().plus(PATIENCE);
            while (platform.time().elapsed().compareTo(end) < 0) {
                Optional<Trace> found = site.trace(query).stream().filter(enough).findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
                goOn();
                platform.time().sleep(GLANCE);
            }
            return null;
        }

        private Optional<JsonNode> happened(Trace trace, String event) {
            return trace.events().reversed().stream().filter(one -> one.path("event").asString("").equals(event)).findFirst();
        }

        private @Nullable String traceId(Reply reply) {
            Matcher id = TRACE_ID.matcher(reply.text());
            return id.find() ? id.group(1) : null;
        }

        private @Nullable String id(Reply reply) {
            Matcher id = QUEUE_ID.matcher(reply.text());
            return reply.isPositive() && id.find() ? id.group() : null;
        }
    }
}
