// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.isthmus.loop.Circuit;
import org.isthmus.loop.SeenLoop;
import org.isthmus.schedule.LoopControl;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.SourceLine;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Loops that were met, as JSON.
final class LoopsShown {
    private LoopsShown() {}

    static ObjectNode list(LoopControl loops, Instant now) {
        ObjectNode node = Shown.object();
        ArrayNode list = node.putArray("loops");
        loops.list().forEach(line -> list.add(line(line, now)));
        ArrayNode circuits = node.putArray("circuits");
        loops.circuits().forEach(circuit -> circuits.add(circuit(circuit)));
        return node;
    }

    static ObjectNode detail(LoopControl.Detail detail, Instant now) {
        ObjectNode node = line(detail.line(), now);
        LoopEvidence evidence = detail.line().loop().evidence();
        evidence.evidence().forEach(node.putArray("evidence")::add);
        ArrayNode path = node.putArray("path");
        for (LoopEvidence.Node station : evidence.path()) {
            ObjectNode one = path.addObject().put("name", station.name()).put("inside", station.inside());
            if (station.at() != null) {
                one.put("at", station.at().toString());
            }
        }
        ArrayNode circuits = node.putArray("circuits");
        detail.line().circuits().forEach(circuit -> circuits.add(circuit(circuit)));
        detail.messages().forEach(id -> node.withArray("messages").add(id.toString()));
        return node.put("report", detail.report());
    }

    static ObjectNode released(LoopControl.Released released, boolean dryRun) {
        return Shown.object().put("circuits", released.circuits()).put("behind", released.behind()).put("recipients", released.recipients()).put("dryRun", dryRun);
    }

    private static ObjectNode line(LoopControl.Line line, Instant now) {
        SeenLoop loop = line.loop();
        ObjectNode node = Shown.object().put("id", loop.id()).put("domain", loop.domain()).put("layer", loop.layer()).put("class", word(loop.kind()));
        node.put("certainty", word(loop.certainty())).put("count", loop.count()).put("first", loop.first().toString()).put("last", loop.last().toString());
        node.put("age", Duration.between(loop.last(), now).toMillis() / 1000.0).put("state", state(line)).put("held", line.held());
        if (loop.hop() != null) {
            node.put("hop", loop.hop());
        }
        loop.recipients().forEach(node.putArray("recipients")::add);
        node.put("finding", loop.evidence().finding());
        SourceLine at = loop.evidence().at();
        if (at != null) {
            node.put("at", at.toString());
        }
        return node;
    }

    /// {@code open} if any circuit is, {@code half-open} if one is being tried, otherwise {@code closed}.
    private static String state(LoopControl.Line line) {
        if (line.circuits().isEmpty()) {
            return "closed";
        }
        return line.circuits().stream().anyMatch(circuit -> circuit.state() == Circuit.State.OPEN) ? "open" : "half-open";
    }

    private static ObjectNode circuit(Circuit circuit) {
        ObjectNode node = Shown.object().put("covers", circuit.scope().toString()).put("domain", circuit.scope().domain()).put("state", word(circuit.state()));
        node.put("since", circuit.since().toString()).put("layer", circuit.layer()).put("finding", circuit.finding());
        Circuit.Probe probe = circuit.probe();
        return probe == null ? node : node.put("probe", probe.message().toString());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
