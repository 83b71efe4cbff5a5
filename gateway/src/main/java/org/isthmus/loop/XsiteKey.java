// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.List;
import org.isthmus.platform.Entropy;

/// The secret behind {@link Xsite}: all connectors of a site have the same. Safe for all threads.
@FunctionalInterface
public interface XsiteKey {
    /// The keys that count at present, at least one, newest first: the first makes proofs, all verify them. Not to be changed.
    List<byte[]> keys();

    /// One key for as long as the process lives: enough for a connector to recognise itself, not its siblings.
    static XsiteKey ephemeral(Entropy entropy) {
        byte[] key = new byte[32];
        entropy.fill(key);
        List<byte[]> keys = List.of(key);
        return () -> keys;
    }
}
