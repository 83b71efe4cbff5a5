// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// {@code isthmus try} as a process.
class TourIT {
    @TempDir
    Path folder;

    @Test
    void theTourSucceedsTellsWhyAndLeavesNothingBehind() throws Exception {
        Running.Result tour = Running.run(folder, Map.of(), command("try"));

        assertThat(tour.exit()).as(tour.output()).isZero();
        assertThat(tour.output())
                .contains("10 messages, all as expected")
                .contains("at RCPT: 550 5.1.1 ")
                .contains("at RCPT: 550 5.7.1 ")
                .contains("at RCPT: 550 5.4.6 Your message did not reach some or all of the intended recipients.")
                .contains("loopback = turn-around (isthmus.conf:")
                .contains("loopback = hold (isthmus.conf:")
                .contains("loopback = send (isthmus.conf:")
                .contains("not sent to fred@forward.example again")
                .contains("isthmus reload: refused, exit 78", "[LP02]")
                .contains("failed: mx.strict.example said: 550 5.1.1 Nobody of that name works here")
                .contains("| Your message did not reach some or all of the intended recipients.")
                .doesNotContain("NOT ok");
        assertThat(entries()).isEmpty();
    }

    @Test
    void keptItAnswersCommandsUntilItIsToldToStop() throws Exception {
        try (Running tour = Running.start("tour", folder, Map.of(), command("try", "--keep"))) {
            String line = tour.await(one -> one.contains("isthmus status -c "));
            String file = line.substring(line.indexOf("-c ") + 3).strip();

            Running.Result status = Running.run(folder, Map.of(), command("status", "-c", file));
            assertThat(status.exit()).as(status.output()).isZero();
            assertThat(status.output()).contains("internet").contains("site");

            assertThat(tour.handle().destroy()).isTrue();
            assertThat(tour.waitFor()).isZero();
        }
        assertThat(entries()).isEmpty();
    }

    @Test
    void anInterruptEndsItInTheMidst() throws Exception {
        try (Running tour = Running.start("tour", folder, Map.of(), command("try"))) {
            tour.await(one -> one.contains("Out: Anna writes"));
            Running.run(folder, Map.of(), List.of("kill", "-INT", Long.toString(tour.handle().pid())));
            assertThat(tour.waitFor()).isEqualTo(1);
            assertThat(tour.lines()).contains("interrupted").noneMatch(line -> line.contains("all as expected"));
        }
        assertThat(entries()).isEmpty();
    }

    private List<String> command(String... arguments) {
        String java = ProcessHandle.current().info().command().orElseThrow();
        return Stream.concat(
                Stream.of(java, "-Djava.io.tmpdir=" + folder, "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), "org.isthmus.main.Main"),
                Stream.of(arguments)).toList();
    }

    private List<String> entries() throws Exception {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
