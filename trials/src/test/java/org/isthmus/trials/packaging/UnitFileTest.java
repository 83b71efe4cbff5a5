// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The systemd unit that is shipped.
class UnitFileTest {
    private static final Path UNIT = Path.of("../packaging/isthmus.service").toAbsolutePath().normalize();
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

    @Test
    void exposesAtMostTwoPointsByTheMeasureOfSystemd() throws Exception {
        assumeThat(ANALYZE).as("systemd-analyze is here").exists();
        String said = run(List.of(ANALYZE.toString(), "security", "--offline=true", "--no-pager", UNIT.toString()));
        Matcher level = Pattern.compile("Overall exposure level for isthmus.service: ([0-9.]+)").matcher(said);
        assertThat(level.find()).as(said).isTrue();
        assertThat(Double.parseDouble(level.group(1))).isLessThanOrEqualTo(2.0);
        assertThat(said).doesNotContain("Failed to parse", "Unknown key");
    }

    @Test
    void isNeverRootAndMayOpenLowPortsAlone() throws IOException {
        assertThat(Files.readAllLines(UNIT)).contains("User=isthmus", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE", "NoNewPrivileges=yes");
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
