// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.Collections;
import java.util.List;
import org.isthmus.platform.Entropy;

/// Orders that chance gives. RFC 5321 §5.1: exchangers of equal preference must be randomised to spread the load.
final class Chance {
    private Chance() {}

    /// Fisher and Yates: every order is equally likely.
    static void shuffle(List<?> list, Entropy entropy) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, (int) entropy.below(i + 1L));
        }
    }
}
