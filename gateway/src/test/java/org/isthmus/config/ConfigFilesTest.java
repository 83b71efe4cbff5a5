// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;

class ConfigFilesTest {
    private static final String HOST = "connector.hostname = mx1.example.com\n";
    private final TextDisk disk = new TextDisk();

    @Test
    void aMissingMainFileIsAnError() {
        assertThat(texts(load())).containsExactly("/etc/isthmus/isthmus.conf: error: there is no file /etc/isthmus/isthmus.conf [missing-file]");
    }

    @Test
    void filesOfConfDOverrideInOrderOfName() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "limits { errors = 1, recipients = 111 }\nloop.hop-limit = 40\n");
        disk.with("/etc/isthmus/conf.d/20-b.conf", "limits { errors = 3 }");
        disk.with("/etc/isthmus/conf.d/10-a.conf", "limits { errors = 2, sessions = 7 }");
        disk.with("/etc/isthmus/conf.d/30-c.conf.bak", "limits { errors = 4 }");
        Settings settings = load().orThrow();
        assertThat(settings.limits().errors()).isEqualTo(3);
        assertThat(settings.limits().recipients()).isEqualTo(111);
        assertThat(settings.limits().sessions()).isEqualTo(7);
        assertThat(settings.loop().hopLimit()).isEqualTo(40);
    }

    @Test
    void includesStandWhereTheyAreWritten() {
        disk.with("/etc/isthmus/isthmus.conf", "include \"parts/host.conf\"\nqueue { include \"parts/queue.conf\"\n lifetime = 3d }\n");
        disk.with("/etc/isthmus/parts/host.conf", "include \"deeper.conf\"");
        disk.with("/etc/isthmus/parts/deeper.conf", HOST);
        disk.with("/etc/isthmus/parts/queue.conf", "lifetime = 2d, delay-notice = [1h]");
        Settings settings = load().orThrow();
        assertThat(settings.connector().hostname()).isEqualTo(Domain.of("mx1.example.com"));
        assertThat(settings.queue().lifetime()).hasDays(3);
        assertThat(settings.queue().delayNotice()).hasSize(1);
    }

    @Test
    void aMissingIncludeIsAnErrorAtItsLine() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "\ninclude \"gone.conf\"\ninclude required(file(\"/gone/too.conf\"))");
        assertThat(texts(load()))
                .containsExactly(
                        "/etc/isthmus/isthmus.conf:3: error: there is no file /etc/isthmus/gone.conf [missing-file]",
                        "/etc/isthmus/isthmus.conf:4: error: there is no file /gone/too.conf [missing-file]");
    }

    @Test
    void aProblemNamesTheFileItStandsIn() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "include \"limits.conf\"\nlimits { idle = 5 }");
        disk.with("/etc/isthmus/limits.conf", "\n\nlimits { erors = 5\n sessions = many }");
        disk.with("/etc/isthmus/conf.d/a.conf", "\nlimits { recipients = 2 }");
        assertThat(load().problems().stream().map(Problem::at))
                .containsExactlyInAnyOrder(
                        new SourceLine("/etc/isthmus/limits.conf", 3),
                        new SourceLine("/etc/isthmus/limits.conf", 4),
                        new SourceLine("/etc/isthmus/isthmus.conf", 3),
                        new SourceLine("/etc/isthmus/conf.d/a.conf", 2));
    }

    @Test
    void filesThatIncludeEachOtherInACircleAreAnError() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "include \"a.conf\"");
        disk.with("/etc/isthmus/a.conf", "include \"b.conf\"");
        disk.with("/etc/isthmus/b.conf", "include \"a.conf\"");
        assertThat(texts(load())).containsExactly("/etc/isthmus/b.conf:1: error: the file /etc/isthmus/a.conf includes itself, by way of others perhaps [syntax]");
    }

    @Test
    void pathsAreRelativeToTheFileTheyStandIn() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "connector.data = data\ninclude \"sites/example.conf\"\nnext-hops { store { url = \"lmtp://10.0.0.9\" } }");
        disk.with("/etc/isthmus/sites/example.conf", "domains { \"example.com\" { recipients = \"file:people\", aliases = \"file:../aliases\", deliver-to = store } }");
        disk.with("/etc/isthmus/sites/people", "a@example.com");
        disk.with("/etc/isthmus/aliases", "");
        Settings settings = load().orThrow();
        assertThat(settings.connector().data()).isEqualTo(Path.of("/etc/isthmus/data"));
        assertThat(settings.log().mailLog()).isEqualTo(Path.of("/etc/isthmus/data/mail.log"));
        assertThat(settings.domains().getFirst().recipients()).containsExactly(new RecipientSource.File(Path.of("/etc/isthmus/sites/people")));
        assertThat(settings.domains().getFirst().aliases()).isEqualTo(Path.of("/etc/isthmus/aliases"));
    }

    @Test
    void filesThatAreNamedMustBeThereAndReadable() {
        disk.with("/etc/isthmus/isthmus.conf", HOST + "domains { \"example.com\" { deliver-to = mx\n recipients = [\"file:people\"]\n aliases = \"file:aliases\" } }");
        disk.withForbidden("/etc/isthmus/aliases");
        assertThat(texts(load()))
                .containsExactly(
                        "/etc/isthmus/isthmus.conf:3: error: domains.\"example.com\".recipients names the file /etc/isthmus/people: there is no such file [missing-file]",
                        "/etc/isthmus/isthmus.conf:4: error: domains.\"example.com\".aliases names the file /etc/isthmus/aliases: no permission to read it [missing-file]");
    }

    @Test
    void valuesComeFromTheEnvironmentAndFromOtherSettings() {
        String text = "connector { hostname = ${HOST}, data = ${BASE}/isthmus, postmaster = \"me@\"${connector.hostname} }\nloop.hop-limit = ${?HOPS}\nlimits.errors = ${?NONE}";
        Map<String, String> environment = Map.of("HOST", "mx9.example.com", "BASE", "/srv", "HOPS", "77");
        Settings settings = ConfigLoader.parse(text, environment::get).orThrow();
        assertThat(settings.connector().hostname()).isEqualTo(Domain.of("mx9.example.com"));
        assertThat(settings.connector().data()).isEqualTo(Path.of("/srv/isthmus"));
        assertThat(settings.connector().postmaster().text()).isEqualTo("me@mx9.example.com");
        assertThat(settings.loop().hopLimit()).isEqualTo(77);
        assertThat(settings.limits().errors()).isEqualTo(20);
    }

    @Test
    void aBadValueOfTheEnvironmentNamesItsVariable() {
        Loaded loaded = ConfigLoader.parse(HOST + "loop.hop-limit = ${HOPS}", Map.of("HOPS", "many")::get);
        assertThat(texts(loaded)).containsExactly("environment variable HOPS: error: loop.hop-limit: \"many\" is no whole number; expected a whole number from 1 to 10000 [bad-value]");
    }

    @Test
    void allThatIsMissingFromTheEnvironmentIsToldAtOnce() {
        Loaded loaded = ConfigLoader.parse(HOST + "loop.hop-limit = ${HOPS}\nlimits.errors = ${ERRORS}", name -> null);
        assertThat(loaded.problems().stream().filter(problem -> problem.id().equals("unresolved")).map(Problem::at).toList())
                .containsExactly(new SourceLine("isthmus.conf", 2), new SourceLine("isthmus.conf", 3));
    }

    @Test
    void aValueComesFromAFileWithoutBeingPrinted() {
        disk.with("/etc/isthmus/isthmus.conf", "connector.hostname = \"{file:secret}\"\nloop.hop-limit = \"{file:/run/hops}\"");
        disk.with("/etc/isthmus/secret", "mx2.example.com\n");
        disk.with("/run/hops", "hunter2\n");
        assertThat(texts(load()))
                .containsExactly("/etc/isthmus/isthmus.conf:2: error: loop.hop-limit: what the file says is no whole number; expected a whole number from 1 to 10000 [bad-value]");
    }

    @Test
    void aFileThatIsNoTextIsAnError() {
        disk.with("/etc/isthmus/isthmus.conf", new byte[] {'a', (byte) 0xff, '=', '1'});
        assertThat(texts(load())).containsExactly("/etc/isthmus/isthmus.conf: error: /etc/isthmus/isthmus.conf is not UTF-8 text [unreadable-file]");
        disk.withForbidden("/etc/isthmus/isthmus.conf");
        assertThat(texts(load())).containsExactly("/etc/isthmus/isthmus.conf: error: /etc/isthmus/isthmus.conf cannot be read: no permission to read it [unreadable-file]");
    }

    @Test
    void aByteOrderMarkAndLineEndsOfWindowsDoNoHarm() {
        disk.with("/etc/isthmus/isthmus.conf", "\uFEFFconnector {\r\n  hostname = mx1.example.com\r\n}\r\nlimits { erors = 1 }\r\n");
        assertThat(texts(load())).containsExactly("/etc/isthmus/isthmus.conf:4: error: unknown key limits.erors; did you mean \"errors\"? [unknown-key]");
    }

    private Loaded load() {
        return ConfigLoader.load(Path.of("/etc/isthmus/isthmus.conf"), name -> null, disk);
    }

    private static List<String> texts(Loaded loaded) {
        return loaded.problems().stream().map(Problem::text).toList();
    }
}
