// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.transit.Marks;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Step;

/// What {@link Returns} found out about one arriving message. Belongs to one session's thread; told first of the header, then of the end.
public final class Homecoming {
    final Marks marks;
    final List<Trace> traces;
    /// The tokens count: it is not a message that a person has sent anew.
    final boolean comesBack;
    private final Map<Integer, Passage.Finding> findings = new HashMap<>(2);
    private final Map<Integer, List<Step>> steps = new HashMap<>(2);
    private Passage passage;

    Homecoming(Marks marks, List<Trace> traces, boolean comesBack, Passage passage) {
        this.marks = marks;
        this.traces = traces;
        this.comesBack = comesBack;
        this.passage = passage;
    }

    void found(Passage.Finding finding) {
        findings.put(finding.recipient(), finding);
        passage = passage.with(List.copyOf(findings.values()));
    }

    void step(int recipient, Step step) {
        steps.computeIfAbsent(recipient, n -> new ArrayList<>(2)).add(step);
    }

    void complete(Passage whole) {
        passage = whole;
    }

    boolean loops(int recipient) {
        Passage.Finding finding = findings.get(recipient);
        return finding != null && finding.loops();
    }

    /// What is to be kept with the message.
    public Passage passage() {
        return passage;
    }

    /// What was decided about a recipient and why; empty for most.
    public List<Step> steps(int recipient) {
        return steps.getOrDefault(recipient, List.of());
    }

    /// All of it circles: nobody is left whom it could be delivered to.
    /// @param recipients how many the transaction has
    public boolean isLost(int recipients) {
        return recipients > 0 && findings.size() >= recipients && findings.values().stream().filter(Passage.Finding::loops).count() == recipients;
    }

    /// A recipient that loops; the first one.
    public Optional<Passage.Finding> loop() {
        return findings.values().stream().filter(Passage.Finding::loops).min(java.util.Comparator.comparingInt(Passage.Finding::recipient));
    }
}
