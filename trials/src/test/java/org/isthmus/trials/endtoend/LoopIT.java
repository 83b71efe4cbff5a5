// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mail loops between real servers: two Isthmus, a Postfix and an Exim as the others, a name server, and a mapped address. What each loop costs is counted in the logs of
/// the others, not in ours. All mail exchangers of this small Internet listen on one port, each in a network of its own.
class LoopIT {
    private static final String OURS = "127.0.31.1";
    private static final String MAPPED = "127.0.32.1";
    private static final String FILTER = "127.0.33.1";
    private static final String PARTNER = "127.0.34.1";
    private static final String TWIN = "127.0.35.1";
    private static final String OTHER = "127.0.36.1";
    private static final String HOST = "gate.isthmus.example";

    @TempDir
    static Path folder;

    private static final Deque<AutoCloseable> STARTED = new ArrayDeque<>();
    private static int port;
    private static Dovecot dovecot;
    private static Postfix partner;
    private static Postfix twin;
    private static Exim exim;
    private static Pipe mapped;
    private static Isthmus isthmus;
    private static Isthmus other;
    private static InetSocketAddress site;
    private static int letters;

    @BeforeAll
    static void startServers() throws Exception {
        port = freeEverywhere(OURS, MAPPED, FILTER, PARTNER, TWIN, OTHER);
        NameServer names = started(new NameServer());
        names.mx("dangling.example", "mx.isthmus.example", OURS)
                .mx("natted.example", "mx.natted.example", MAPPED)
                .mx("filtered.example", "mx.filter.example", FILTER)
                .mx("sent.example", "mx.filter.example", FILTER)
                .mx("strip.example", "mx.filter.example", FILTER)
                .mx("partner.example", "mx.partner.example", PARTNER)
                .mx("twin.example", "mx.twin.example", TWIN)
                .mx("site.example", "mx.isthmus.example", OURS);
        dovecot = started(Dovecot.start(Files.createDirectories(folder.resolve("dovecot")), "127.0.0.1", List.of("user", "colleague", "anna")));
        startPartners();
        isthmus = started(new Isthmus(folder.resolve("isthmus")));
        other = started(new Isthmus(folder.resolve("other")));
        Files.writeString(folder.resolve("isthmus/aliases"), "loop@site.example: friend@partner.example\nstripped@site.example: friend@strip.example\n");
        Files.writeString(folder.resolve("isthmus/recipients"), "user@site.example\nanna@site.example\n");
        site = isthmus.configure(HOST, """
                listeners { internet { address = "%1$s:%2$d" }, site { address = "127.0.0.1:0" } }
                trusted-networks = ["127.0.0.1/32", "%6$s/32"]
                identity { mx-port = %2$d }
                dns { servers = ["%3$s"] }
                domains {
                  "site.example" { recipients = "file:recipients", aliases = "file:aliases", deliver-to = store }
                  "filtered.example" { recipients = any, deliver-to = store, loopback = turn-around }
                  "sent.example" { recipients = any, deliver-to = store, loopback = send }
                }
                next-hops {
                  store { url = "lmtp://127.0.0.1:%4$d" }
                  other { url = "smtp://%6$s:%2$d", inside = false }
                  around { url = "smtp://%5$s:%2$d", inside = false }
                }
                routes = [
                  { to = "filtered.example", via = mx }
                  { to = "sent.example", via = mx }
                  { to = "dept.example", via = other }
                  { to = "smart.example", via = around }
                  { to = "*", via = mx }
                ]
                """.formatted(OURS, port, names.text(), dovecot.address.getPort(), MAPPED, OTHER)).start().get("site");
        other.configure("gate.other.example", """
                listeners { internet { address = "%1$s:%2$d" } }
                trusted-networks = ["127.0.0.0/8"]
                identity { mx-port = %2$d }
                dns { servers = ["%3$s"] }
                domains { "other.example" { recipients = any, deliver-to = store } }
                next-hops {
                  store { url = "lmtp://127.0.0.1:%4$d" }
                  first { url = "smtp://%5$s:%2$d", inside = false }
                }
                routes = [{ to = "dept.example", via = first }, { to = "*", via = mx }]
                delivery { source-address = "%1$s" }
                """.formatted(OTHER, port, names.text(), dovecot.address.getPort(), OURS)).start();
        mapped = started(new Pipe(MAPPED, port, new InetSocketAddress(OURS, port), "firewall.isthmus.example"));
    }

    /// Postfix forwards back to the site; Exim is a filter in front of two domains of the site, and a forwarder that strips every trace.
    private static void startPartners() throws Exception {
        Path forwards = Files.writeString(Files.createDirectories(folder.resolve("partner")).resolve("forwards"), "friend@partner.example loop@site.example\n");
        String back = "transport_maps = inline:{site.example=smtp:[" + OURS + "]:" + port + "}";
        partner = started(Postfix.start(forwards.getParent(), PARTNER, port, "partner.example", "virtual_alias_maps = texthash:" + forwards, back, "smtp_bind_address = " + PARTNER));
        twin = started(Postfix.start(Files.createDirectories(folder.resolve("twin")), TWIN, port, "twin.example", "myhostname = " + HOST));
        exim = started(Exim.start(Files.createDirectories(folder.resolve("exim")), FILTER, port, "mx.filter.example", """

                begin acl
                accept:
                  accept
                begin routers
                forward:
                  driver = redirect
                  domains = strip.example
                  data = stripped@site.example
                stripping:
                  driver = manualroute
                  domains = site.example
                  transport = stripping
                  route_data = %1$s
                  self = send
                back:
                  driver = manualroute
                  transport = back
                  route_data = %1$s
                  self = send
                begin transports
                stripping:
                  driver = smtp
                  port = %2$d
                  interface = %3$s
                  allow_localhost
                  headers_remove = Received:X-Trace-Site
                back:
                  driver = smtp
                  port = %2$d
                  interface = %3$s
                  allow_localhost
                """.formatted(OURS, port, FILTER)));
    }

    private static <T extends AutoCloseable> T started(T one) {
        STARTED.push(one);
        return one;
    }

    @AfterAll
    static void stopServers() throws Exception {
        List<Exception> troubles = new ArrayList<>();
        for (AutoCloseable one : STARTED) {
            try {
                one.close();
            } catch (Exception e) {
                troubles.add(e);
            }
        }
        assertThat(troubles).isEmpty();
    }

    @Test
    void aStrangersDomainWhoseExchangerIsOurListenerIsRefusedAtOnce() throws Exception {
        assertThat(swaks(24, "user@site.example", "x@dangling.example", letter())).contains("550 5.4.6 ");
    }

    @Test
    void aMappedAddressOfOursIsRecognisedBeforeAnyMailIsSent() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "x@natted.example", letter);
        assertThat(report("user", letter)).contains("Status: 5.4.6", "x@natted.example");
        assertThat(mapped.said()).contains("XSITE ").doesNotContain("MAIL FROM");
    }

    @Test
    void aSmartHostThatIsOurselvesIsRecognisedToo() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "x@smart.example", letter);
        assertThat(report("user", letter)).contains("Status: 5.4.6", "x@smart.example");
        assertThat(mapped.said()).doesNotContain("MAIL FROM");
    }

    @Test
    void mailForADomainBehindAFilterTurnsAroundWithoutTheTrip() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "colleague@filtered.example", letter);
        arrived("colleague", letter);
        assertThat(exim.taken(letter)).as("trips through the filter").isZero();
    }

    @Test
    void whatIsSentThroughTheFilterComesBackAndIsDeliveredOnce() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "colleague@sent.example", letter);
        arrived("colleague", letter);
        assertThat(exim.taken(letter)).as("trips through the filter").isEqualTo(1);
    }

    @Test
    void aForwarderThatSendsItBackIsStoppedAtTheFirstReturn() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "friend@partner.example", letter);
        assertThat(report("user", letter)).contains("5.4.6");
        assertThat(partner.taken(letter)).as("passes").isEqualTo(1);
    }

    @Test
    void aForwarderThatStripsEveryTraceIsStoppedWithinFive() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "friend@strip.example", letter);
        assertThat(report("user", letter)).contains("5.4.6");
        assertThat(exim.taken(letter)).as("passes").isBetween(1L, 5L);
    }

    @Test
    void twoSitesThatSendADomainToOneAnotherStopAtTheFirstReturn() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "x@dept.example", letter);
        assertThat(report("user", letter)).contains("5.4.6");
        Running.Result trace = other.cli("trace", letter);
        assertThat(trace.output().lines().filter(line -> line.contains("accepted")).count()).as("passes: " + trace.output()).isEqualTo(1);
    }

    @Test
    void anotherHostWithOurVeryNameGetsItsMail() throws Exception {
        String letter = letter();
        swaks(0, "user@site.example", "x@twin.example", letter);
        Running.waitUntil("the twin to have it", LoopIT::logs, () -> holds(() -> twin.mailbox().stream().anyMatch(file -> text(file).contains(letter))));
    }

    /// A Message-ID of its own for each letter.
    private static synchronized String letter() {
        return "letter-" + ++letters + "@client.example";
    }

    private static String swaks(int exit, String from, String to, String messageId) throws Exception {
        Running.Result result = Running.run(folder, Map.of(), List.of("swaks", "--server", "127.0.0.1:" + site.getPort(), "--helo", "client.example", "--from", from, "--to", to,
                "--header", "Message-Id: <" + messageId + ">"));
        assertThat(result.exit()).as(result.output()).isEqualTo(exit);
        return result.output();
    }

    /// Waits for the report about a letter.
    private static String report(String user, String letter) throws Exception {
        return await("a report", user, text -> text.contains(letter) && text.contains("Return-Path: <>"));
    }

    private static void arrived(String user, String letter) throws Exception {
        await("the letter", user, text -> text.contains("Message-Id: <" + letter + ">"));
    }

    private static String await(String what, String user, java.util.function.Predicate<String> wanted) throws Exception {
        String[] found = new String[1];
        Running.waitUntil(what, LoopIT::logs, () -> holds(() -> {
            Optional<String> text = dovecot.mailbox(user).stream().map(LoopIT::text).filter(wanted).findFirst();
            text.ifPresent(one -> found[0] = one);
            return text.isPresent();
        }));
        return found[0];
    }

    private interface Question {
        boolean ask() throws IOException;
    }

    private static boolean holds(Question question) {
        try {
            return question.ask();
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static int freeEverywhere(String... addresses) throws IOException {
        for (int i = 0; i < 100; i++) {
            int free = Running.freePort(addresses[0]);
            if (List.of(addresses).stream().allMatch(address -> isFree(address, free))) {
                return free;
            }
        }
        throw new IOException("no port is free at all of them");
    }

    private static boolean isFree(String address, int port) {
        try (java.net.ServerSocket socket = new java.net.ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String logs() {
        try {
            return String.join("\n", isthmus.lines()) + "\n" + isthmus.cli("queue", "list").output() + "\n" + partner.log() + "\n" + exim.log() + "\n" + String.join("\n", other.lines());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
