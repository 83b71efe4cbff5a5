// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import java.util.Optional;

/// Finds out, before MAIL, whether the peer is ourselves. Implemented by loop control, asked by the courier.
/// The challenge on the wire (layer 3) is made and judged behind this seam.
public interface Recognition {
    /// Recognises nobody.
    Recognition NONE = (peer, greeting, ehlo) -> Optional.empty();

    /// @param greeting the lines of the peer's 220
    /// @param ehlo the lines of its answer to EHLO
    /// @return evidence if it is us; the courier then ends the session without MAIL
    Optional<LoopEvidence> recognise(Peer peer, List<String> greeting, List<String> ehlo);
}
