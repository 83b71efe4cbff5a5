// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in an RFC that a source names.
///
/// @param section as `4.5.3.2` or `F.2`, empty for the whole RFC
record Citation(int rfc, String section) implements Comparable<Citation> {
    private static final Pattern RFC = Pattern.compile("\\bRFCs? ?(\\d{3,5})(?!\\d)");
    private static final Pattern SECTION = Pattern.compile("\\G(?:,? and |, | or )?(?:§{1,2} ?|[Ss]ections? |Appendix )([0-9A-Z](?:[0-9]*)(?:\\.[0-9]+)*)");
    private static final Pattern NEXT = Pattern.compile("\\G(?:,? and |, | or )(\\d{4})(?![\\d-])");
    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*(?:///?|\\*|#)?\\s*");

    /// By number, then by section as a table of contents has them, appendices last.
    @Override
    public int compareTo(Citation other) {
        return Comparator.comparingInt(Citation::rfc).thenComparing(Citation::order).compare(this, other);
    }

    private String order() {
        StringBuilder order = new StringBuilder();
        for (String part : section.split("\\.")) {
            order.append("0".repeat(Math.max(0, 4 - part.length()))).append(part).append('.');
        }
        return (section.isEmpty() ? "" : Character.isDigit(section.charAt(0)) ? "1" : "2") + order;
    }

    /// All of a text, in its order: `RFC 5321 §4.1.4`, `RFC 3461 §4.2, §5.2.1`, `RFC 3463 and 2034`; a line break and a comment's mark may come between.
    static List<Citation> in(String source) {
        String text = LINE_BREAK.matcher(source).replaceAll(" ");
        List<Citation> found = new ArrayList<>();
        Matcher rfc = RFC.matcher(text);
        while (rfc.find()) {
            int at = sections(Integer.parseInt(rfc.group(1)), text, rfc.end(), found);
            Matcher next = NEXT.matcher(text);
            while (next.find(at)) {
                at = sections(Integer.parseInt(next.group(1)), text, next.end(), found);
            }
        }
        return found;
    }

    /// @return where it ends
    private static int sections(int rfc, String text, int from, List<Citation> found) {
        int at = from;
        Matcher section = SECTION.matcher(text);
        boolean any = false;
        while (section.find(at == from && text.startsWith(" ", at) ? at + 1 : at)) {
            found.add(new Citation(rfc, section.group(1)));
            any = true;
            at = section.end();
        }
        if (!any) {
            found.add(new Citation(rfc, ""));
        }
        return at;
    }
}
