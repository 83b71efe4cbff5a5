// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.Copies;
import org.isthmus.config.Settings.Direction;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Rewrite;
import org.isthmus.config.Settings.Rewrite.Part;
import org.jspecify.annotations.Nullable;

/// Reads {@code rewrite} and {@code copies}.
final class AddressingReader {
    private static final Kind<AddressPattern> ADDRESSES = new Kind<>("an address, \"*@domain\", a domain or \"*.domain\"", AddressingReader::some);
    private static final Kind<AddressPattern> ALL = new Kind<>("an address, \"*@domain\", a domain, \"*.domain\" or \"*\"", AddressPattern::parse);
    private static final Kind<Set<Part>> WHAT = new Kind<>("envelope | envelope-sender | envelope-recipient | headers | header-sender | header-recipient", AddressingReader::parts);
    private static final String FILE = "file:";

    private final Section root;
    private final Problems problems;
    private final List<Settings.Listener> listeners;

    AddressingReader(Section root, List<Settings.Listener> listeners) {
        this.root = root;
        this.problems = root.problems();
        this.listeners = listeners;
    }

    Settings.Addressing read() {
        List<Rewrite> rewrites = new ArrayList<>();
        for (Section section : root.sections("rewrite")) {
            rewrite(rewrites.size(), section).ifPresent(rewrites::add);
        }
        List<Copies> copies = new ArrayList<>();
        for (Section section : root.sections("copies")) {
            copies(copies.size(), section).ifPresent(copies::add);
        }
        return new Settings.Addressing(rewrites, copies);
    }

    private Optional<Rewrite> rewrite(int index, Section section) {
        String written = section.one("in", Kind.TEXT).orElse(null);
        Path table = written != null && written.startsWith(FILE) ? table(section, written.substring(FILE.length())) : null;
        AddressPattern in = table == null ? section.one("in", ADDRESSES).orElse(null) : AddressPattern.EVERYBODY;
        AddressPattern to = section.one("to", ADDRESSES).orElse(null);
        Set<Part> what = EnumSet.noneOf(Part.class);
        section.several("what", WHAT).orElse(List.of(Set.of(Part.values()))).forEach(what::addAll);
        Direction direction = direction(section);
        Set<String> doors = listeners(section);
        section.finish();
        missing(section, written, table, to);
        if (in == null || (table == null && (to == null || !fits(section, in, to))) || what.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Rewrite(index, in, table, to, what, direction, doors, section.at("in")));
    }

    private void missing(Section section, @Nullable String in, @Nullable Path table, @Nullable AddressPattern to) {
        if (in == null) {
            problems.error("missing-key", section.at(), section.name("in") + " is missing: which addresses are rewritten", "in = \"*@old.example\"");
        }
        if (table == null && in != null && !section.has("to")) {
            problems.error("missing-key", section.at(), section.name("to") + " is missing: what they become", "to = \"*@new.example\"");
        }
        if (table != null && to != null) {
            problems.error("bad-value", section.at("to"), section.name("to") + ": the file " + table + " says itself what its addresses become");
        }
    }

    /// What stands behind the arrow can be made of what stands before it.
    private boolean fits(Section section, AddressPattern in, AddressPattern to) {
        String wrong = null;
        if (to.hasStar() && !in.hasStar()) {
            wrong = "has a star before the @, and in has none that it could stand for";
        } else if (to.domain() instanceof DomainPattern.Below && !(in.domain() instanceof DomainPattern.Below)) {
            wrong = "has a star in its domain, and in has none that it could stand for";
        }
        if (wrong != null) {
            problems.error("bad-value", section.at("to"), section.name("to") + ": \"" + to + "\" " + wrong);
        } else if (in.equals(to)) {
            problems.warning("unused", section.at("to"), section.name("to") + " is what in is; the rule changes nothing");
        }
        return wrong == null;
    }

    private Path table(Section section, String path) {
        Path file = section.file("in", path);
        section.checkFile("in", file);
        return file;
    }

    private Set<String> listeners(Section section) {
        Set<String> known = new TreeSet<>(listeners.stream().map(Settings.Listener::name).toList());
        Set<String> named = new HashSet<>();
        for (String name : section.several("listener", Kind.TEXT).orElse(List.of())) {
            if (known.contains(name)) {
                named.add(name);
            } else {
                String hint = NearestName.hint(name, known);
                problems.error("unknown-listener", section.at("listener"), section.name("listener") + ": there is no listener \"" + name + "\""
                        + (hint.isEmpty() ? "; expected " + String.join(" or ", known) : hint));
            }
        }
        return named;
    }

    private static Direction direction(Section section) {
        return section.one("direction", Kind.word(Direction.class)).orElse(Direction.BOTH);
    }

    private Optional<Copies> copies(int index, Section section) {
        AddressPattern of = section.one("of", ALL).orElse(null);
        List<Mailbox> to = section.several("to", Kind.MAILBOX).orElse(List.of());
        Direction direction = direction(section);
        section.finish();
        if (!section.has("of")) {
            problems.error("missing-key", section.at(), section.name("of") + " is missing: whose mail is copied", "of = \"*@example.com\"");
        }
        if (!section.has("to") || section.isEmptyList("to")) {
            problems.error("missing-key", section.at(), section.name("to") + " is missing: who gets the copies", "to = \"archive@example.com\"");
        }
        return of == null || to.isEmpty() ? Optional.empty() : Optional.of(new Copies(index, of, direction, to, section.at("of")));
    }

    /// Not everybody: a rule for all addresses there are would rewrite those of strangers.
    private static AddressPattern some(String text) {
        AddressPattern pattern = AddressPattern.parse(text);
        if (pattern.domain() instanceof DomainPattern.Everything) {
            throw new IllegalArgumentException("would be the addresses of all domains there are");
        }
        return pattern;
    }

    private static Set<Part> parts(String text) {
        return switch (text) {
            case "envelope" -> EnumSet.of(Part.ENVELOPE_SENDER, Part.ENVELOPE_RECIPIENT);
            case "headers", "header" -> EnumSet.of(Part.HEADER_SENDER, Part.HEADER_RECIPIENT);
            default -> EnumSet.of(Kind.word(Part.class).reader().read(text));
        };
    }
}
