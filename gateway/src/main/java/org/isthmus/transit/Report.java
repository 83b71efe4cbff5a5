// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// A report of ours, complete and ready for the spool.
///
/// @param content all octets, lines ended by CRLF; at most a few hundred KiB
/// @param facts of the content
/// @param passage its generation above all; the spool gives it its name
public record Report(Envelope envelope, Origin origin, ContentFacts facts, Passage passage, byte[] content) {

    /// Of which nothing is known: of no generation.
    public Report(Envelope envelope, Origin origin, ContentFacts facts, byte[] content) {
        this(envelope, origin, facts, Passage.FIRST, content);
    }
}
