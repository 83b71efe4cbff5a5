// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import java.util.Optional;

/// A message's way through this site, kept with it in the spool: what loop control knows of its earlier passes.
///
/// @param uid the message's name through all its passes: by chance, born when it is accepted for the first time, and kept when it comes back with a token of ours. 0 only
///            before the spool has accepted it
/// @param pass how often it has been here before, by our own signature; 0 the first time
/// @param generation how many messages of ours stand between it and the one that a person sent; 0 if we did not make it or nobody knows
/// @param resent somebody has put a Resent- block on top of our token, so it may be a person who sends it once more. RFC 5322 §3.6.6
/// @param prints by what it is known again
/// @param automation what its header says of who wrote it
/// @param tokens of ours that it arrived with, each of them valid, newest first; at most ten
/// @param findings what is known of single recipients
/// @param path the circle from where the newest token left us to here, by the Received lines on top of it; empty without a token
public record Passage(
        long uid, int pass, int generation, boolean resent, Prints prints, Automation automation, List<String> tokens, List<Finding> findings, List<LoopEvidence.Node> path) {
    /// Not accepted yet and here for the first time: the spool gives it its name.
    public static final Passage FIRST = new Passage(0, 0, 0, false, Prints.NONE, Automation.NONE, List.of(), List.of(), List.of());

    public Passage {
        tokens = List.copyOf(tokens);
        findings = List.copyOf(findings);
        path = List.copyOf(path);
    }

    /// What the header of an arriving message showed for one recipient.
    /// @param recipient its number
    /// @param loops it would circle, and must not be sent again; otherwise it has made its trip and only comes home
    /// @param evidence which layer, and why
    public record Finding(int recipient, boolean loops, LoopEvidence evidence) {}

    /// A message here for the first time, with what its header showed.
    public static Passage first(Prints prints, Automation automation) {
        return new Passage(0, 0, 0, false, prints, automation, List.of(), List.of(), List.of());
    }

    /// For a message that an older version of Isthmus stored, or a test: the name follows from the queue id.
    public static Passage of(QueueId id) {
        return FIRST.namedAfter(id);
    }

    // The finisher of SplitMix64: a permutation, so that no two messages of a spool get one name.
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        z ^= z >>> 31;
        return z == 0 ? 1 : z;
    }

    /// The same with a name.
    public Passage named(long name) {
        return new Passage(name, pass, generation, resent, prints, automation, tokens, findings, path);
    }

    /// The same with a name, if it has none: one that follows from the queue id.
    public Passage namedAfter(QueueId id) {
        return uid == 0 ? named(mixed(id.value())) : this;
    }

    /// The same as a message of a generation: one more than that of the message it answers.
    public Passage ofGeneration(int number) {
        return new Passage(uid, pass, number, resent, prints, automation, tokens, findings, path);
    }

    /// The same with prints of the whole.
    public Passage printed(Prints whole) {
        return new Passage(uid, pass, generation, resent, whole, automation, tokens, findings, path);
    }

    /// The same with other findings.
    public Passage with(List<Finding> others) {
        return new Passage(uid, pass, generation, resent, prints, automation, tokens, others, path);
    }

    /// The evidence with the path, where there is one.
    public LoopEvidence along(LoopEvidence evidence) {
        return path.isEmpty() ? evidence : evidence.along(path);
    }

    /// What is known of a recipient.
    public Optional<Finding> finding(int recipient) {
        for (Finding finding : findings) {
            if (finding.recipient() == recipient) {
                return Optional.of(finding);
            }
        }
        return Optional.empty();
    }
}
