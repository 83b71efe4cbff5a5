// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Duration;
import org.isthmus.address.Domain;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.jspecify.annotations.Nullable;

/// Why a delivery did not happen, each kind with what an operator needs to act on it. Words for people are made of it at the edge.
public sealed interface Cause {

    EnhancedStatus status();

    /// The peer said no.
    record Replied(Peer peer, Stage stage, Reply reply, EnhancedStatus status) implements Cause {}

    /// DNS did not lead to a server: NXDOMAIN, null MX, no address, or no answer.
    record Unresolved(Domain domain, String problem, EnhancedStatus status) implements Cause {}

    /// No conversation: refused, timed out, cut, or not SMTP.
    record Unreachable(Peer peer, Stage stage, String problem, EnhancedStatus status) implements Cause {}

    /// The peer lacks something that the message needs: SMTPUTF8, 8BITMIME, BINARYMIME, SIZE. RFC 6531 §3.2, RFC 6152 §3.
    record Unsupported(Peer peer, String extension, EnhancedStatus status) implements Cause {}

    /// It would circle. At most one layer's evidence; the verdict is never overwritten by a lesser cause.
    record Looped(LoopEvidence evidence, EnhancedStatus status) implements Cause {}

    /// A decision of ours: an unknown recipient, no route, removed by the operator.
    record Decided(String why, @Nullable SourceLine at, EnhancedStatus status) implements Cause {}

    /// Local trouble: disk, memory, a bug. Always temporary.
    record Local(String problem, EnhancedStatus status) implements Cause {}

    /// Its time is over.
    /// @param last why it was still waiting; none if it was never tried
    record Expired(Duration age, @Nullable Cause last, EnhancedStatus status) implements Cause {}
}
