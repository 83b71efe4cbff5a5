// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.isthmus.trials.dialogue.Dialogue.Mismatch;

/// The same octets, cut elsewhere: what the server says must not depend on how packets fall. All that a dialogue sends is sent without waiting for any reply, in pieces of random
/// size; the replies must be those of the dialogue, in the same order.
public final class SplitRun {
    private SplitRun() {}

    /// Whether the dialogue can be cut: one that waits, or that needs the server's turn in the middle, as a handshake does, cannot.
    public static boolean possible(Dialogue dialogue) {
        return !dialogue.waits() && !dialogue.secures();
    }

    /// @param longest how many octets a piece has at most
    public static void run(Dialogue dialogue, long seed, int longest) throws IOException {
        Random random = new Random(seed);
        List<Line> sends = new ArrayList<>();
        List<Line> hears = new ArrayList<>();
        for (Line line : dialogue.lines()) {
            switch (line) {
                case Line.Send send -> cut(send, random, longest, sends);
                case Line.Hear hear -> hears.add(hear);
                case Line.Also also -> hears.add(also);
                case Line.Never never -> hears.add(never);
                case Line.Close close -> hears.add(close);
                case Line.ServerCloses closes -> hears.add(closes);
                case Line.Secure secure -> throw new IllegalArgumentException(dialogue.name() + " comes under TLS");
                case Line.Wait wait -> throw new IllegalArgumentException(dialogue.name() + " waits");
            }
        }
        List<Line> all = new ArrayList<>(sends);
        all.addAll(hears);
        try {
            MemoryRun.run(new Dialogue(dialogue.name(), dialogue.given(), all, dialogue.checks()), true);
        } catch (Mismatch e) {
            throw new AssertionError("cut by seed " + seed + " into pieces of at most " + longest + ": " + e.getMessage(), e);
        }
    }

    private static void cut(Line.Send send, Random random, int longest, List<Line> into) {
        int from = 0;
        while (from < send.octets().length) {
            int to = Math.min(send.octets().length, from + 1 + random.nextInt(longest));
            into.add(new Line.Send(send.number(), Arrays.copyOfRange(send.octets(), from, to)));
            from = to;
        }
    }
}
