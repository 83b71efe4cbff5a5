// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;

/// What a trace token turned out to be. Only {@link Ours} may change what happens to a message.
public sealed interface TraceCheck {

    /// This site signed it, not longer ago than tokens live.
    /// @param key with which its prints compare
    record Ours(TraceToken token, TraceKey key) implements TraceCheck {}

    /// This site signed it, too long ago to say anything now.
    record Expired(TraceToken token) implements TraceCheck {}

    /// It names this site and a key of it, and the signature is wrong.
    record Forged() implements TraceCheck {}

    /// Of another site, or of a key that is no longer here.
    record Foreign() implements TraceCheck {}
}
