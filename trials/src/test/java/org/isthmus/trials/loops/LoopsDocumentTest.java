// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.config.Problem;
import org.isthmus.predict.Drawing;
import org.isthmus.predict.Found;
import org.isthmus.predict.Prediction;
import org.junit.jupiter.api.Test;

/// Keeps docs/loops.md as the catalogue and the program are. {@code -Disthmus.regenerate=true} writes it.
class LoopsDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "loops.md");
    private static final Map<String, String> LAYERS = Map.of(
            "loopback", "the loopback policy", "aliases", "the expansion of aliases, which expands no address twice", "L1", "the class of the recipient (layer 1)",
            "L2", "the site identity, before anything is sent (layer 2)", "L3", "recognition on the wire, before anything is sent (layer 3)", "L4", "the signed trace (layer 4)",
            "L5", "the ledger (layer 5)", "L7", "the count of hops (layer 7)", "nothing", "nothing, for it is no loop");

    @Test
    void theDocumentIsAsTheCatalogueIs() throws IOException {
        String expected = document();
        if (Boolean.getBoolean("isthmus.regenerate")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "")
                .as("docs/loops.md is stale; mvn -am -pl trials test -Dtest=LoopsDocumentTest -Dsurefire.failIfNoSpecifiedTests=false -Disthmus.regenerate=true writes it anew").isEqualTo(expected);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                # Loops, and what Isthmus says about them

                Made from the catalogue in `trials/src/test/topologies`; a test keeps it true and plays every one of them. `isthmus loops predict` says this of your own configuration: it follows each class of mail
                through configuration, aliases and DNS, and draws the walk that mail would go, with the line of each setting that sends it on. Nothing is sent.

                An **error** is what the configuration alone makes certain; `run` and `reload` refuse it unless `--accept-loop LPxx` or `loop.accept` says otherwise. What hangs on DNS is a **warning**, and an alert when
                it begins beside the running server. What the ids mean stands in [configuration.md](configuration.md#findings).

                A *pass* is one return of the same letter over the wire.
                """);
        List<Topology> all = Topology.all();
        all.stream().filter(topology -> !topology.isSound()).forEach(topology -> loop(topology, text));
        text.append("\n## No loops\n\nOf these it says nothing, and mail is delivered:\n\n");
        all.stream().filter(Topology::isSound).forEach(topology -> text.append("- ").append(topology.title()).append(".\n"));
        return text.toString();
    }

    private static void loop(Topology topology, StringBuilder text) {
        Prediction prediction = TopologyRun.predict(topology);
        List<Found> found = prediction.found().stream().filter(Found::isLoop).toList();
        text.append("\n## ").append(topology.title()).append("\n\n```\n").append(drawing(topology, found)).append("```\n\n");
        if (found.isEmpty()) {
            text.append("Nothing can be predicted of this one.");
        } else {
            text.append("```\n");
            found.forEach(one -> finding(one.problem(), text));
            text.append("```\n");
        }
        String passes = topology.passes() == 0 ? "without a pass" : "after " + topology.passes() + (topology.passes() == 1 ? " pass" : " passes") + " at most";
        text.append("\nStopped by ").append(LAYERS.get(topology.stoppedBy())).append(", ").append(passes).append(". Its files: `trials/src/test/topologies/").append(topology.name()).append("`.\n");
    }

    private static String drawing(Topology topology, List<Found> found) {
        List<String> lines = found.stream().filter(one -> !one.walk().isEmpty()).findFirst().map(one -> Drawing.of(one.walk())).orElse(List.of());
        String drawing = topology.drawing().isEmpty() ? bare(String.join("\n", lines)) + "\n" : topology.drawing();
        assertThat(drawing).as(topology.name() + " has a drawing").isNotBlank();
        return drawing;
    }

    private static void finding(Problem problem, StringBuilder text) {
        String at = problem.at() == null ? "" : problem.at() + ": ";
        text.append(bare(at + problem.severity().name().toLowerCase(java.util.Locale.ROOT) + " " + problem.id() + ": " + problem.message())).append('\n');
        problem.evidence().forEach(line -> text.append("    ").append(bare(line)).append('\n'));
        if (problem.fix() != null) {
            text.append("  write ").append(problem.fix()).append('\n');
        }
    }

    private static String bare(String text) {
        return text.replace("/etc/isthmus/", "");
    }
}
