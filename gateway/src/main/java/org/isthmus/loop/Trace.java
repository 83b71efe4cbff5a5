// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.isthmus.transit.NextHop;

/// A token of ours that a message came with: valid, or it would not be here.
/// @param field the number of its field from the top; -1 for one of the envelope
record Trace(TraceToken token, TraceKey key, String text, int field) {

    /// It was for this recipient, by its own word.
    boolean names(Mailbox recipient) {
        return token.names(recipient, key);
    }

    /// It had too many recipients to name them.
    boolean asksLedger() {
        return token.flags().contains(TraceToken.Flag.ASK_LEDGER);
    }

    boolean outward() {
        return token.flags().contains(TraceToken.Flag.OUTWARD);
    }

    /// It went by the same class of way.
    boolean wentBy(NextHop hop) {
        return key.route(TraceStamp.routeClass(hop)) == token.route();
    }

    /// In words for the operator.
    String words() {
        return "token of uid " + Long.toHexString(token.uid()) + ", pass " + token.pass() + ", sent " + token.moment() + (outward() ? " outward" : " inside");
    }

    /// Those that are still valid of tokens that were when the message came.
    static List<Trace> again(List<String> tokens, SiteKeys keys) {
        List<Trace> traces = new ArrayList<>(tokens.size());
        for (String text : tokens) {
            SealedToken.parse(text).ifPresent(sealed -> {
                if (keys.check(sealed, TraceKey.Use.TRANSFER) instanceof TraceCheck.Ours ours) {
                    traces.add(new Trace(ours.token(), ours.key(), text, 0));
                }
            });
        }
        return traces;
    }
}
