// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

/// A reading position in a line of text, with the small pieces of ABNF that all our grammars share.
/// Every method either consumes what it names or leaves the position where it was. Time is linear in what is read.
public final class Cursor {
    private final String text;
    private int at;

    public Cursor(String text) {
        this.text = text;
    }

    /// Characters already read.
    public int position() {
        return at;
    }

    public boolean atEnd() {
        return at == text.length();
    }

    /// The next character without consuming it; NUL at the end, which no grammar of ours contains.
    public char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    /// Consumes one character.
    public char next() throws SyntaxProblem {
        if (atEnd()) {
            throw problem("unexpected end of line");
        }
        return text.charAt(at++);
    }

    /// Consumes the character if it is the next one.
    public boolean skip(char c) {
        if (peek() == c && !atEnd()) {
            at++;
            return true;
        }
        return false;
    }

    /// Consumes the word if it comes next, without regard to the case of ASCII letters.
    public boolean skipIgnoringCase(String word) {
        if (text.regionMatches(true, at, word, 0, word.length())) {
            at += word.length();
            return true;
        }
        return false;
    }

    /// Consumes the character, which must come next.
    public void expect(char c) throws SyntaxProblem {
        if (!skip(c)) {
            throw problem("expected '" + c + "'");
        }
    }

    /// Consumes blanks and tabs; says how many.
    public int skipWhiteSpace() {
        int start = at;
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
        return at - start;
    }

    /// Consumes the longest run of accepted characters, possibly none.
    public String takeWhile(CharacterClass accepted) {
        int start = at;
        while (at < text.length() && accepted.contains(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    /// Everything not yet read; consumes it.
    public String rest() {
        String rest = text.substring(at);
        at = text.length();
        return rest;
    }

    /// Goes back to a position that {@link #position()} gave earlier.
    public void reset(int position) {
        at = position;
    }

    /// A problem at the present position.
    public SyntaxProblem problem(String what) {
        return new SyntaxProblem(what, at);
    }

    /// A set of characters, as ABNF names them.
    @FunctionalInterface
    public interface CharacterClass {
        boolean contains(char c);
    }
}
