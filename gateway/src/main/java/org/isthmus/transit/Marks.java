// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the header of an arriving message shows of where it has been and of who wrote it; gathered in the one pass over it, bounded. Nothing in it can be believed but
/// what a token of ours proves.
///
/// @param tokens what may be tokens of ours, newest first, at most ten
/// @param ownLines Received lines that name us and a queue id, newest first, at most twenty
/// @param inReplyTo the ids of In-Reply-To, with their angle brackets; at most ten
/// @param references the ids of References, with their angle brackets, newest last; at most the last ten
/// @param automation the traits of machines
/// @param returnPath the text of a Return-Path field: it has been delivered for good before. RFC 5321 §4.4
/// @param resentAt the number of the first Resent- field from the top, 0 for the topmost field; -1 without one. RFC 5322 §3.6.6
/// @param prints by what the message is known again; the body's only when that is complete
public record Marks(
        List<Candidate> tokens,
        List<OwnLine> ownLines,
        List<String> inReplyTo,
        List<String> references,
        Automation automation,
        @Nullable String returnPath,
        int resentAt,
        Prints prints) {

    /// Of a message that shows nothing.
    public static final Marks NONE = new Marks(List.of(), List.of(), List.of(), List.of(), Automation.NONE, null, -1, Prints.NONE);

    public Marks {
        tokens = List.copyOf(tokens);
        ownLines = List.copyOf(ownLines);
        inReplyTo = List.copyOf(inReplyTo);
        references = List.copyOf(references);
    }

    /// What may be a token of ours.
    /// @param field the number of its field from the top: the smaller, the newer
    public record Candidate(String text, int field) {}

    /// A Received line whose {@code by} is our hostname.
    /// @param id its queue id as written, without a token
    /// @param field the number of its field from the top
    public record OwnLine(String id, int field) {}
}
