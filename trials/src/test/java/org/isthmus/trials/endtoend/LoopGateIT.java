// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A predicted loop keeps a configuration from being used, unless it is accepted or was there before. Real processes, control socket and signals; DNS is silent.
class LoopGateIT {
    private static final int EX_CONFIG = 78;

    @TempDir
    Path folder;

    private int port;
    private Isthmus isthmus;

    @BeforeEach
    void prepare() throws Exception {
        port = Running.freePort("127.0.0.1");
        isthmus = new Isthmus(folder);
        sound("");
    }

    @AfterEach
    void stop() {
        isthmus.close();
    }

    private void sound(String more) throws Exception {
        configure("smtp://127.0.0.1:1", more);
    }

    private void circling(String more) throws Exception {
        configure("smtp://127.0.0.1:" + port, more);
    }

    private void configure(String provider, String more) throws Exception {
        isthmus.configure("""
                listeners { internet { address = "127.0.0.1:%d" } }
                domains { "site.example" { recipients = "pattern:u*", deliver-to = store } }
                next-hops {
                  store { url = "lmtp://127.0.0.1:2" }
                  provider { url = "%s" }
                }
                routes = [{ to = "*", via = provider }]
                dns { servers = ["127.0.0.1:3"] }
                %s
                """.formatted(port, provider, more));
    }

    private String version() throws Exception {
        Running.Result status = isthmus.cli("status", "-o", "json");
        return status.output().replaceAll("(?s).*\"configuration\"[^}]*\"version\"\\s*:\\s*(\\d+).*", "$1");
    }

    @Test
    void aReloadRefusesANewLoopOnly() throws Exception {
        isthmus.start();
        circling("");
        Running.Result refused = isthmus.cli("reload");
        assertThat(refused.exit()).as(refused.output()).isEqualTo(EX_CONFIG);
        assertThat(refused.output()).contains("isthmus.conf:6: error LP02: next-hops.provider (127.0.0.1 port " + port + ")");
        assertThat(version()).isEqualTo("1");
        Running.Result accepted = isthmus.cli("reload", "--accept-loop", "LP02");
        assertThat(accepted.exit()).as(accepted.output()).isZero();
        assertThat(isthmus.cli("reload").exit()).as("what is in force is not new").isZero();
        assertThat(version()).isEqualTo("3");
        sound("");
        assertThat(isthmus.cli("reload").exit()).isZero();
        circling("");
        assertThat(isthmus.cli("reload").exit()).as("once it is gone it is new again").isEqualTo(EX_CONFIG);
        circling("loop { accept = [LP02] }");
        assertThat(isthmus.cli("reload").exit()).isZero();
        assertThat(isthmus.stop()).isZero();
    }

    @Test
    void aHangUpRefusesANewLoopToo() throws Exception {
        isthmus.start();
        circling("");
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(isthmus.handle().pid())).start().waitFor()).isZero();
        Running.waitUntil("the log says so", isthmus::lines, () -> isthmus.lines().stream().anyMatch(line -> line.contains("was refused; version 1 stays in force")));
        assertThat(version()).isEqualTo("1");
    }

    @Test
    void aStartRefusesALoopAndCheckAndPredictTellIt() throws Exception {
        circling("");
        Running.Result check = isthmus.cli("check", "--no-dns");
        assertThat(check.exit()).as(check.output()).isEqualTo(EX_CONFIG);
        assertThat(check.output()).contains("error LP02");
        Running.Result predicted = isthmus.cli("loops", "predict", "--dns-seconds", "1");
        assertThat(predicted.exit()).as(predicted.output()).isEqualTo(2);
        assertThat(predicted.output()).contains("+-> we", "is ourselves: listener internet", "DNS did not answer");
        assertThat(isthmus.cli("run").exit()).isEqualTo(EX_CONFIG);
        circling("loop { accept = [LP02] }");
        isthmus.start();
        assertThat(isthmus.stop()).isZero();
    }
}
