// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.platform.Disk;
import org.isthmus.tls.TlsCheck;
import org.isthmus.trials.world.SimulatedDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `isthmus check` says of certificates.
class TlsCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final String CONFIGURED = "tls { certificate = /mx.crt, key = /mx.key }";

    private final Disk disk = new SimulatedDisk(0);
    private Authority authority;

    @BeforeEach
    void makeAuthority() throws Exception {
        authority = Authority.named("Test", NOW);
    }

    private List<Problem> check(String tls, String more) {
        return TlsCheck.check(ConfigLoader.parse("""
                connector { hostname = "mx1.example.org", data = /data, postmaster = "postmaster@example.org" }
                listeners { internet { address = "127.0.0.1:25", tls = %s } }
                next-hops { store { url = "lmtp://127.0.0.1:24" } }
                domains { "example.org" { kind = authoritative, recipients = any, deliver-to = store } }
                %s
                """.formatted(tls, more)).orThrow(), disk, NOW);
    }

    private void warns(String what) {
        assertThat(check("starttls", CONFIGURED)).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.message()).contains(what);
        });
    }

    private void fails(String what) {
        assertThat(check("starttls", CONFIGURED)).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
            assertThat(problem.message()).contains(what);
        });
    }

    @Test
    void aGoodCertificateIsNoProblem() throws Exception {
        authority.server(NOW, "mail.example.org", "mx1.example.org").write(disk, "/mx");
        assertThat(check("starttls", CONFIGURED)).isEmpty();
        assertThat(check("implicit", CONFIGURED)).isEmpty();
        authority.issue(Authority.keys("RSA"), Authority.Use.SERVER, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(20)), "*.example.org").write(disk, "/mx");
        assertThat(check("starttls", CONFIGURED)).isEmpty();
    }

    @Test
    void withoutTlsThereIsNothingToSay() {
        assertThat(check("off", CONFIGURED)).isEmpty();
    }

    @Test
    void oneOfOurOwnMakingProvesNothing() {
        assertThat(check("starttls", "")).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.message()).contains("listeners.internet shows a certificate of our own making").contains("/data/tls/self-made.crt");
        });
    }

    @Test
    void datesAreTold() throws Exception {
        authority.issue(Authority.keys("EC"), Authority.Use.SERVER, NOW.minus(DAY.multipliedBy(9)), NOW.minus(DAY), "mx1.example.org").write(disk, "/mx");
        warns("/mx.crt expired at 2026-11-23T08:00:00Z");
        authority.issue(Authority.keys("EC"), Authority.Use.SERVER, NOW.plus(DAY), NOW.plus(DAY.multipliedBy(99)), "mx1.example.org").write(disk, "/mx");
        warns("/mx.crt is not valid before 2026-11-25T08:00:00Z");
        authority.issue(Authority.keys("EC"), Authority.Use.SERVER, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(13)), "mx1.example.org").write(disk, "/mx");
        warns("/mx.crt expires at 2026-12-07T08:00:00Z");
        authority.issue(Authority.keys("EC"), Authority.Use.SERVER, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(15)), "mx1.example.org").write(disk, "/mx");
        assertThat(check("starttls", CONFIGURED)).isEmpty();
    }

    @Test
    void oneForAnotherNameIsTold() throws Exception {
        authority.server(NOW, "mx2.example.org").write(disk, "/mx");
        warns("is for mx2.example.org, and connector.hostname is mx1.example.org");
        authority.server(NOW, "mx1.example.org").write(disk, "/second");
        assertThat(check("starttls", CONFIGURED.replace("}", ", certificates = [{ certificate = /second.crt, key = /second.key }] }"))).isEmpty();
    }

    @Test
    void whatCannotBeUsedIsAnError() throws Exception {
        fails("/mx.crt does not exist");
        Authority.write(disk, "/mx.crt", "nothing\n");
        fails("/mx.crt cannot be used: it holds no certificate in PEM");
        authority.server(NOW, "mx1.example.org").write(disk, "/mx");
        String key = authority.server(NOW, "mx1.example.org").keyText();
        Authority.write(disk, "/mx.key", key);
        fails("/mx.key is not the key of the certificate /mx.crt");
        Authority.write(disk, "/mx.key", key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        fails("its key is encrypted with a password");
        Authority.write(disk, "/mx.key", key.replace("A", "#"));
        fails("/mx.key cannot be used: it is damaged");
        disk.delete(Path.of("/mx.key"));
        fails("/mx.key does not exist");
    }

    @Test
    void whatTwoListenersShowIsToldOnce() {
        assertThat(check("starttls }, other { address = \"127.0.0.1:465\", tls = implicit", CONFIGURED)).hasSize(1);
    }
}
