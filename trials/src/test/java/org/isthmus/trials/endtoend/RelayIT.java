// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.TraceCheck;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real program between the servers that people run: out to Postfix, in from Postfix to Dovecot, and the commands of the operator on it.
class RelayIT {
    private static final int ATTACHED = 2 * 1024 * 1024;
    private static final Pattern QUEUED = Pattern.compile("(?s)354 .*?<[-~*]+ +250 2\\.\\S+ (.*?)\n");

    @TempDir
    static Path folder;

    private static Postfix postfix;
    private static Dovecot dovecot;
    private static Isthmus isthmus;
    private static InetSocketAddress internet;
    private static String configuration;

    @BeforeAll
    static void startServers() throws Exception {
        int port = Running.freePort("127.0.0.1");
        postfix = Postfix.start(Files.createDirectories(folder.resolve("postfix")), "127.0.0.1", "partner.example", "relayhost = [127.0.0.1]:" + port);
        dovecot = Dovecot.start(Files.createDirectories(folder.resolve("dovecot")), "127.0.0.1", List.of("user"));
        isthmus = new Isthmus(folder.resolve("isthmus"));
        Files.writeString(folder.resolve("isthmus/recipients"), "user@site.example\nghost@site.example\n");
        configuration = """
                listeners { internet { address = "127.0.0.1:%d" } }
                trusted-networks = ["127.0.0.1/32"]
                domains { "site.example" { recipients = "file:recipients", deliver-to = store } }
                next-hops {
                  store { url = "lmtp://127.0.0.1:%d" }
                  partner { url = "smtp://127.0.0.1:%d" }
                  absent { url = "smtp://127.0.0.1:%d" }
                }
                routes = [{ to = "partner.example", via = partner }, { to = "absent.example", via = absent }]
                """.formatted(port, dovecot.address.getPort(), postfix.address.getPort(), Running.freePort("127.0.0.1"));
        internet = isthmus.configure(configuration).start().get("internet");
    }

    @AfterAll
    static void stopServers() {
        for (AutoCloseable one : new AutoCloseable[] {isthmus, postfix, dovecot}) {
            try {
                if (one != null) {
                    one.close();
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void anAttachmentGoesOutToPostfixUnchanged() throws Exception {
        byte[] octets = attachment(1);
        swaks(internet, 0, "--from", "user@site.example", "--to", "someone@partner.example", "--header", "Subject: outward", "--attach", attached(octets));
        Path message = arrived(RelayIT::partnerMail, "Subject: outward");
        assertThat(Parcel.hash(attachmentOf(message))).isEqualTo(Parcel.hash(octets));
    }

    @Test
    void anAttachmentComesInFromPostfixAndReachesTheStoreUnchanged() throws Exception {
        byte[] octets = attachment(2);
        swaks(postfix.address, 0, "--from", "someone@partner.example", "--to", "user@site.example", "--header", "Subject: inward", "--attach", attached(octets));
        Path message = arrived(RelayIT::storeMail, "Subject: inward");
        assertThat(Parcel.hash(attachmentOf(message))).isEqualTo(Parcel.hash(octets));
    }

    @Test
    void theTraceReachesTheMailboxBehindPostfixAndOpensWithTheKeysOnDisk() throws Exception {
        swaks(internet, 0, "--from", "user@site.example", "--to", "someone@partner.example", "--header", "Subject: traced");
        String message = Files.readString(arrived(RelayIT::partnerMail, "Subject: traced"), StandardCharsets.ISO_8859_1);
        Matcher field = Pattern.compile("(?m)^X-Trace-Site: (\\S+)").matcher(message);
        assertThat(field.find()).as(message).isTrue();
        assertThat(message).containsPattern("by gate\\.isthmus\\.example with ESMTP id [0-9A-Z]{13}\\." + Pattern.quote(field.group(1)) + "\\s");
        Platform platform = LivePlatform.open(List::of).platform();
        SiteKeys keys = SiteKeys.open(platform.disk(), platform.entropy(), platform.time(), isthmus.data());
        TraceCheck check = keys.check(SealedToken.parse(field.group(1)).orElseThrow(), TraceKey.Use.TRANSFER);
        assertThat(check).isInstanceOf(TraceCheck.Ours.class);
        assertThat(((TraceCheck.Ours) check).token().names(org.isthmus.address.Mailbox.of("someone@partner.example"), ((TraceCheck.Ours) check).key())).isTrue();
    }

    @Test
    void anUnknownRecipientIsRefusedWhileTheSenderIsThere() throws Exception {
        assertThat(swaks(internet, 24, "--from", "a@partner.example", "--to", "nobody@site.example")).contains("550 5.1.1 ");
        Running.Result trace = isthmus.cli("trace", "nobody@site.example");
        assertThat(trace.exit()).as(trace.output()).isZero();
        assertThat(trace.output()).contains("550 5.1.1 ");
    }

    @Test
    void aStrangerMayNotSendToElsewhere() throws Exception {
        assertThat(swaks(internet, 24, "--local-interface", "127.0.0.2", "--from", "a@partner.example", "--to", "someone@partner.example")).contains("550 5.7.1 ");
    }

    @Test
    void aRecipientThatTheStoreRefusesComesBackAsAReport() throws Exception {
        swaks(internet, 0, "--from", "sender@partner.example", "--to", "ghost@site.example", "--header", "Subject: to a ghost");
        String report = Files.readString(arrived(RelayIT::partnerMail, "to a ghost"), StandardCharsets.ISO_8859_1);
        assertThat(report).contains("Your message did not reach some or all of the intended recipients.", "Final-Recipient: rfc822; ghost@site.example", "Action: failed",
                "Status: 5.1.1", "Return-Path: <>");
        assertThat(report.replaceAll("\\s+", " ")).containsIgnoringCase("multipart/report; ").containsIgnoringCase("report-type=delivery-status");
    }

    @Test
    void commandsShowWhatWaitsAndWhy() throws Exception {
        String said = swaks(internet, 0, "--from", "user@site.example", "--to", "later@absent.example", "--header", "Subject: waits");
        Matcher answer = QUEUED.matcher(said);
        assertThat(answer.find()).as(said).isTrue();
        Running.waitUntil("a first attempt", isthmus::lines, () -> answers("queue", "list", "--to", "later@absent.example").contains("refused"));
        Running.Result listed = isthmus.cli("queue", "list", "--to", "later@absent.example");
        assertThat(listed.exit()).as(listed.output()).isZero();
        String id = listed.output().lines().skip(1).findFirst().orElseThrow().split(" ")[0];
        assertThat(answer.group(1)).as("the answer to the client names the message").contains(id);
        Running.Result trace = isthmus.cli("trace", id);
        assertThat(trace.exit()).as(trace.output()).isZero();
        assertThat(trace.output()).contains(id, "later@absent.example", "refused");
        Running.Result status = isthmus.cli("status");
        assertThat(status.exit()).as(status.output()).isZero();
        assertThat(status.output()).contains("internet 127.0.0.1:" + internet.getPort(), "absent");
        Running.Result verified = isthmus.cli("spool", "verify");
        assertThat(verified.exit()).as(verified.output()).isZero();
        assertThat(verified.output()).contains(" 0 broken");
    }

    @Test
    void aBadConfigurationIsRefusedAndTheOldOneStays() throws Exception {
        isthmus.configure(configuration.replace("deliver-to = store", "deliver-to = stroe"));
        Running.Result refused = isthmus.cli("reload");
        assertThat(refused.exit()).as(refused.output()).isEqualTo(78);
        assertThat(refused.output()).contains("stroe", "store");
        assertThat(swaks(internet, 0, "--quit-after", "RCPT", "--from", "a@partner.example", "--to", "user@site.example")).contains("250 2.1.5");

        isthmus.configure(configuration + "domains { \"new.example\" { recipients = \"pattern:n*\", deliver-to = store } }\n");
        Running.Result bad = isthmus.cli("reload");
        // A second `domains` object in one file is an error of its own.
        assertThat(bad.exit()).as(bad.output()).isEqualTo(78);

        isthmus.configure(configuration.replace("domains { ", "domains { \"new.example\" { recipients = \"pattern:n*\", deliver-to = store }, "));
        Running.Result taken = isthmus.cli("reload");
        assertThat(taken.exit()).as(taken.output()).isZero();
        assertThat(swaks(internet, 0, "--quit-after", "RCPT", "--local-interface", "127.0.0.2", "--from", "a@partner.example", "--to", "n1@new.example")).contains("250 2.1.5");
        assertThat(swaks(internet, 24, "--local-interface", "127.0.0.2", "--from", "a@partner.example", "--to", "m1@new.example")).contains("550 5.1.1 ");
    }

    @Test
    void sighupReadsTheConfigurationAgain() throws Exception {
        isthmus.configure(configuration.replace("domains { ", "domains { \"signal.example\" { recipients = \"pattern:s*\", deliver-to = store }, "));
        assertThat(Running.run(folder, Map.of(), List.of("kill", "-HUP", Long.toString(isthmus.handle().pid()))).exit()).isZero();
        Running.waitUntil("a reload", isthmus::lines, () -> isthmus.lines().stream().anyMatch(line -> line.endsWith("is in force, asked for by SIGHUP")));
        assertThat(swaks(internet, 0, "--quit-after", "RCPT", "--local-interface", "127.0.0.2", "--from", "a@partner.example", "--to", "s1@signal.example")).contains("250 2.1.5");
    }

    @Test
    void aSecondProcessOnTheFolderIsTurnedAwayAndTheFirstStopsInOrder(@TempDir Path other) throws Exception {
        try (Isthmus first = new Isthmus(other)) {
            first.configure("""
                    listeners { internet { address = "127.0.0.1:0" } }
                    domains { "site.example" { recipients = any, deliver-to = store } }
                    next-hops { store { url = "lmtp://127.0.0.1:%d" } }
                    """.formatted(Running.freePort("127.0.0.1")));
            InetSocketAddress door = first.start().get("internet");
            Running.Result second = first.cli("run");
            assertThat(second.exit()).as(second.output()).isEqualTo(75);
            assertThat(second.output()).contains(Long.toString(first.handle().pid()));
            swaks(door, 0, "--from", "a@partner.example", "--to", "user@site.example", "--header", "Subject: kept");
            assertThat(first.stop()).as("%s", first.lines()).isZero();
            first.start();
            assertThat(first.cli("queue", "list").output()).as("what was taken is there after an orderly stop too").contains("user@site.example");
            assertThat(first.stop()).as("%s", first.lines()).isZero();
        }
    }

    private static String answers(String... command) {
        try {
            return isthmus.cli(command).output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String swaks(InetSocketAddress server, int exit, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1:" + server.getPort(), "--helo", "client.example"));
        command.addAll(List.of(arguments));
        Running.Result result = Running.run(folder, Map.of(), command);
        String brief = result.output().lines().filter(line -> line.length() < 2000).limit(60).reduce("", (a, b) -> a + b + "\n");
        assertThat(result.exit()).as(brief).isEqualTo(exit);
        return result.output();
    }

    private static byte[] attachment(long seed) {
        byte[] octets = new byte[ATTACHED];
        new SplittableRandom(seed).nextBytes(octets);
        return octets;
    }

    private static String attached(byte[] octets) throws IOException {
        Path file = Files.createTempFile(folder, "attached", ".bin");
        Files.write(file, octets);
        return "@" + file;
    }

    private static byte[] attachmentOf(Path message) throws IOException {
        String text = Files.readString(message, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        int part = text.indexOf("Content-Transfer-Encoding: BASE64");
        int start = text.indexOf("\n\n", part) + 2;
        return Base64.getMimeDecoder().decode(text.substring(start, text.indexOf("\n--", start)));
    }

    private interface Mailbox {
        List<Path> messages() throws IOException;
    }

    private static List<Path> partnerMail() throws IOException {
        return postfix.mailbox();
    }

    private static List<Path> storeMail() throws IOException {
        return dovecot.mailbox("user");
    }

    /// Waits for the message with some text.
    private static Path arrived(Mailbox mailbox, String text) throws InterruptedException {
        Path[] found = new Path[1];
        Running.waitUntil("a message with " + text, () -> logs(), () -> {
            found[0] = find(mailbox, text).orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    private static Optional<Path> find(Mailbox mailbox, String text) {
        try {
            for (Path message : mailbox.messages()) {
                if (Files.readString(message, StandardCharsets.ISO_8859_1).contains(text)) {
                    return Optional.of(message);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String logs() {
        try {
            return isthmus.lines() + "\n" + answers("queue", "list") + "\n" + postfix.log() + "\n" + dovecot.log();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
