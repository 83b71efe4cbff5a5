// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.List;
import org.isthmus.message.HeaderMarks;
import org.isthmus.transit.Automation;
import org.isthmus.transit.Marks;
import org.isthmus.transit.Prints;

/// From what a header scan has gathered to the words that rooms share.
final class MarksReader {
    private MarksReader() {}

    static Marks read(HeaderMarks read) {
        Prints prints = new Prints(read.messageId(), dated(read), dated(read) == 0 ? 0 : mixed(dated(read), read.subject()), read.identity(), 0);
        return new Marks(candidates(read.tokens()), ownLines(read.ownLines()), read.inReplyTo(), read.references(), automation(read), read.returnPath().orElse(null),
                read.resentAt(), prints);
    }

    /// The prints of a message that is complete, its body with them.
    static Prints whole(HeaderMarks read) {
        Prints half = read(read).prints();
        return new Prints(half.messageId(), half.fromDate(), half.fromDateSubject(), half.identity(), read.bodySum() ^ (int) read.date());
    }

    private static List<Marks.Candidate> candidates(List<HeaderMarks.Found> found) {
        return found.isEmpty() ? List.of() : found.stream().map(one -> new Marks.Candidate(one.text(), one.field())).toList();
    }

    private static List<Marks.OwnLine> ownLines(List<HeaderMarks.Found> found) {
        return found.isEmpty() ? List.of() : found.stream().map(one -> new Marks.OwnLine(one.text(), one.field())).toList();
    }

    private static Automation automation(HeaderMarks read) {
        boolean person = read.autoSubmitted().isEmpty() && read.precedence().isEmpty() && !read.list() && read.reportType().isEmpty();
        return person ? Automation.NONE : new Automation(read.autoSubmitted().orElse(null), read.precedence().orElse(null), read.list(), read.reportType().orElse(null));
    }

    private static long dated(HeaderMarks read) {
        return read.from() == 0 || read.date() == 0 ? 0 : mixed(read.from(), read.date());
    }

    /// Two sums that nobody outside can choose become one.
    private static long mixed(long one, long other) {
        long mixed = Long.rotateLeft(one * 0x9e3779b97f4a7c15L, 31) ^ other;
        return mixed == 0 ? 1 : mixed;
    }
}
