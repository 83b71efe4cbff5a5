// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// {@code isthmus user} and {@code explain --user} as commands, beside a server that runs.
class UserIT {
    @TempDir
    Path folder;

    private Isthmus isthmus;

    @AfterEach
    void stop() {
        if (isthmus != null) {
            isthmus.close();
        }
    }

    private Isthmus configured(String connector, String hops) throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        isthmus = new Isthmus(folder.resolve("isthmus")).withoutArchive();
        Files.setPosixFilePermissions(folder.resolve("isthmus"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(isthmus.configuration(), """
                connector { hostname = "gate.isthmus.example", data = "%s", postmaster = "postmaster@site.example" %s }
                listeners {
                  internet { address = "127.0.0.1:0" }
                  submission { address = "127.0.0.1:0", auth = required, auth-without-tls = true }
                }
                domains { "site.example" { recipients = any, deliver-to = store } }
                next-hops { store { url = "lmtp://127.0.0.1:1" }, %s }
                routes = [{ to = "*", via = store }]
                auth { users = "file:users" }
                """.formatted(isthmus.data(), connector, hops));
        return isthmus;
    }

    private Path users() {
        return isthmus.configuration().resolveSibling("users");
    }

    private Running.Result add(String password, String... arguments) throws Exception {
        Path said = Files.writeString(folder.resolve("said"), password + "\n");
        Running.Result added = isthmus.cliReading(said, arguments);
        Files.delete(said);
        return added;
    }

    private Running.Result swaks(InetSocketAddress at, String user, String password, String from) throws Exception {
        return Running.run(folder, Map.of(), List.of("swaks", "--server", "127.0.0.1:" + at.getPort(), "--helo", "client.example", "--from", from, "--to", "x@far.example",
                "--auth", "PLAIN", "--auth-user", user, "--auth-password", password, "--quit-after", "RCPT"));
    }

    @Test
    void usersComeAndGoBesideTheServer() throws Exception {
        Map<String, InetSocketAddress> at = configured("", "").start();
        assertThat(swaks(at.get("submission"), "alice", "correct horse", "alice@site.example").output()).contains("454 4.7.0");
        Running.Result added = add("correct horse", "user", "add", "alice", "--sender", "*@lists.example");
        assertThat(added.exit()).as(added.output()).isZero();
        assertThat(added.output()).contains("alice is a user now").doesNotContain("correct horse");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users()))).isEqualTo("rw-------");
        Running.waitUntil("the server to see the user", isthmus::lines, () -> exit(at, "correct horse") == 0);

        assertThat(add("battery staple", "user", "add", "ALICE", "--no-scram").output()).contains("has a new password");
        JsonNode listed = JsonMapper.shared().readTree(isthmus.cli("user", "list", "-o", "json").output()).path("users");
        assertThat(listed.size()).isEqualTo(1);
        assertThat(listed.path(0).toString()).contains("\"name\":\"alice\"", "\"by\":[\"password\"]", "\"senders\":[\"*@lists.example\"]");
        Running.waitUntil("the old password to be worth nothing", isthmus::lines, () -> exit(at, "correct horse") != 0);
        assertThat(exit(at, "battery staple")).isZero();

        assertThat(add("", "user", "add", "bob").exit()).as("an empty password").isEqualTo(64);
        assertThat(add("x", "user", "add", "a b").exit()).as("a name with a blank").isEqualTo(64);
        assertThat(isthmus.cli("user", "remove", "bob").exit()).as("whom nobody knows").isEqualTo(3);
        assertThat(isthmus.cli("user", "remove", "alice").output()).contains("alice is no user any more");
        Running.waitUntil("nobody to log in any more", isthmus::lines, () -> exit(at, "battery staple") != 0);
        assertThat(isthmus.cli("user", "list").output()).isEmpty();
    }

    private int exit(Map<String, InetSocketAddress> at, String password) {
        try {
            return swaks(at.get("submission"), "alice", password, "alice@site.example").exit();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void explainSaysOfAUserWhatTheServerSays() throws Exception {
        Map<String, InetSocketAddress> at = configured("", "").start();
        assertThat(add("correct horse", "user", "add", "alice").exit()).isZero();
        Running.waitUntil("the server to see the user", isthmus::lines, () -> exit(at, "correct horse") == 0);

        Running.Result own = isthmus.cli("explain", "x@far.example", "--user", "Alice", "--from", "alice@site.example");
        assertThat(own.exit()).as(own.output()).isZero();
        assertThat(own.output()).contains("as alice at listener submission", "accepted at RCPT", "authenticated as alice");

        Running.Result others = isthmus.cli("explain", "x@far.example", "--user", "alice", "--from", "bob@site.example");
        assertThat(others.exit()).as(others.output()).isEqualTo(2);
        assertThat(others.output()).contains("refused at MAIL: 550 5.7.1", "auth.senders = own");
        assertThat(swaks(at.get("submission"), "alice", "correct horse", "bob@site.example").output()).contains("550 5.7.1");

        assertThat(isthmus.cli("explain", "x@far.example", "--listener", "submission").output()).contains("refused at MAIL: 530 5.7.0");
        assertThat(isthmus.cli("explain", "x@far.example", "--user", "nobody").output()).contains("there is no user nobody");
        assertThat(isthmus.cli("explain", "x@far.example", "--user", "alice", "--listener", "internet").output()).contains("nobody logs in at the listener internet");
    }

    @Test
    void aFileMadeByRootIsTheServers() throws Exception {
        assumeThat(System.getProperty("user.name")).as("root runs this").isEqualTo("root");
        configured(", user = nobody", "");
        assertThat(add("correct horse", "user", "add", "alice").exit()).isZero();
        assertThat(Files.getOwner(users()).getName()).isEqualTo("nobody");
        Map<String, InetSocketAddress> at = isthmus.start();
        assertThat(swaks(at.get("submission"), "alice", "correct horse", "alice@site.example").output()).contains("235 2.7.0");

        assertThat(isthmus.cli("check", "--no-dns").output()).doesNotContain("warning closed");

        // Whoever arranged it otherwise keeps it so.
        Files.setPosixFilePermissions(users(), PosixFilePermissions.fromString("rw-r-----"));
        Files.setOwner(users(), users().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mail"));
        assertThat(isthmus.cli("check", "--no-dns").output()).as("a group may be that of the server").doesNotContain("warning closed");
        assertThat(add("battery staple", "user", "add", "bob").exit()).isZero();
        assertThat(Files.getOwner(users()).getName()).isEqualTo("mail");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users()))).isEqualTo("rw-r-----");
        Files.setPosixFilePermissions(users(), PosixFilePermissions.fromString("rw-------"));
        assertThat(isthmus.cli("check", "--no-dns").output()).contains("warning closed: the users file " + users() + " (mail:", "cannot be read by nobody");
    }

    @Test
    void theCheckTellsWhichPasswordsOthersCanRead() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "hunter2\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        configured("", "provider { url = \"smtp://127.0.0.1:2525\", login { user = u, password = \"{file:" + secret + "}\" } }");
        Files.writeString(users(), "");
        Files.setPosixFilePermissions(users(), PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(isthmus.configuration(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(isthmus.cli("check", "--no-dns").output()).contains("the file with a password " + secret + " can be read by others (rw-r--r--)", "the users file " + users())
                .doesNotContain("the file with a password " + isthmus.configuration()).doesNotContain("hunter2");

        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(users(), PosixFilePermissions.fromString("rw-------"));
        assertThat(isthmus.cli("check", "--no-dns").output()).doesNotContain("warning exposed");

        configured("", "provider { url = \"smtp://u:hunter3@127.0.0.1:2525\" }");
        assertThat(isthmus.cli("check", "--no-dns").output()).contains("the file with a password " + isthmus.configuration() + " can be read by others").doesNotContain("hunter3");
    }
}
