// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

/// Text that does not follow its grammar. Checked, so that whoever parses says what becomes of it;
/// it carries no stack trace, because hostile peers cause it by the thousand.
public final class SyntaxProblem extends Exception {
    private final int position;

    /// @param what what was expected or found, in words that may be shown to the peer
    /// @param position where, in characters from the start of the text
    public SyntaxProblem(String what, int position) {
        super(what, null, false, false);
        this.position = position;
    }

    /// Where the problem is, in characters from the start of the text.
    public int position() {
        return position;
    }
}
