// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The real program behind real address translation that nobody told it about: mail that would come back to it does not leave.
class HairpinIT {
    @TempDir
    static Path folder;

    private static Gateway gateway;
    private static Isthmus isthmus;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Gateway.isPossible(), "network namespaces need root, and the mapping needs nftables");
        gateway = Gateway.open(folder);
        isthmus = new Isthmus(folder.resolve("isthmus"), gateway.onSite()).configure("""
                listeners { internet { address = "0.0.0.0:25" } }
                trusted-networks = ["10.77.0.0/24", "127.0.0.1/32"]
                domains { "site.example" { recipients = any, deliver-to = store } }
                next-hops {
                  store { url = "lmtp://127.0.0.1:24" }
                  provider { url = "smtp://198.51.100.9:2525" }
                }
                routes = [{ to = "far.example", via = provider }, { to = "*", via = mx }]
                """);
        isthmus.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (isthmus != null) {
            isthmus.close();
        }
        if (gateway != null) {
            gateway.close();
        }
    }

    /// From the null reverse-path, so that no report is made.
    private static void send(String to) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(gateway.onSite());
        command.addAll(List.of("swaks", "--server", "127.0.0.1:25", "--helo", "client.site.example", "--from", "<>", "--to", to));
        Running.Result result = Running.run(folder, Map.of(), command);
        assertThat(result.exit()).as(result.output()).isZero();
    }

    private static JsonNode counters() throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(isthmus.cli("status", "-o", "json").output()).path("counters");
    }

    private static void assertRefusedWithoutAPass(String to, String reason) throws Exception {
        JsonNode before = counters();
        send(to);
        Running.waitUntil("the message to be given up", HairpinIT::state, () -> state().path("failed").asLong(0) == before.path("failed").asLong(0) + 1);
        assertThat(counters().path("accepted").asLong(0)).as("its submission alone").isEqualTo(before.path("accepted").asLong(0) + 1);
        String trace = isthmus.cli("trace", to).output();
        assertThat(trace).contains("is listener internet", "proved by XSITE", reason);
    }

    private static JsonNode state() {
        try {
            return counters();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void anAddressThatIsMappedToUsGetsNoMail() throws Exception {
        assertRefusedWithoutAPass("x@[" + Gateway.OUTSIDE + "]", "[198.51.100.9]:25");
    }

    @Test
    void aSmarthostOnAMappedPortGetsNoMail() throws Exception {
        assertRefusedWithoutAPass("x@far.example", "[198.51.100.9]:2525");
    }

    @Test
    void theProbeFindsTheMappedSmarthost() throws Exception {
        Running.Result probe = isthmus.cli("loops", "probe", "-o", "json");
        assertThat(probe.exit()).as(probe.output()).isEqualTo(2);
        JsonNode doors = JsonMapper.shared().readTree(probe.output()).path("doors");
        assertThat(doors.values()).anySatisfy(door -> {
            assertThat(door.path("door").asString("")).isEqualTo("198.51.100.9[198.51.100.9]:2525");
            assertThat(door.path("verdict").asString("")).isEqualTo("ourselves");
        });
    }
}
