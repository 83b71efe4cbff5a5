// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

/// Chance. The live one is cryptographically strong.
public interface Entropy {
    void fill(byte[] into);

    /// A number from 0 to {@code bound - 1}.
    /// @param bound at least 1
    long below(long bound);
}
