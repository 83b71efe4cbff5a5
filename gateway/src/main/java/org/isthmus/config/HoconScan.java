// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.transit.SourceLine;

/// Reads a HOCON text before the library does, for the traps that the library passes in silence or explains in its own words:
///
/// - two definitions of one key, of which HOCON makes one;
/// - names with dots that are not in quotes: {@code example.com {} means {@code example { com {};
/// - values with characters that need quotes;
/// - substitutions in quotes, which are taken literally;
/// - braces, brackets and quotes that are never closed.
///
/// It also collects includes and substitutions with their lines, and repairs what lacks quotes, so that the library can go on and more
/// problems come to light in one run. It never throws: what it does not understand it leaves to the library.
final class HoconScan {
    private static final int DEEPEST = 50;
    private static final String SPECIAL = ":=@*&!?^`\\+$";
    private static final String SPECIAL_IN_KEY = "@*&!?^`\\+$";

    private final String file;
    private final String text;
    private final Problems problems;
    private final Map<String, Set<String>> namedObjects;
    private final int[] lineEnds;
    private final Map<String, Integer> defined = new HashMap<>();
    private final List<Again> again = new ArrayList<>();
    private final TreeMap<Integer, String> insertions = new TreeMap<>();
    private final List<Include> includes = new ArrayList<>();
    private final List<Substitution> substitutions = new ArrayList<>();
    private int at;
    private int depth;
    private int elements;
    private boolean broken;
    private boolean givenUp;

    /// {@code include "target"}.
    record Include(String target, SourceLine at) {}

    /// {@code ${path}} or {@code ${?path}}.
    record Substitution(String path, boolean optional, SourceLine at) {}

    /// @param usable the text with missing quotes filled in; empty if it is beyond that
    record Result(Optional<String> usable, List<Include> includes, List<Substitution> substitutions) {}

    /// A piece of a key.
    private record Element(String name, boolean quoted, int start, int end) {}

    /// @param namedObjects the objects whose keys are names of the operator's choice, each with the keys that may follow a name
    static Result scan(String file, String text, Map<String, Set<String>> namedObjects, Problems problems) {
        HoconScan scan = new HoconScan(file, text, namedObjects, problems);
        scan.root();
        scan.duplicates();
        return new Result(scan.broken ? Optional.empty() : Optional.of(scan.repaired()), scan.includes, scan.substitutions);
    }

    private HoconScan(String file, String text, Map<String, Set<String>> namedObjects, Problems problems) {
        this.file = file;
        this.text = text;
        this.namedObjects = namedObjects;
        this.problems = problems;
        this.lineEnds = text.chars().filter(c -> c == '\n').count() > 0 ? ends(text) : new int[0];
    }

    private static int[] ends(String text) {
        return java.util.stream.IntStream.range(0, text.length()).filter(i -> text.charAt(i) == '\n').toArray();
    }

    private SourceLine place(int position) {
        int found = Arrays.binarySearch(lineEnds, position);
        return new SourceLine(file, (found < 0 ? -found - 1 : found) + 1);
    }

    private void root() {
        skipBlank();
        if (peek() == '{') {
            int opened = at++;
            body(List.of(), opened);
            skipBlank();
            if (at < text.length()) {
                fail("syntax", at, "text behind the brace that closes the configuration");
            }
        } else {
            body(List.of(), -1);
        }
    }

    /// The fields of an object. The brace that opens it has been read.
    private void body(List<String> path, int opened) {
        if (tooDeep(opened)) {
            return;
        }
        while (true) {
            skipBlank();
            if (at >= text.length()) {
                if (opened >= 0) {
                    neverClosed(opened, "brace {");
                }
                break;
            }
            char c = peek();
            if (c == '}' && opened >= 0) {
                at++;
                break;
            }
            if (c == '}' || c == ']') {
                fail("syntax", at, "a " + c + " with nothing to close");
                at++;
            } else {
                field(path);
            }
        }
        depth--;
    }

    private boolean tooDeep(int opened) {
        if (++depth <= DEEPEST) {
            return false;
        }
        fail("syntax", Math.max(opened, 0), "more than " + DEEPEST + " braces and brackets inside of each other");
        at = text.length();
        givenUp = true;
        depth--;
        return true;
    }

    private void neverClosed(int opened, String what) {
        if (!givenUp) {
            fail("syntax", opened, "the " + what + " that is opened here is never closed");
        }
    }

    private void field(List<String> path) {
        if (include()) {
            return;
        }
        int start = at;
        List<Element> key = key(path);
        boolean append = text.startsWith("+=", at);
        char c = peek();
        if (!append && c != '=' && c != ':' && c != '{') {
            fail("no-value", start, "\"" + text.substring(start, trimmed(start, at)) + "\" has no value; expected = and a value, or { and settings");
            at = Math.max(at, start + 1);
            return;
        }
        at += append ? 2 : c == '{' ? 0 : 1;
        List<String> full = new ArrayList<>(path);
        key.forEach(element -> full.add(element.name()));
        if (c != '{' && nothingFollows()) {
            fail("no-value", start, "\"" + String.join(".", full) + "\" has no value");
            return;
        }
        boolean substituted = value(full);
        define(full, start, append || substituted);
    }

    /// A key that is defined again.
    private record Again(String path, int start, int first, boolean onPurpose) {}

    /// Notes a definition. Appending and overriding by an (optional) substitution are ways to define a key again on purpose.
    private void define(List<String> full, int start, boolean onPurpose) {
        String path = String.join("\0", full);
        Integer first = defined.putIfAbsent(path, start);
        if (first != null) {
            again.add(new Again(path, start, first, onPurpose));
        }
    }

    /// Reports what is defined twice; not what is so only because the object around it is.
    private void duplicates() {
        for (Again one : again) {
            boolean inner = again.stream().anyMatch(other -> one.path().startsWith(other.path() + "\0"));
            if (!one.onPurpose() && !inner) {
                problems.error("duplicate-key", place(one.start()), "\"" + one.path().substring(one.path().lastIndexOf('\0') + 1) + "\" stands here a second time; the first is in line "
                        + place(one.first()).line() + ". HOCON would quietly make one of both");
            }
        }
    }

    private boolean nothingFollows() {
        int position = at;
        while (position < text.length() && text.charAt(position) != '\n' && blank(text.charAt(position))) {
            position++;
        }
        boolean lineEnds = position >= text.length() || "\n#,}]".indexOf(text.charAt(position)) >= 0 || text.startsWith("//", position);
        if (!lineEnds) {
            return false;
        }
        int before = at;
        skipSpace();
        boolean nextLine = peek() == '\n' || peek() == '#' || text.startsWith("//", at);
        if (nextLine) {
            skipLines();
        }
        boolean opens = nextLine && (peek() == '{' || peek() == '[');
        if (!opens) {
            at = before;
            skipSpace();
        }
        return !opens;
    }

    // ---- keys

    private List<Element> key(List<String> path) {
        int start = at;
        List<Element> elements = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        boolean quoted = false;
        int elementStart = at;
        int special = -1;
        while (at < text.length() && !endsKey()) {
            char c = text.charAt(at);
            if (c == '"') {
                name.append(string());
                quoted = true;
            } else if (c == '.') {
                elements.add(new Element(name.toString().strip(), quoted, elementStart, at++));
                name.setLength(0);
                quoted = false;
                elementStart = at;
            } else {
                special = special < 0 && SPECIAL_IN_KEY.indexOf(c) >= 0 ? at : special;
                name.append(c);
                at++;
            }
        }
        elements.add(new Element(name.toString().strip(), quoted, elementStart, trimmed(elementStart, at)));
        if (special >= 0) {
            return needsQuotes(start, text.charAt(special));
        }
        return dotted(path, elements);
    }

    private boolean endsKey() {
        char c = text.charAt(at);
        return "=:{}[],\n#".indexOf(c) >= 0 || text.startsWith("+=", at) || text.startsWith("//", at);
    }

    private List<Element> needsQuotes(int start, char special) {
        int end = trimmed(start, at);
        String name = text.substring(start, end);
        problems.error("needs-quotes", place(start), "the name " + name + " needs quotes: it contains " + special, "\"" + name.replace("\"", "") + "\"");
        quote(start, end);
        return List.of(new Element(name, true, start, end));
    }

    /// Finds names that their dots take apart: {@code domains { example.com {}.
    private List<Element> dotted(List<String> path, List<Element> key) {
        List<String> full = new ArrayList<>(path);
        key.forEach(element -> full.add(element.name()));
        Set<String> settings = namedObjects.get(full.getFirst());
        int first = 1 - path.size();
        if (settings == null || first < 0 || first + 1 >= key.size()) {
            return key;
        }
        int last = first;
        while (last < key.size() && !key.get(last).quoted() && (last == first || !settings.contains(key.get(last).name()))) {
            last++;
        }
        if (last - first < 2) {
            return key;
        }
        int start = key.get(first).start();
        int end = key.get(last - 1).end();
        String name = text.substring(start, end).strip();
        problems.error("needs-quotes", place(start), "the name " + name + " needs quotes: without them its dots would make it \"" + key.get(first).name() + "\" with a setting \""
                + key.get(first + 1).name() + "\"", "\"" + name + "\"");
        quote(start, end);
        List<Element> joined = new ArrayList<>(key.subList(0, first));
        joined.add(new Element(name, true, start, end));
        joined.addAll(key.subList(last, key.size()));
        return joined;
    }

    // ---- values

    /// Reads a value up to the end of its line or the comma or brace behind it; says whether it has a substitution in it.
    private boolean value(List<String> path) {
        skipLines();
        int start = at;
        int special = -1;
        boolean substituted = false;
        boolean plain = true;
        boolean container = false;
        boolean scalar = false;
        if (peek() == '[' && addressInBrackets()) {
            special = at;
            at = endOfRun(at + 1);
        }
        while (!endsValue(start)) {
            char c = peek();
            if (c == '"') {
                string();
                plain = false;
                scalar = true;
            } else if (c == '{' || c == '[') {
                int opened = at++;
                if (c == '{') {
                    body(path, opened);
                } else {
                    array(path, opened);
                }
                plain = false;
                container = true;
            } else if (text.startsWith("${", at)) {
                substitution();
                substituted = true;
                plain = false;
            } else {
                special = special < 0 && isSpecial() ? at : special;
                scalar |= !blank(c);
                at++;
            }
        }
        if (container && scalar) {
            fail("syntax", start, "a text beside an object or list; expected a comma or a new line between two values");
        } else if (special >= 0) {
            unquoted(start, special, plain);
        }
        return substituted;
    }

    private boolean isSpecial() {
        return SPECIAL.indexOf(peek()) >= 0 || peek() == '#' || text.startsWith("//", at);
    }

    /// A comment ends a value only behind a blank: in {@code lmtp://host} and {@code pass#word} something else was meant.
    private boolean endsValue(int start) {
        if (at >= text.length()) {
            return true;
        }
        char c = peek();
        boolean comment = c == '#' || text.startsWith("//", at);
        return c == '\n' || c == ',' || c == '}' || c == ']' || (comment && (at == start || blank(text.charAt(at - 1)) || "]}\"".indexOf(text.charAt(at - 1)) >= 0));
    }

    private void unquoted(int start, int special, boolean plain) {
        int end = trimmed(start, at);
        String value = text.substring(start, end);
        String shown = value.length() > 80 ? value.substring(0, 80) + "..." : value;
        char c = text.charAt(special);
        String before = text.substring(start, special).strip();
        if (c == '=' && before.indexOf(' ') >= 0) {
            fail("syntax", start, shown + ": two settings in one line need a comma between them", before.substring(0, before.lastIndexOf(' ')) + ", "
                    + before.substring(before.lastIndexOf(' ') + 1) + " =");
            return;
        }
        String what = c == '/' ? "// would begin a comment" : c == '#' ? "# would begin a comment" : "it contains " + c;
        problems.error("needs-quotes", place(start), shown + " needs quotes: " + what, plain ? "\"" + shown + "\"" : "the whole value between one pair of quotes");
        if (plain) {
            quote(start, end);
        } else {
            broken = true;
        }
    }

    /// {@code [::1]:25} is meant as an address, not as a list.
    private boolean addressInBrackets() {
        int close = text.indexOf(']', at);
        if (close < 0 || close - at > 50) {
            return false;
        }
        String inside = text.substring(at + 1, close);
        return inside.indexOf(':') >= 0 && inside.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
    }

    private int endOfRun(int from) {
        int end = from;
        while (end < text.length() && "\n,}# \t\r".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private void array(List<String> path, int opened) {
        if (tooDeep(opened)) {
            return;
        }
        while (true) {
            skipBlank();
            if (at >= text.length()) {
                neverClosed(opened, "bracket [");
                break;
            }
            if (peek() == ']') {
                at++;
                break;
            }
            if (peek() == '}') {
                fail("syntax", at, "a } where the bracket [ of line " + place(opened).line() + " is still open");
                break;
            }
            List<String> element = new ArrayList<>(path);
            element.add("\0" + elements++);
            int before = at;
            value(element);
            at = Math.max(at, before + (at == before ? 1 : 0));
        }
        depth--;
    }

    private void substitution() {
        int start = at;
        int close = text.indexOf('}', at);
        int lineEnd = text.indexOf('\n', at);
        if (close < 0 || (lineEnd >= 0 && lineEnd < close)) {
            fail("syntax", start, "the substitution ${ that is opened here is not closed in its line");
            at = lineEnd < 0 ? text.length() : lineEnd;
            return;
        }
        String inside = text.substring(start + 2, close).strip();
        boolean optional = inside.startsWith("?");
        substitutions.add(new Substitution(optional ? inside.substring(1).strip() : inside, optional, place(start)));
        at = close + 1;
    }

    /// Reads a quoted string and gives what is between its quotes.
    private String string() {
        int start = at;
        boolean triple = text.startsWith("\"\"\"", at);
        int open = at + (triple ? 3 : 1);
        int close = triple ? text.indexOf("\"\"\"", open) : closingQuote(open);
        if (close < 0) {
            fail("syntax", start, "the quote \" that is opened here is not closed" + (triple ? "" : " in its line"));
            int lineEnd = text.indexOf('\n', start);
            at = triple || lineEnd < 0 ? text.length() : lineEnd;
            return "";
        }
        at = close + (triple ? 3 : 1);
        while (triple && peek() == '"') {
            at++;
        }
        String content = text.substring(open, close);
        if (content.contains("${")) {
            problems.error("substitution-in-quotes", place(start), "${...} in quotes is taken literally", "the substitution outside of the quotes, like ${NAME}\"/rest\"");
        }
        return content;
    }

    private int closingQuote(int from) {
        for (int i = from; i < text.length() && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i;
            }
        }
        return -1;
    }

    // ---- includes

    private boolean include() {
        if (!text.startsWith("include", at) || at + 7 >= text.length() || !(blank(text.charAt(at + 7)) || text.charAt(at + 7) == '"')) {
            return false;
        }
        int start = at;
        int lineEnd = text.indexOf('\n', at) < 0 ? text.length() : text.indexOf('\n', at);
        int quote = text.indexOf('"', at);
        String way = text.substring(at + 7, quote < 0 || quote > lineEnd ? lineEnd : quote).strip();
        if (quote < 0 || quote > lineEnd) {
            boolean setting = way.startsWith("=") || way.startsWith(":") || way.startsWith("{") || way.startsWith("+=");
            if (!setting) {
                fail("syntax", start, "include needs the name of a file in quotes", "include \"other.conf\"");
                at = lineEnd;
            }
            return !setting;
        }
        if (way.startsWith("=") || way.startsWith(":")) {
            return false;
        }
        at = quote;
        String target = string();
        while (peek() == ')' || peek() == ' ') {
            at++;
        }
        if (way.contains("url") || way.contains("classpath")) {
            fail("syntax", start, "only files can be included, not " + way.replace("(", "").replace("required", "").strip(), "include \"other.conf\"");
        } else {
            includes.add(new Include(target, place(start)));
        }
        return true;
    }

    // ---- characters

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private static boolean blank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF';
    }

    private void skipSpace() {
        while (at < text.length() && text.charAt(at) != '\n' && blank(text.charAt(at))) {
            at++;
        }
    }

    /// Blanks, line ends and comments.
    private void skipLines() {
        while (at < text.length()) {
            if (blank(text.charAt(at))) {
                at++;
            } else if (text.charAt(at) == '#' || text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else {
                return;
            }
        }
    }

    /// Blanks, line ends, comments and commas.
    private void skipBlank() {
        skipLines();
        while (peek() == ',') {
            at++;
            skipLines();
        }
    }

    private int trimmed(int start, int end) {
        int position = end;
        while (position > start && blank(text.charAt(position - 1))) {
            position--;
        }
        return position;
    }

    private void fail(String id, int position, String message) {
        broken = true;
        problems.error(id, place(position), message);
    }

    private void fail(String id, int position, String message, String fix) {
        broken = true;
        problems.error(id, place(position), message, fix);
    }

    private void quote(int start, int end) {
        String inside = text.substring(start, end);
        if (inside.indexOf('"') >= 0 || inside.indexOf('\\') >= 0 || inside.indexOf('\n') >= 0 || insertions.containsKey(start) || insertions.containsKey(end)) {
            broken = true;
            return;
        }
        insertions.put(start, "\"");
        insertions.put(end, "\"");
    }

    private String repaired() {
        StringBuilder result = new StringBuilder();
        int from = 0;
        for (Map.Entry<Integer, String> insertion : insertions.entrySet()) {
            result.append(text, from, insertion.getKey()).append(insertion.getValue());
            from = insertion.getKey();
        }
        return result.append(text.substring(from)).toString();
    }
}
