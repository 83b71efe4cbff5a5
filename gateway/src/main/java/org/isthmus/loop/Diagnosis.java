// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.Optional;
import org.isthmus.config.Problem;

/// Finds the finding of loop prediction that explains a loop that was met: the LPxx, the setting with its place, the DNS record, the change that mends it.
@FunctionalInterface
public interface Diagnosis {
    /// Knows nothing beyond what the layer itself saw.
    Diagnosis NONE = loop -> Optional.empty();

    Optional<Problem> cause(SeenLoop loop);
}
