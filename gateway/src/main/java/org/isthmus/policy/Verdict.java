// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import org.isthmus.smtp.Reply;
import org.isthmus.transit.Step;

/// What a check says.
public sealed interface Verdict {
    record Pass(Step step) implements Verdict {}

    /// @param reply for the client; it does not tell which policy failed where that helps an attacker
    /// @param step for the operator
    record Refuse(Reply reply, Step step) implements Verdict {}
}
