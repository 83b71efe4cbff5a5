// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.config.Problem;
import org.isthmus.platform.Disk;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What the postmaster is told of a loop: what, how often, where it went, why, what to change, and how to let the mail go.
final class LoopReport {
    private static final int LONGEST_FILE = 1 << 20;
    private static final int LONGEST_LINE = 500;

    private final Disk disk;

    LoopReport(Disk disk) {
        this.disk = disk;
    }

    /// One line.
    static String subject(SeenLoop loop, List<Circuit> circuits) {
        String held = circuits.isEmpty() ? "" : "; mail for " + circuits.getFirst().scope() + (circuits.size() > 1 ? " and others" : "") + " is held";
        String who = loop.count() == 1 ? loop.recipients().getFirst() : loop.domain();
        return "mail loop, " + who + ", found by " + loop.layer() + (loop.count() == 1 ? "" : ", " + loop.count() + " times") + held;
    }

    /// @param held ids of messages that are held for it, oldest first
    String text(SeenLoop loop, List<Circuit> circuits, Held held, Optional<Problem> cause) {
        StringBuilder text = new StringBuilder(2000);
        LoopEvidence evidence = loop.evidence();
        text.append("Mail for ").append(loop.domain()).append(" circles: ").append(evidence.finding()).append(".\n\n");
        field(text, "Domain", loop.domain());
        field(text, "Seen", loop.count() + (loop.count() == 1 ? " time" : " times") + ", first " + loop.first() + ", last " + loop.last());
        field(text, "Found by", loop.layer() + ", " + loop.certainty().name().toLowerCase(java.util.Locale.ROOT) + "; the recipient is " + loop.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        field(text, "Recipients", String.join(", ", loop.recipients()) + (loop.count() > loop.recipients().size() ? ", ..." : ""));
        if (loop.hop() != null) {
            field(text, "Next hop", loop.hop());
        }
        path(text, evidence);
        cause(text, evidence, cause.orElse(null));
        held(text, loop, circuits, held);
        return text.toString();
    }

    /// What is held for a domain.
    record Held(int count, List<String> first) {}

    private static void path(StringBuilder text, LoopEvidence evidence) {
        if (evidence.path().isEmpty()) {
            return;
        }
        text.append("\nThe path, as far as it is known (times are those that the servers wrote themselves):\n");
        for (LoopEvidence.Node node : evidence.path()) {
            text.append("  ").append(node.name()).append(node.inside() ? " (inside)" : "").append(node.at() == null ? "" : "  " + node.at()).append('\n');
        }
        if (evidence.path().size() > 2) {
            text.append("Sent back by: ").append(evidence.path().get(evidence.path().size() - 2).name()).append('\n');
        }
    }

    private void cause(StringBuilder text, LoopEvidence evidence, @Nullable Problem cause) {
        text.append("\nCause:\n");
        SourceLine at = cause != null && cause.at() != null ? cause.at() : evidence.at();
        if (cause != null) {
            text.append("  ").append(cause.id()).append(": ").append(cause.message()).append('\n');
        }
        if (at != null) {
            text.append("  setting at ").append(at).append(line(at).map(line -> ": " + line.strip()).orElse("")).append('\n');
        }
        List<String> shown = new ArrayList<>(evidence.evidence());
        if (cause != null) {
            cause.evidence().stream().filter(one -> !shown.contains(one)).forEach(shown::add);
        }
        shown.forEach(one -> text.append("  ").append(one).append('\n'));
        if (cause == null && at == null && shown.isEmpty()) {
            text.append("  not in this configuration: ").append(evidence.finding()).append('\n');
        }
        if (cause != null && cause.fix() != null) {
            text.append("\nProposed change:\n").append(diff(cause.fix(), at));
        }
    }

    /// A change that patch(1) takes, where the place is known.
    private String diff(String fix, @Nullable SourceLine at) {
        Optional<String> old = at == null ? Optional.empty() : line(at);
        if (at == null || old.isEmpty()) {
            return "  " + fix + "\n";
        }
        String indent = old.get().substring(0, old.get().length() - old.get().stripLeading().length());
        return "--- " + at.file() + "\n+++ " + at.file() + "\n@@ -" + at.line() + " +" + at.line() + " @@\n-" + old.get() + "\n+" + indent + fix + "\n";
    }

    private Optional<String> line(SourceLine at) {
        if (at.line() < 1) {
            return Optional.empty();
        }
        try (Disk.File file = disk.openToRead(Path.of(at.file()))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), LONGEST_FILE));
            file.read(bytes, 0);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).lines().skip(at.line() - 1L).findFirst()
                    .filter(line -> line.length() <= LONGEST_LINE);
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void held(StringBuilder text, SeenLoop loop, List<Circuit> circuits, Held held) {
        if (circuits.isEmpty()) {
            text.append("\nNothing is held: each message that circles is refused, and its sender told. isthmus loops show ").append(loop.id()).append(" tells how it goes on.\n");
            return;
        }
        text.append("\nHeld instead of refused:\n");
        circuits.stream().limit(LoopBook.FEW).forEach(circuit -> text.append("  mail for ").append(circuit.scope()).append(", since ").append(circuit.since())
                .append(circuit.state() == Circuit.State.HALF_OPEN ? "; one message is being tried\n" : "\n"));
        text.append("  messages now: ").append(held.count());
        if (!held.first().isEmpty()) {
            text.append(", among them ").append(String.join(" ", held.first()));
        }
        text.append("\n\nNothing of it is lost. When the cause has been mended, one message is tried, and if it does not come back the rest follows by itself.\n");
        text.append("By hand: isthmus loops release ").append(loop.id()).append(", or isthmus loops release --domain ").append(loop.domain()).append('\n');
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append("%-12s %s\n".formatted(name + ":", value));
    }
}
