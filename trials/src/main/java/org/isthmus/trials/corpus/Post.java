// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.corpus;

import java.util.List;

/// A message that somebody hands to the connector.
///
/// @param shape what kind it is of: {@code mailman}, {@code gmail-forward}
/// @param id stands in its topmost field, X-Corpus, by which it is found where it arrives
/// @param client from where
/// @param from reverse-path without brackets, empty for the null one
/// @param content lines ended by CRLF
public record Post(String shape, String id, String client, String from, List<String> to, byte[] content) {
    public Post {
        to = List.copyOf(to);
    }
}
