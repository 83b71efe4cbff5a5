// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isthmus.cli.control.Build;
import org.isthmus.cli.control.ControlServer;
import org.isthmus.cli.control.FakeOperations;
import org.isthmus.config.Problem;
import org.isthmus.platform.live.LiveLocalSockets;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.predict.Found;
import org.isthmus.predict.Prediction;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Facts;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CliTest {
    private static final String ID = FakeOperations.ID.toString();

    private final LivePlatform live = LivePlatform.open();
    private final FakeOperations operations = new FakeOperations();
    private @TempDir Path data;
    private FakeProgram program;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        program = new FakeProgram(live.platform(), data);
        server = ControlServer.start(data, operations, new LiveLocalSockets(), live.platform().threads(), live.platform().time());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        live.close();
    }

    private record Ran(int exit, String out, String err) {
        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }

        String user() {
            return System.getProperty("user.name");
        }
    }

    private Ran run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private Ran run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Cli.run(arguments, program, environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Ran(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    @Test
    void versionTellsNameVersionAndCommit() {
        Ran ran = run("--version");
        assertThat(ran.out()).matches("Isthmus \\d+\\.\\d+\\.\\d+ \\(commit \\S+\\)\n");
        assertThat(ran.exit()).isZero();
    }

    @Test
    void loopsThatWereMetAreListedWithWhatIsHeld() {
        Ran ran = run("loops", "list");
        assertThat(ran.out()).isEqualTo("""
                ID  DOMAIN           LAYER  CLASS   COUNT  LAST  STATE  HELD  FINDING
                 3  partner.example  L4     remote     17    1m  open    997  came back from 198.51.100.9
                held since 2026-11-24T05:40:01Z (open): mail for all of partner.example by mx:partner.example
                """);
        assertThat(ran.exit()).isEqualTo(Exit.YES);
        JsonNode loop = run("loops", "list", "-o", "json").json().path("loops").get(0);
        assertThat(loop.path("state").asString()).isEqualTo("open");
        assertThat(loop.path("held").asInt()).isEqualTo(997);
        operations.changed = 0;
        assertThat(run("loops", "list")).isEqualTo(new Ran(Exit.YES, "no loop was met\n", ""));
    }

    @Test
    void aLoopIsShownAsThePostmasterReadsIt() {
        assertThat(run("loops", "show", "3").out()).isEqualTo("Mail for partner.example circles.\n\nCause:\n  evil \\u001b[31m\n");
        JsonNode json = run("loops", "show", "3", "-o", "json").json();
        assertThat(json.path("path").size()).isEqualTo(2);
        assertThat(json.path("messages").get(0).asString()).isEqualTo(ID);
        assertThat(run("loops", "show", "4").exit()).isEqualTo(Exit.NOT_FOUND);
        assertThat(run("loops", "show", "x").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void loopsAreReleasedByNumberMessageDomainOrAll() {
        assertThat(run("loops", "release", "3").out()).isEqualTo("1 circuit is tried with one message each; 997 messages are held behind\n2 recipients released\n");
        assertThat(run("loops", "release", ID, "--dry-run").out()).contains("would be");
        run("loops", "release", "--domain", "Partner.Example");
        run("loops", "release", "--all");
        assertThat(operations.asked.stream().map(asked -> asked.substring(0, asked.indexOf(", by "))).toList()).containsExactly(
                "loops-release(Loop[id=3], dryRun=false", "loops-release(Message[id=" + ID + "], dryRun=true",
                "loops-release(Domain[name=partner.example], dryRun=false", "loops-release(Domain[name=null], dryRun=false");
        assertThat(run("loops", "release", "9").exit()).isEqualTo(Exit.NOT_FOUND);
        assertThat(run("loops", "release").exit()).isEqualTo(Exit.USAGE);
        assertThat(run("loops", "release", "3", "--all").exit()).isEqualTo(Exit.USAGE);
        assertThat(run("loops", "release", "nonsense").exit()).isEqualTo(Exit.USAGE);
        operations.changed = 0;
        assertThat(run("loops", "release", "--all").exit()).as("nothing was held").isEqualTo(Exit.NOT_FOUND);
    }

    @Test
    void helpNamesEveryVerb() {
        Ran ran = run("--help");
        assertThat(ran.out()).contains("try", "init", "run", "check", "reload", "status", "queue", "trace", "spool");
        assertThat(ran.exit()).isZero();
        assertThat(run("queue", "--help").out()).contains("list", "show", "retry", "hold", "release", "remove", "bounce", "flush", "suspend", "resume");
        assertThat(run("queue", "bounce", "--help").out()).contains("--to-domain", "--dry-run", "Gives recipients up now");
    }

    @Test
    void wrongUseIsOneSentenceAndExit64() {
        for (String[] arguments : new String[][] {{}, {"tea"}, {"queue"}, {"status", "--nonsense"}, {"status", "-o", "xml"}, {"queue", "list", "--limit", "x"}, {"trace"}}) {
            Ran ran = run(arguments);
            assertThat(ran.exit()).as(Arrays.toString(arguments)).isEqualTo(64);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).startsWith("isthmus: ").doesNotContain("Exception").doesNotContain("\tat ");
        }
    }

    @Test
    void statusForPeople() {
        assertThat(run("status").out()).isEqualTo("""
                isthmus        %s (commit %s), ready for 3h00m, pid 4711
                configuration  /etc/isthmus/isthmus.conf, version 2, in force since 2026-11-24T07:45:01Z
                listener       internet 0.0.0.0:25, 12 sessions
                queue          1 messages, the oldest for 3h05m; recipients: 1 waiting, 1 held; 0 attempts now
                spool          12.5 KiB of mail, 3.0 GiB free
                suspended      partner.example
                since start    12 accepted, 1 reports, 7 delivered, 3 deferred, 1 failed, 0 expanded, 0 removed
                refused        1  MAIL 552 5.3.4
                refused        5  RCPT 550 5.1.1
                ledger         4600 copies of the last 3d00h, 1.0 MiB
                came back      2 from the trip out and home, 1 with a forged trace
                loops          1 circuits hold mail, 2 predicted
                loop met       3  L4 remote

                DESTINATION         QUEUED  ACTIVE  STATE
                mx:partner.example       1       0  backed off until 08:55
                """.formatted(Build.VERSION.name(), Build.VERSION.commit()));
    }

    @Test
    void statusForPrograms() {
        JsonNode status = run("status", "-o", "json").json();
        assertThat(status.path("state").asString()).isEqualTo("ready");
        assertThat(status.path("queue").path("oldestAge").asDouble()).isEqualTo(11100.0);
        assertThat(status.path("counters").path("refused").path("RCPT 550 5.1.1").asInt()).isEqualTo(5);
        assertThat(status.path("destinations").get(0).path("state").asString()).isEqualTo("backed off until 08:55");
        assertThat(status.path("listeners").get(0).path("address").asString()).isEqualTo("0.0.0.0:25");
    }

    @Test
    void queueListShowsWhatWaitsAndHidesEscapes() {
        Ran ran = run("queue", "list", "--held");
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).isEqualTo("""
                ID               AGE      SIZE  FROM                  TO                   STATE    NEXT                  TRIES  WHY
                038GC25WGN000  3h05m  12.5 KiB  <alice@site.example>  bob@partner.example  waiting  2026-11-24T08:55:01Z      3  %s
                                                                      carol@site.example   held     -                         0  loop.loopback = hold
                """.replace("038GC25WGN000", ID).formatted(why()));
        assertThat(run("queue", "list", "--to", "x@y").out()).isEqualTo("nothing in the queue matches\n");
    }

    private static String why() {
        var waiting = (org.isthmus.transit.RecipientState.Waiting) FakeOperations.message().states().getFirst();
        String why = "4.7.1 " + org.isthmus.transit.Wording.brief(waiting.last());
        return why.length() <= 100 ? why : why.substring(0, 99) + "…";
    }

    @Test
    void queueListForPrograms() {
        JsonNode list = run("queue", "list", "-o", "json").json();
        JsonNode message = list.path("messages").get(0);
        assertThat(message.path("id").asString()).isEqualTo(ID);
        assertThat(message.path("age").asDouble()).isEqualTo(11100.0);
        assertThat(message.path("subject").asString()).isEqualTo("evil \u001b[31m subject");
        assertThat(message.path("recipients")).hasSize(3);
        assertThat(message.path("recipients").get(1).path("by").asString()).isEqualTo("loopback");
        assertThat(list.path("more").asBoolean()).isFalse();
    }

    @Test
    void queueShowTellsEverything() {
        for (String[] arguments : new String[][] {{"queue", "show", ID}, {"queue", "show", "--id", ID.toLowerCase(java.util.Locale.ROOT)}}) {
            Ran ran = run(arguments);
            assertThat(ran.exit()).isZero();
            assertThat(ran.out().replaceAll("why  .*4\\.7\\.1 .*", "why  REASON")).isEqualTo("""
                    message        %s
                    from           <alice@site.example>
                    accepted       2026-11-24T05:40:01Z (3h05m ago)
                    size           12.5 KiB
                    priority       normal
                    message-id     <m1@site.example>
                    TLS to the end required
                    subject        evil \\u001b[31m subject
                    client         10.0.0.7:41000
                    listener       site
                    user           alice
                    recipient 0    bob@partner.example  waiting, next 2026-11-24T08:55:01Z, tried 3
                      sent to      all@site.example
                      why  REASON
                      note         the peer may have it already: the connection broke before its answer
                    recipient 1    carol@site.example  held by loopback since 2026-11-24T05:40:01Z
                      why          loop.loopback = hold
                    recipient 2    dan@partner.example  delivered
                      peer         mx.partner.example
                      reply        250 2.0.0 queued

                    """.formatted(ID));
        }
        assertThat(run("queue", "show", "--all", "-o", "json").json().path("messages")).hasSize(1);
    }

    @Test
    void aMessageThatIsNotInTheQueueIsExit3() {
        Ran ran = run("queue", "show", "038GC25WNR001");
        assertThat(ran.exit()).isEqualTo(3);
        assertThat(ran.err()).isEqualTo("isthmus: no message 038GC25WNR001 is in the queue; isthmus trace 038GC25WNR001 tells what became of it\n");
        assertThat(run("queue", "show", "--from", "nobody@x").exit()).isEqualTo(3);
    }

    @Test
    void actingVerbsSayHowManyAndPassTheWholeChoice() {
        for (Map.Entry<String, String> verb : Map.of("retry", "due now", "hold", "held", "release", "released", "remove", "removed", "bounce", "given up").entrySet()) {
            Ran ran = run("queue", verb.getKey(), "--to", "a@b.example", "--to-domain", "B.example", "--from", "<>", "--reason", "Grey", "--older-than", "4h", "--held", "--id", ID);
            assertThat(ran.out()).isEqualTo("2 recipients " + verb.getValue() + "\n");
            assertThat(ran.exit()).isZero();
            assertThat(operations.asked.getLast()).isEqualTo(verb.getKey() + "(Selector[ids=[" + ID + "], to=[a@b.example], toDomains=[b.example], from=<>, reason=Grey, "
                    + "olderThan=PT4H, held=true], dryRun=false, by " + ran.user() + ")");
        }
        operations.changed = 1;
        assertThat(run("queue", "hold", "--all", "--dry-run").out()).isEqualTo("1 recipient would be held\n");
        assertThat(operations.asked.getLast()).contains("dryRun=true");
    }

    @Test
    void actingVerbsRefuseToActWithoutAChoice() {
        for (String verb : List.of("retry", "hold", "release", "remove", "bounce")) {
            Ran ran = run("queue", verb);
            assertThat(ran.exit()).isEqualTo(64);
            assertThat(ran.err()).contains("nothing was chosen").contains("--all");
            assertThat(run("queue", verb, "--dry-run").exit()).isEqualTo(64);
            assertThat(run("queue", verb, "--all", "--held").exit()).isEqualTo(64);
        }
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void conditionsThatCannotBeReadAreRefusedBeforeAnythingIsAsked() {
        assertThat(run("queue", "remove", "--id", "nonsense").err()).contains("no queue id");
        assertThat(run("queue", "remove", "--older-than", "4").err()).contains("span of time");
        assertThat(run("queue", "remove", "--older-than", "4 fortnights").err()).contains("span of time");
        assertThat(run("queue", "remove", "--to-domain", "a..b").err()).contains("no domain");
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void anActionThatFoundNoneOfTheIdsIsExit3() {
        operations.changed = 0;
        Ran ran = run("queue", "retry", ID);
        assertThat(ran.out()).isEqualTo("0 recipients due now\n");
        assertThat(ran.exit()).isEqualTo(3);
        assertThat(run("queue", "retry", "--all").exit()).isZero();
    }

    @Test
    void flushSuspendAndResume() {
        String by = ", by " + System.getProperty("user.name") + ")";
        assertThat(run("queue", "flush").out()).isEqualTo("1 recipient due now\n");
        run("queue", "flush", "Partner.example");
        assertThat(run("queue", "suspend", "*").out()).isEqualTo("deliveries to * are suspended; isthmus queue resume * starts them again\n");
        assertThat(run("queue", "resume", "partner.example").exit()).isZero();
        Ran unknown = run("queue", "resume", "other");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("was not suspended by command");
        assertThat(run("queue", "suspend", "a b").exit()).isEqualTo(64);
        assertThat(operations.asked).containsExactly("flush(null" + by, "flush(partner.example" + by, "suspend(*" + by, "resume(partner.example" + by, "resume(other" + by);
    }

    @Test
    void reloadTellsWhatIsInForce() {
        Ran good = run("reload", "--accept-loop", "LP12");
        assertThat(good.out()).isEqualTo("isthmus.conf:3: warning LP12: our own address is trusted\nconfiguration version 3 is in force\n");
        assertThat(good.exit()).isZero();
        assertThat(operations.asked.getFirst()).startsWith("reload([LP12]");
        operations.reloadRefused = true;
        Ran bad = run("reload");
        assertThat(bad.exit()).isEqualTo(78);
        assertThat(bad.out()).isEqualTo("isthmus.conf:12: error unknown-key: no key is called hostnam; write hostname\n");
        assertThat(bad.err()).isEqualTo("isthmus: the new configuration was refused and the old one stays in force\n");
        JsonNode json = run("reload", "-o", "json").json();
        assertThat(json.path("reloaded").asBoolean(true)).isFalse();
        assertThat(json.path("findings").get(0).path("line").asInt()).isEqualTo(12);
        assertThat(run("reload", "--accept-loop", "X1").exit()).isEqualTo(64);
    }

    @Test
    void checkPrintsFindingsAndExits78OnErrors() {
        assertThat(run("check", "-c", "isthmus.conf").out()).isEqualTo("isthmus.conf: no errors\n");
        program.problems = List.of(FakeProgram.unknownKey(),
                new Problem("LP02", Problem.Severity.WARNING, false, new SourceLine("conf.d/x.conf", 3), "mail may\u001b[2J circle", List.of("a MX 10 b"), null));
        Ran bad = run("check", "-c", "isthmus.conf");
        assertThat(bad.out()).isEqualTo("""
                isthmus.conf:12: error unknown-key: connector has no key "hostnam"; write hostname
                conf.d/x.conf:3: warning LP02: mail may\\u001b[2J circle
                    a MX 10 b
                isthmus.conf: 1 error, 1 warning
                """);
        assertThat(bad.exit()).isEqualTo(78);
        JsonNode json = run("check", "-o", "json").json();
        assertThat(json.toString()).isEqualTo("{\"findings\":[{\"id\":\"unknown-key\",\"severity\":\"error\",\"certain\":true,\"file\":\"isthmus.conf\",\"line\":12,"
                + "\"message\":\"connector has no key \\\"hostnam\\\"\",\"evidence\":[],\"fix\":\"hostname\"},{\"id\":\"LP02\",\"severity\":\"warning\",\"certain\":false,"
                + "\"file\":\"conf.d/x.conf\",\"line\":3,\"message\":\"mail may\\u001B[2J circle\",\"evidence\":[\"a MX 10 b\"]}]}");
    }

    @Test
    void acceptedLoopsDoNotStopCheckAndRun() {
        program.problems = List.of(Problem.error("LP02", null, "it circles", null));
        assertThat(run("check").exit()).isEqualTo(78);
        assertThat(run("check", "--accept-loop", "LP02").exit()).isZero();
        program.problems = List.of(Problem.error("LP07", null, "the file accepts this one", null));
        assertThat(run("check").exit()).isZero();
        program.problems = List.of(Problem.error("LP02", null, "it circles", null));
        Ran refused = run("run");
        assertThat(refused.exit()).isEqualTo(78);
        assertThat(refused.err()).contains("error LP02: it circles").contains("not started");
        Ran started = run("run", "-c", "my.conf", "--accept-loop", "LP02");
        assertThat(started.out()).isEqualTo("ready my.conf [LP02]\n");
        assertThat(started.exit()).isZero();
    }

    @Test
    void theConfigurationIsTheNamedOneThenTheEnvironmentsThenTheUsual() {
        run("check", "-c", "a.conf");
        assertThat(program.checked).isEqualTo(Path.of("a.conf"));
        run(Map.of("ISTHMUS_CONF", "b.conf"), "check");
        assertThat(program.checked).isEqualTo(Path.of("b.conf"));
        run(Map.of("ISTHMUS_CONF", "b.conf"), "check", "-c", "a.conf");
        assertThat(program.checked).isEqualTo(Path.of("a.conf"));
        run(Map.of("ISTHMUS_CONF", ""), "check");
        assertThat(program.checked).isEqualTo(Files.exists(Path.of("/etc/isthmus/isthmus.conf")) ? Path.of("/etc/isthmus/isthmus.conf") : Path.of("isthmus.conf"));
    }

    @Test
    void tryIsWired() {
        assertThat(run("try").out()).isEqualTo("tour keep=false\n");
        assertThat(run("try", "--keep").out()).isEqualTo("tour keep=true\n");
    }

    @Test
    void spoolVerifyTellsWhatIsBroken() {
        Ran good = run("spool", "verify");
        assertThat(good.out()).isEqualTo("12 records, 3 messages in the queue, 0 broken\n");
        assertThat(good.exit()).isZero();
        program.problems = List.of(Problem.warning("x", null, "y", null));
        Ran bad = run("spool", "verify");
        assertThat(bad.out()).isEqualTo("segment-0001+4096: checksum is wrong\n12 records, 3 messages in the queue, 1 broken\n");
        assertThat(bad.exit()).isEqualTo(2);
        assertThat(run("spool", "verify", "-o", "json").json().path("broken").get(0).path("place").asString()).isEqualTo("segment-0001+4096");
    }

    @Test
    void tlsReportsShowsWhatIsCountedAndWhatWasTold() {
        assertThat(run("tls", "reports").out()).isEqualTo("""
                DAY         DOMAIN           POLICY  GOOD  FAILED  WHY
                2026-11-23  partner.example  sts       12       3  2 certificate-expired at mx.partner.example: ended yesterday
                                                                   1 sts-policy-fetch-error
                2026-11-24T08:45:01Z other.example about 2026-11-23: sent to https://other.example/
                """);
        assertThat(run("tls", "reports", "other.example").out()).startsWith("nothing is counted\n2026-11-24T08:45:01Z other.example");
        assertThat(run("tls", "reports", "-o", "json").json().path("counted").get(0).path("details").get(0).path("address").asString()).isEqualTo("198.51.100.9");
    }

    @Test
    void checkSaysWhatDnsPublishesOfUs() {
        program.published = List.of(Problem.warning("dkim-key", null, "another key", null));
        assertThat(run("check").out()).contains("warning dkim-key: another key");
        assertThat(run("check", "--no-dns").out()).doesNotContain("another key");
    }

    @Test
    void withoutAServerOneSentenceSaysSo() throws Exception {
        server.close();
        for (String[] arguments : new String[][] {{"status"}, {"reload"}, {"queue", "list"}, {"queue", "retry", "--all"}, {"queue", "flush"}, {"queue", "suspend", "*"}}) {
            Ran ran = run(arguments);
            assertThat(ran.exit()).as(Arrays.toString(arguments)).isEqualTo(69);
            assertThat(ran.err()).isEqualTo("isthmus: no server is running for " + data + " (nobody listens on " + data.resolve("control.sock") + ")\n");
            assertThat(ran.out()).isEmpty();
        }
    }

    @Test
    void aConfigurationFromWhichNoDataFolderCanBeReadIsExit78() {
        program = new FakeProgram(live.platform(), null);
        program.problems = List.of(FakeProgram.unknownKey());
        Ran ran = run("status", "-c", "x.conf");
        assertThat(ran.exit()).isEqualTo(78);
        assertThat(ran.err()).contains("isthmus.conf:12: error unknown-key").contains("data folder cannot be found from x.conf");
    }

    @Test
    void faultsOfOursAreExit70WithoutAStackTrace() {
        program.fault = new IllegalStateException("broken\ninvariant");
        Ran ran = run("check");
        assertThat(ran.exit()).isEqualTo(70);
        assertThat(ran.err()).hasLineCount(1).contains("internal error").doesNotContain("\tat ");
        program.fault = null;
        operations.fault = new IllegalStateException("x");
        Ran there = run("status");
        assertThat(there.exit()).isEqualTo(70);
        assertThat(there.err()).contains("internal error; the server's log has it");
    }

    private void tracked(Event... events) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Event event : events) {
            text.append(new String(Facts.encode(event), UTF_8));
        }
        Files.createDirectories(data.resolve("tracking"));
        Files.writeString(data.resolve("tracking/2026-11-24.jsonl"), text);
    }

    @Test
    void traceTellsALifeAndWhy() throws Exception {
        tracked(new Event.Accepted(FakeOperations.ACCEPTED, FakeOperations.message(), List.of(List.of(new org.isthmus.transit.Step("route", "routes[2] to=\"*\" via=mx",
                        new SourceLine("isthmus.conf", 31), "deliver mx:partner.example", List.of("partner.example MX 10 mx.partner.example"), List.of("routes[0]: from does not match"))))),
                new Event.Settled(FakeOperations.ACCEPTED.plusSeconds(2), FakeOperations.ID, 0, org.isthmus.address.Mailbox.of("bob@partner.example"),
                        new org.isthmus.transit.Outcome.Deferred(((org.isthmus.transit.RecipientState.Waiting) FakeOperations.message().states().getFirst()).last()), 1,
                        FakeOperations.ACCEPTED.plusSeconds(62)),
                new Event.Gone(FakeOperations.ACCEPTED.plusSeconds(75), FakeOperations.ID, java.time.Duration.ofSeconds(75)));
        Ran ran = run("trace", ID);
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).isEqualTo("""
                %s  from <alice@site.example>  12.5 KiB  <m1@site.example>  "evil \\u001b[31m subject"
                  2026-11-24T05:40:01Z  accepted    by ESMTP from 10.0.0.7:41000, listener site, user alice, session s1
                                                    for bob@partner.example, sent to all@site.example
                                                      route: routes[2] to="*" via=mx (isthmus.conf:31): deliver mx:partner.example
                                                          partner.example MX 10 mx.partner.example
                                                          not routes[0]: from does not match
                                                    for carol@site.example, held by loopback: loop.loopback = hold
                                                    for dan@partner.example
                  2026-11-24T05:40:03Z  deferred    bob@partner.example: 4.7.1 by mx.partner.example[198.51.100.9:25] at rcpt: 451 4.7.1 Greylisted; next attempt 2026-11-24T05:41:03Z
                  2026-11-24T05:41:16Z  gone        from the queue, after 75.0 s

                """.formatted(ID));
        assertThat(operations.asked).contains("sync");
        JsonNode json = run("trace", "bob@partner.example", "-o", "json").json();
        assertThat(json.path("traces").get(0).path("events")).hasSize(3);
        assertThat(json.path("traces").get(0).path("kind").asString()).isEqualTo("message");
    }

    @Test
    void traceWorksWithoutAServerAndFindsNothingWithExit3() throws Exception {
        tracked(new Event.Noted(FakeOperations.ACCEPTED, "started", "version 0.1.0"));
        server.close();
        assertThat(run("trace", "version 0.1").out()).isEqualTo("server\n  2026-11-24T05:40:01Z  started     version 0.1.0\n\n");
        Ran none = run("trace", "nobody@x.example");
        assertThat(none.exit()).isEqualTo(3);
        assertThat(none.out()).isEqualTo("nothing is known of nobody@x.example\n");
        assertThat(run("trace", "version", "--since", "2h").exit()).isEqualTo(3);
        assertThat(run("trace", "version", "--since", "4h").exit()).isZero();
        assertThat(run("trace", "version", "--until", "2026-11-24T05:40:01").exit()).isEqualTo(3);
        assertThat(run("trace", "version", "--since", "2026-11-24", "--until", "2026-11-24T05:40:02Z").exit()).isZero();
        assertThat(run("trace", "version", "--since", "yesterday").exit()).isEqualTo(64);
        assertThat(run("trace", "version", "--since", "2026-13-24").exit()).isEqualTo(64);
        assertThat(run("trace", " ").exit()).isEqualTo(64);
    }

    @Test
    void initWritesAConfigurationAndNeverOverAnother() throws Exception {
        Path file = data.resolve("my/isthmus.conf");
        Files.createDirectories(file.getParent());
        Ran ran = run("init", "example.com", "-c", file.toString());
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).startsWith("wrote " + file + "\nwrote " + file.resolveSibling("recipients") + "\n");
        String text = Files.readString(file);
        assertThat(text).contains("hostname   = \"mx1.example.com\"  # in the greeting, in EHLO and in Received; by DNS 192.0.2.1").contains("\"example.com\" {");
        var loaded = org.isthmus.config.ConfigLoader.load(file, name -> null, live.platform().disk());
        assertThat(loaded.problems().stream().filter(Problem::isError)).isEmpty();
        assertThat(loaded.orThrow().domains()).hasSize(1);
        Ran again = run("init", "example.com", "-c", file.toString());
        assertThat(again.exit()).isEqualTo(73);
        assertThat(again.err()).contains("exists already");
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Test
    void initTakesAHostNameOrADomain() throws Exception {
        List<String> texts = new ArrayList<>();
        for (String[] names : new String[][] {{"mail.example.net"}, {"mail.sub.example.org"}, {"gw.example.net", "--domain", "other.example"}}) {
            Path file = data.resolve(names[0] + ".conf");
            List<String> arguments = new ArrayList<>(List.of("init", "-c", file.toString(), "--store", "smtp://10.0.0.9:25"));
            arguments.addAll(List.of(names));
            assertThat(run(arguments.toArray(String[]::new)).exit()).isZero();
            texts.add(Files.readString(file));
        }
        assertThat(texts.get(0)).contains("\"mail.example.net\"", "\"example.net\" {", "smtp://10.0.0.9:25");
        assertThat(texts.get(1)).contains("\"mx1.mail.sub.example.org\"", "\"mail.sub.example.org\" {");
        assertThat(texts.get(2)).contains("\"gw.example.net\"", "\"other.example\" {");
        assertThat(run("init", "not a name").exit()).isEqualTo(64);
    }

    @Test
    void theDataFolderIsFoundInABrokenFileToo() throws Exception {
        Path file = data.resolve("broken.conf");
        Files.writeString(file, "connector { hostnam = x, data = \"spool\" }\nnonsense = 1\n");
        var disk = live.platform().disk();
        Checked checked = Checked.of(org.isthmus.config.ConfigLoader.load(file, name -> null, disk), List.of(), file, disk);
        assertThat(checked.settings()).isNull();
        assertThat(checked.data()).isEqualTo(data.resolve("spool"));
        Files.writeString(file, "connector { data = ");
        assertThat(Checked.of(org.isthmus.config.ConfigLoader.load(file, name -> null, disk), List.of(), file, disk).data()).isNull();
    }

    @Test
    void explainTellsWhatWouldHappenAndExitsByIt() {
        Ran refused = run("explain", "bob@partner.example", "-c", "isthmus.conf");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.out()).isEqualTo("""
                <bob@partner.example> from <somebody@example.net>, by client 192.0.2.1 at listener internet
                refused at RCPT: 550 5.7.1 relaying denied: bob@partner.example does not reside here, and 192.0.2.1 may not send to elsewhere through this server
                  relay: neither trusted-networks nor an authenticated user: refused

                what would change it:
                  If the client is yours, add its address to trusted-networks. If the domain is yours, add it to domains.
                """);
        JsonNode json = run("explain", "postmaster", "--from", "<>", "--client", "2001:db8::1", "--size", "2K", "--listener", "internet", "-o", "json").json();
        assertThat(json.path("question").toString())
                .isEqualTo("{\"to\":\"postmaster\",\"from\":\"\",\"client\":\"2001:db8:0:0:0:0:0:1\",\"listener\":\"internet\",\"size\":2048}");
        assertThat(json.path("accepted").asBoolean()).isTrue();
        assertThat(json.path("serverRunning").asBoolean()).isTrue();
        assertThat(json.path("recipients").get(0).path("to").asString()).isEqualTo("postmaster@example.com");
    }

    @Test
    void explainRefusesWhatItCannotUnderstand() throws Exception {
        assertThat(run("explain", "a@b.example", "--client", "nonsense").exit()).isEqualTo(64);
        assertThat(run("explain", "a@b.example", "--size", "big").exit()).isEqualTo(64);
        assertThat(run("explain", "a@b.example", "--listener", "back").err()).contains("no listener is called \"back\"; there are internet");
        assertThat(run("explain", "a@b\r\nDATA").exit()).isEqualTo(64);
        assertThat(run("explain", "not an address").out()).contains("refused at RCPT: 501 5.1.3");
        server.close();
        assertThat(run("explain", "a@b.example", "-o", "json").json().path("serverRunning").asBoolean(true)).isFalse();
        program.problems = List.of(FakeProgram.unknownKey());
        Ran broken = run("explain", "a@b.example");
        assertThat(broken.exit()).isEqualTo(78);
        assertThat(broken.err()).contains("isthmus.conf:12: error unknown-key").contains("nothing can be explained");
    }

    // ---- import registry

    private Path export(String values) throws IOException {
        return Files.writeString(data.resolve("old.reg"), "REGEDIT4\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\n" + values);
    }

    @Test
    void anOldRegistryBecomesConfiguration() throws IOException {
        Path export = export("\"DisableLoopbackConnections\"=dword:00000001\n");
        Ran ran = run("import", "registry", export.toString());
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).contains("# DisableLoopbackConnections = 1 (" + export + ":3): ", "\nloop { loopback = reject }\n");
    }

    @Test
    void anOldRegistryIsWrittenToAFileButNeverOverOne() throws IOException {
        Path export = export("\"DisableLoopbackConnections\"=dword:00000001\n");
        Path target = data.resolve("imported.conf");
        Ran ran = run("import", "registry", export.toString(), "-w", target.toString());
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).isEqualTo("wrote " + target + "\n");
        assertThat(Files.readString(target)).contains("loop { loopback = reject }");
        Files.writeString(target, "mine");
        Ran again = run("import", "registry", export.toString(), "-w", target.toString());
        assertThat(again.exit()).isEqualTo(73);
        assertThat(again.err()).contains("exists already");
        assertThat(Files.readString(target)).isEqualTo("mine");
    }

    @Test
    void anOldRegistryThatIsNotUnderstoodIsNotWritten() throws IOException {
        Path export = export("\"DisableLoopbackConnections\"=dword:00000001\n\"DisableETNR\"=dword:1\n");
        Path target = data.resolve("imported.conf");
        Ran ran = run("import", "registry", export.toString(), "--write", target.toString());
        assertThat(ran.exit()).isEqualTo(65);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).isEqualTo(export + ":4: error unknown-value: unknown value \"DisableETNR\" in [...\\Parameters]; did you mean \"DisableETRN\"?\n");
        assertThat(target).doesNotExist();
        assertThat(run("import", "registry", "/nowhere/old.reg").exit()).isEqualTo(66);
    }

    @Test
    void loopsPredictDrawsTheWalkAndExits2() {
        Problem problem = new Problem("LP02", Problem.Severity.WARNING, true, new SourceLine("isthmus.conf", 4), "store is ourselves", List.of("store A 192.0.2.1"), "another url");
        program.prediction = new Prediction(List.of(new Found(problem, "store", List.of(new Found.Station("we", "routes[0]"), new Found.Station("store", "is ourselves"), new Found.Station("we", "")))),
                3, true, List.of("a.example MX: SERVFAIL"), 4, Duration.ofHours(1), false);
        Ran ran = run("loops", "predict");
        assertThat(ran.exit()).isEqualTo(Exit.NO);
        assertThat(ran.out()).isEqualTo("""
                isthmus.conf:4: warning LP02: store is ourselves; write another url
                    store A 192.0.2.1
                        +-> we
                        |     routes[0]
                        |   store
                        |     is ourselves
                        +-- we
                DNS did not answer, so what hangs on it is not known: a.example MX: SERVFAIL
                1 finding of a loop, 3 classes of mail followed
                """);
        Ran json = run("loops", "predict", "-o", "json");
        assertThat(json.out()).contains("\"walk\"", "+-> we", "\"unanswered\"");
        assertThat(run("check", "-o", "json").out()).contains("LP02", "a.example MX: SERVFAIL");
        program.prediction = new Prediction(List.of(), 3, true, List.of("a.example MX: SERVFAIL"), 4, Duration.ofHours(1), false);
        assertThat(run("loops", "predict").exit()).isEqualTo(Exit.CANNOT_TELL);
        program.prediction = new Prediction(List.of(), 3, true, List.of(), 4, Duration.ofHours(1), false);
        assertThat(run("loops", "predict").exit()).isEqualTo(Exit.YES);
    }

    @Test
    void loopsProbeShowsWhatEachDoorIsAndExits2ForASurprise() throws Exception {
        Ran ran = run("loops", "probe");
        assertThat(ran.exit()).isEqualTo(Exit.NO);
        assertThat(ran.out()).isEqualTo("""
                DOOR                              BECAUSE OF                                                 IS         CALLS ITSELF  FOUND
                mx.site.example[198.51.100.9]:25  site.example MX 10 mx.site.example (isthmus.conf:7)  ourselves  gate.example  is listener internet, proved by XSITE

                mx.site.example[198.51.100.9]:25 is this connector, and nothing in the configuration says so:
                    add "198.51.100.9" to identity.addresses
                """.replace("                                                 IS", "                                           IS"));
        assertThat(operations.asked).containsExactly("probe");
        JsonNode json = run("loops", "probe", "-o", "json").json();
        assertThat(json.path("doors").path(0).path("verdict").asString("")).isEqualTo("ourselves");
        assertThat(json.path("identity").path(0).path("secondsLeft").asInt(0)).isEqualTo(900);
        server.close();
        Ran alone = run("loops", "probe");
        assertThat(alone.exit()).isEqualTo(Exit.NO);
        assertThat(alone.err()).contains("no server is running");
        assertThat(alone.out()).isEqualTo(ran.out());
    }
}
