// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// Stand-in.
public final class Wording {
    private Wording() {}

    public static String brief(Cause cause) {
        return cause.toString();
    }
}
