// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.SyntaxProblem;

/// Journals of all mail of a direction (Q258206, Q262122) are copies here. Both directions stand in one list, at the value that comes first.
final class JournalCopies {
    static final String INBOUND = "InboundJournal";
    static final String OUTBOUND = "OutboundJournal";
    private static final String PREFIX = "smtp:";

    private JournalCopies() {}

    static Meaning of(RegistryValue value, Export export) {
        boolean inbound = value.name().equals(INBOUND);
        String what = "copies of all " + (inbound ? "inbound" : "outbound") + " mail";
        if (address(value).isEmpty()) {
            return Meaning.none(what + ". Not taken over: it names no Internet address; write copies = [{ of = \"*\", direction = " + (inbound ? "in" : "out") + ", to = \"...\" }]");
        }
        Optional<RegistryValue> other = export.value(inbound ? OUTBOUND : INBOUND).filter(one -> address(one).isPresent());
        if (other.isPresent() && other.get().at().line() < value.at().line()) {
            return Meaning.none(what + ": in the list of copies above");
        }
        List<String> entries = new ArrayList<>();
        entries.add(entry(value));
        other.ifPresent(one -> entries.add(entry(one)));
        return Meaning.of(what + ". It takes the place of other copies, if there are any", "copies = [" + String.join(", ", entries) + "]");
    }

    private static String entry(RegistryValue value) {
        return "{ of = \"*\", direction = " + (value.name().equals(INBOUND) ? "in" : "out") + ", to = \"" + address(value).orElseThrow() + "\" }";
    }

    private static Optional<Mailbox> address(RegistryValue value) {
        if (!(value.data() instanceof RegistryValue.Text(String text))) {
            return Optional.empty();
        }
        String name = text.strip();
        try {
            Mailbox mailbox = Mailbox.parse(name.toLowerCase(Locale.ROOT).startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
            // A quote or a backslash would have to be escaped; nobody's journal has one.
            return mailbox.text().indexOf('"') < 0 && mailbox.text().indexOf('\\') < 0 ? Optional.of(mailbox) : Optional.empty();
        } catch (SyntaxProblem e) {
            return Optional.empty();
        }
    }
}
