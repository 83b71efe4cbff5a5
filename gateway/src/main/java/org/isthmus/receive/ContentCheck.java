// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.List;
import org.isthmus.policy.Verdict;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Step;

/// One question about a complete message, asked before it is accepted. The first refusal decides. Layers 4 to 7 of loop control have their places in {@link #ALL}.
interface ContentCheck {
    Verdict judge(Client client, Transaction transaction, ContentFacts facts);

    /// Layer 7 of loop control: the count of Received lines, the last net of all. RFC 5321 §6.3.
    ContentCheck HOP_COUNT = (client, transaction, facts) -> {
        int limit = transaction.snapshot.settings().loop().hopLimit();
        return facts.hops() >= limit
                ? new Verdict.Refuse(
                        Replies.HOPS.with(facts.hops(), limit), Step.of("hop-count", "loop.hop-limit = " + limit, null, "refused with " + facts.hops() + " Received lines"))
                : Passed.HOP_COUNT;
    };

    /// In the order in which they are asked: the cheap ones first.
    List<ContentCheck> ALL = List.of(HOP_COUNT);

    /// Made once, because nearly every message passes.
    final class Passed {
        private static final Verdict HOP_COUNT = new Verdict.Pass(Step.of("hop-count", "loop.hop-limit", null, "fewer Received lines than that"));

        private Passed() {}
    }
}
