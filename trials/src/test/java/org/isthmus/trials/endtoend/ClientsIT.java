// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isthmus.trials.endtoend.Errand.Login;
import org.isthmus.trials.endtoend.Errand.Way;
import org.isthmus.trials.endtoend.MailClient.Extension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Mail programs that others wrote hand mail to the real program: each in every way that it knows to connect and to log in, with certificates, and with the extensions that both have.
/// What was seen is the table of docs/reference/interoperability.md; a program that can do more than it is asserted to do, or less, fails the test.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClientsIT {
    private static final String PASSWORD = "correct horse,42";
    private static final Map<String, List<String>> ROWS = new TreeMap<>();

    @TempDir
    static Path folder;

    private static Isthmus isthmus;
    private static Letterbox box;
    private static Authority authority;
    private static Authority vouching;
    private static Map<String, InetSocketAddress> doors;
    private static int errands;

    static Stream<MailClient> all() {
        return Stream.of(new Programs.OpenSsl(), new Programs.Swaks(), new Programs.Curl(), new Programs.Msmtp(), Libraries.smtplib(), Libraries.nodemailer(), new AngusMail(), new Programs.Gsasl());
    }

    private static Stream<Named<MailClient>> named(Predicate<MailClient> which) {
        return all().filter(which).map(client -> Named.of(client.name(), client));
    }

    static Stream<Named<MailClient>> clients() {
        return named(client -> true);
    }

    @BeforeAll
    static void start() throws Exception {
        authority = new Authority(folder.resolve("authority"));
        vouching = new Authority(folder.resolve("vouching"));
        Authority.Issued own = authority.issue("gate.isthmus.example", System.getProperty("user.name"), "rsa:2048", "IP:127.0.0.1");
        box = new Letterbox("127.0.0.1");
        isthmus = new Isthmus(folder.resolve("isthmus")).withoutArchive().configure("""
                listeners {
                  clear { address = "127.0.0.1:0", auth = optional, auth-without-tls = true }
                  starttls { address = "127.0.0.1:0", tls = starttls, auth = optional }
                  implicit { address = "127.0.0.1:0", tls = implicit, auth = optional }
                  behind-proxy { address = "127.0.0.1:0", proxy-hosts = ["127.0.0.1"] }
                  behind-mta { address = "127.0.0.1:0", xclient-hosts = ["127.0.0.1"] }
                  vouched-starttls { address = "127.0.0.1:0", tls = starttls, client-ca = "%3$s" }
                  vouched-implicit { address = "127.0.0.1:0", tls = implicit, client-ca = "%3$s" }
                }
                tls { certificate = "%1$s", key = "%2$s" }
                auth { users = "file:users" }
                domains { "site.example" { recipients = any, deliver-to = box } }
                next-hops { box { url = "smtp://127.0.0.1:%4$d", inside = true } }
                routes = [{ to = "*", via = box }]
                limits { sessions-per-client = 1000 }
                """.formatted(own.certificate(), own.key(), vouching.certificate(), box.port()));
        Path said = Files.writeString(folder.resolve("said"), PASSWORD + "\n");
        Running.Result added = isthmus.cliReading(said, "user", "add", "alice");
        assertThat(added.exit()).as(added.output()).isZero();
        doors = isthmus.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (isthmus != null) {
            isthmus.close();
        }
        if (box != null) {
            box.close();
        }
    }

    private static Errand errand(Way way, Login login, boolean shown, boolean rich) throws Exception {
        String door = way == Way.CLEAR ? "clear" : way.isImplicit() ? "implicit" : "starttls";
        return new Errand(doors.get((shown ? "vouched-" : "") + door), way, login, shown ? certificate() : null, authority.certificate(),
                "alice@site.example", login != null || shown ? "friend@far.example" : "bob@site.example", "errand-" + ++errands, rich);
    }

    private static Authority.Issued issued;

    private static Authority.Issued certificate() throws Exception {
        if (issued == null) {
            issued = vouching.issue("client.example", System.getProperty("user.name"), "rsa:2048");
        }
        return issued;
    }

    private static void done(MailClient client, Errand errand) throws Exception {
        Running.Result result = client.run(folder, errand);
        assertThat(result.exit()).as("%s, %s: %s", client.name(), errand, result.output()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clients")
    @Order(1)
    void mailIsHandedInByEveryWayAndEveryMechanism(MailClient client) throws Exception {
        Map<String, Errand> sent = new LinkedHashMap<>();
        List<String> ways = new ArrayList<>();
        for (Way way : Way.values()) {
            if (!client.ways().contains(way)) {
                ways.add("");
                continue;
            }
            for (String mechanism : Stream.concat(client.sends() ? Stream.of("") : Stream.empty(), client.mechanisms().stream()).toList()) {
                // What it is bound to is of TLS 1.3.
                if (mechanism.endsWith("-PLUS") && (way == Way.CLEAR || way.isOld())) {
                    continue;
                }
                Errand errand = errand(way, mechanism.isEmpty() ? null : new Login(mechanism, "alice", PASSWORD), false, false);
                done(client, errand);
                sent.put(errand.id(), errand);
            }
            ways.add("yes");
        }
        Map<String, JsonNode> accepted = client.sends() ? accepted(sent.keySet()) : Map.of();
        Set<String> mechanisms = new java.util.LinkedHashSet<>();
        for (Errand errand : client.sends() ? sent.values() : List.<Errand>of()) {
            assertThat(box.await(errand.id()).body()).as("%s, %s", client.name(), errand).contains(Errand.BODY);
            assertSeen(client, errand, accepted.get(errand.id()), mechanisms);
        }
        assertThat(client.sends() ? List.copyOf(mechanisms) : client.mechanisms()).containsExactlyElementsOf(client.mechanisms());
        List<String> row = row(client);
        for (int i = 0; i < ways.size(); i++) {
            row.set(1 + i, ways.get(i));
        }
        row.set(6, String.join(", ", client.mechanisms()).replace("-PLUS", "-PLUS (TLS 1.3)"));
    }

    /// What the trace says of it.
    private static void assertSeen(MailClient client, Errand errand, JsonNode event, Set<String> mechanisms) {
        String why = client.name() + ", " + errand + ": " + event;
        String with = "ESMTP" + (errand.way() == Way.CLEAR ? "" : "S") + (errand.login() == null ? "" : "A");
        assertThat(event.path("protocol").asString("")).as(why).isEqualTo(with);
        JsonNode tls = step(event, "tls");
        assertThat(tls.path("outcome").asString("")).as(why).startsWith(errand.way() == Way.CLEAR ? "" : errand.way().isOld() ? "TLSv1.2" : "TLSv1.3");
        JsonNode auth = step(event, "auth");
        assertThat(auth.path("rule").asString("")).as(why).isEqualTo(errand.login() == null ? "" : errand.login().mechanism());
        if (errand.login() != null) {
            assertThat(event.path("client").path("user").asString("")).as(why).isEqualTo("alice");
            mechanisms.add(auth.path("rule").asString(""));
        }
    }

    private static JsonNode step(JsonNode accepted, String stage) {
        for (JsonNode step : accepted.path("recipients").path(0).path("steps").values()) {
            if (step.path("stage").asString("").equals(stage)) {
                return step;
            }
        }
        return tools.jackson.databind.node.MissingNode.getInstance();
    }

    /// The events of acceptance, by subject; waits until they are written.
    private static Map<String, JsonNode> accepted(Set<String> ids) throws InterruptedException {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        Running.waitUntil("the tracking log to tell of all", () -> ids, () -> {
            try (Stream<Path> files = Files.list(isthmus.data().resolve("tracking"))) {
                for (Path file : files.toList()) {
                    for (String line : Files.readAllLines(file)) {
                        JsonNode event = line.endsWith("}") ? JsonMapper.shared().readTree(line) : JsonMapper.shared().createObjectNode();
                        if (event.path("event").asString("").equals("accepted")) {
                            found.put(event.path("subject").asString(""), event);
                        }
                    }
                }
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return found.keySet().containsAll(ids);
        });
        return found;
    }

    private static List<String> row(MailClient client) {
        return ROWS.computeIfAbsent("%02d".formatted(all().map(MailClient::name).toList().indexOf(client.name())),
                name -> new ArrayList<>(List.of(client.name(), "", "", "", "", "", "", client.sends() ? "" : "sends nothing", client.sends() ? "" : "sends nothing")));
    }

    static Stream<Named<MailClient>> senders() {
        return named(MailClient::sends);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("senders")
    @Order(2)
    void aCertificateOfOursLetsMailGoAnywhereAndNoneDoesNot(MailClient client) throws Exception {
        for (Way way : client.ways()) {
            if (way == Way.CLEAR) {
                continue;
            }
            Errand vouched = errand(way, null, true, false);
            done(client, vouched);
            assertThat(box.await(vouched.id()).recipients()).singleElement().asString().contains("friend@far.example");
            Errand stranger = new Errand(vouched.at(), way, null, null, vouched.authority(), vouched.from(), vouched.to(), "stranger-" + vouched.id(), false);
            Running.Result refused = client.run(folder, stranger);
            assertThat(refused.exit()).as(refused.output()).isNotZero();
            assertThat(refused.output()).contains("5.7.1");
        }
        row(client).set(7, "yes");
    }

    @Test
    @Order(2)
    void aCertificateOfSomebodyElseMakesAStrangerAndNoFailure() throws Exception {
        Authority.Issued foreign = authority.issue("stranger.example", System.getProperty("user.name"), "rsa:2048");
        for (MailClient client : senders().map(Named::getPayload).toList()) {
            for (Way way : client.ways().stream().filter(one -> one != Way.CLEAR).toList()) {
                Errand vouched = errand(way, null, true, false);
                Errand stranger = new Errand(vouched.at(), way, null, foreign, vouched.authority(), vouched.from(), "bob@site.example", "foreign-" + vouched.id(), false);
                done(client, stranger);
                box.await(stranger.id());
            }
        }
    }

    @Test
    @Order(5)
    void swaksSaysWhoseConnectionItIs() throws Exception {
        List<String> told = List.of("--proxy-version 1 --proxy-family TCP4 --proxy-source 192.0.2.77 --proxy-source-port 4711 --proxy-dest 192.0.2.1 --proxy-dest-port 25",
                "--proxy-version 2 --proxy-family AF_INET --proxy-source 192.0.2.77 --proxy-source-port 4711 --proxy-dest 192.0.2.1 --proxy-dest-port 25",
                "--xclient-addr 192.0.2.77 --xclient-helo far.example");
        for (String options : told) {
            boolean proxy = options.startsWith("--proxy");
            String id = "told-" + ++errands;
            List<String> command = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1", "--port", Integer.toString(doors.get(proxy ? "behind-proxy" : "behind-mta").getPort()), "--helo", "client.example",
                    "--from", "alice@site.example", "--to", "bob@site.example", "--header", "Subject: " + id));
            command.addAll(List.of(options.split(" ")));
            Running.Result result = Running.run(folder, Map.of(), command);
            assertThat(result.exit()).as(result.output()).isZero();
            assertThat(box.await(id).field("Received")).contains("[192.0.2.77]").startsWith("from " + (proxy ? "client.example" : "far.example"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("senders")
    @Order(3)
    void theExtensionsThatBothHaveAreUsedAndPassedOn(MailClient client) throws Exception {
        Set<Extension> used = EnumSet.noneOf(Extension.class);
        if (client.ways().contains(Way.CLEAR)) {
            try (Tap tap = new Tap(doors.get("clear"))) {
                Errand errand = errand(Way.CLEAR, null, false, true).by(tap.address());
                done(client, errand);
                Letterbox.Letter letter = box.await(errand.id());
                used.addAll(used(tap));
                assertThat(used).as("%s", tap.commands()).containsExactlyInAnyOrderElementsOf(client.extensions());
                assertPassedOn(used, tap, letter);
            }
        }
        row(client).set(8, client.ways().contains(Way.CLEAR) ? used.stream().map(one -> one.keyword).collect(Collectors.joining(", ")) : "what is said through it");
    }

    private static Set<Extension> used(Tap tap) {
        Set<Extension> used = EnumSet.noneOf(Extension.class);
        Map<Extension, Predicate<String>> signs = Map.of(Extension.CHUNKING, line -> line.startsWith("BDAT "), Extension.EIGHT_BIT, line -> line.contains(" BODY=8BITMIME"),
                Extension.SMTPUTF8, line -> line.contains(" SMTPUTF8"), Extension.DSN, line -> line.contains(" NOTIFY=") || line.contains(" RET="), Extension.SIZE, line -> line.contains(" SIZE="));
        List<String> commands = tap.commands().stream().map(line -> line.toUpperCase(java.util.Locale.ROOT)).toList();
        signs.forEach((extension, sign) -> {
            if (commands.stream().anyMatch(sign)) {
                used.add(extension);
            }
        });
        if (tap.isPipelined()) {
            used.add(Extension.PIPELINING);
        }
        return used;
    }

    private static void assertPassedOn(Set<Extension> used, Tap tap, Letterbox.Letter letter) {
        assertThat(letter.body()).contains(Errand.BODY);
        if (used.contains(Extension.SMTPUTF8)) {
            assertThat(letter.mail()).contains("SMTPUTF8");
            assertThat(new String(letter.recipients().getFirst().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), java.nio.charset.StandardCharsets.UTF_8)).startsWith("<jürgen@site.example>");
        }
        if (used.contains(Extension.EIGHT_BIT)) {
            assertThat(letter.mail()).contains("BODY=8BITMIME");
        }
        if (used.contains(Extension.DSN)) {
            assertThat(letter.mail()).contains("RET=HDRS");
            assertThat(letter.recipients().getFirst()).matches(".* NOTIFY=(FAILURE,DELAY|DELAY,FAILURE).*");
            if (String.join("\n", tap.commands()).contains("ENVID=errand")) {
                assertThat(letter.mail()).contains("ENVID=errand");
                assertThat(letter.recipients().getFirst()).contains("ORCPT=rfc822;somebody@elsewhere.example");
            }
        }
    }

    static Stream<Named<MailClient>> whoLogsIn() {
        return named(client -> !client.mechanisms().isEmpty());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whoLogsIn")
    @Order(4)
    void aWrongPasswordIsToldToTheClientAndNothingIsTaken(MailClient client) throws Exception {
        for (String mechanism : client.mechanisms()) {
            Errand errand = errand(Way.STARTTLS_13, new Login(mechanism, "alice", "last year's"), false, false);
            Running.Result result = client.run(folder, errand);
            assertThat(result.exit()).as(result.output()).isNotZero();
            assertThat(result.output()).contains("535");
            assertThat(box.find(errand.id())).isNull();
        }
    }

    @Test
    @Order(5)
    void nothingOlderThanTls12IsSpoken() throws Exception {
        for (String version : List.of("-tls1", "-tls1_1")) {
            Running.Result result = Running.run(folder, Map.of(), List.of("openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", "127.0.0.1:" + doors.get("implicit").getPort()));
            assertThat(result.exit()).as(result.output()).isNotZero();
            assertThat(result.output()).containsIgnoringCase("alert protocol version");
        }
    }

    @Test
    @Order(9)
    void theDocumentHasWhatWasSeen() throws Exception {
        assertThat(ROWS.values()).as("all ran before, and well").hasSize((int) all().count()).allSatisfy(row -> assertThat(row.subList(6, row.size())).noneMatch(String::isEmpty));
        List<String> columns = new ArrayList<>(List.of("client"));
        Stream.of(Way.values()).forEach(way -> columns.add(way.title));
        columns.addAll(List.of("logs in by", "shows a certificate", "extensions used"));
        Interoperability.check("clients", columns, List.copyOf(ROWS.values()));
    }
}
