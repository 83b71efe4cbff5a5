// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.config.NearestName;
import org.isthmus.config.Problem;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// From an export of {@code ...\MSExchangeIMC\Parameters} to a fragment of configuration that means the same, with one line of comment for each value.
/// Whatever is not understood is an error, and then there is no fragment: the old connector passed over a misspelt value in silence.
public final class RegistryImport {
    /// The largest file that is read, in octets.
    public static final int LARGEST = 16 << 20;

    private static final String CONNECTOR = "\\services\\msexchangeimc";
    private static final String STORE = "\\services\\msexchangeis";
    /// Keys beside and below, which say how Windows runs the program and nothing about mail.
    private static final List<String> OF_WINDOWS = List.of("performance", "security", "enum", "linkage");

    private RegistryImport() {}

    /// @param text the fragment; empty if one of the problems is an error
    /// @param problems what is wrong, in order of line
    public record Imported(Optional<String> text, List<Problem> problems) {
        public Imported {
            problems = List.copyOf(problems);
        }
    }

    /// @param file the name of the export, for comments and problems
    public static Imported of(String file, byte[] octets) {
        List<Problem> problems = new ArrayList<>();
        RegistryReader reader = new RegistryReader(file, problems);
        List<RegistryValue> values = reader.read(octets);
        if (problems.isEmpty()) {
            places(reader.keys(), file, problems);
        }
        String text = problems.isEmpty() ? fragment(file, values, problems) : "";
        problems.sort((one, other) -> Integer.compare(line(one), line(other)));
        return new Imported(problems.isEmpty() ? Optional.of(text) : Optional.empty(), problems);
    }

    private static int line(Problem problem) {
        return problem.at() == null ? 0 : problem.at().line();
    }

    /// Whether the keys are those of a connector.
    private static void places(List<RegistryReader.Key> keys, String file, List<Problem> problems) {
        for (RegistryReader.Key key : keys) {
            if (place(key.name()) == null && !ofWindows(key.name())) {
                problems.add(Problem.error("unknown-key", key.at(), "the key [" + RegistryReader.clip(key.name()) + "] is none of the connector's" + keyHint(key.name()), null));
            }
        }
        if (problems.isEmpty() && keys.stream().noneMatch(key -> KnownValues.PARAMETERS.equals(place(key.name())))) {
            problems.add(Problem.error("no-parameters", new SourceLine(file, 1), "there is no key [...\\MSExchangeIMC\\Parameters] in it", null));
        }
    }

    private static String keyHint(String key) {
        String last = key.substring(key.lastIndexOf('\\') + 1);
        return NearestName.hint(last, List.of(KnownValues.PARAMETERS, KnownValues.EXTENSION, "MSExchangeIMC", KnownValues.STORE, KnownValues.CONTENT));
    }

    /// The last part of a key whose values are known; null if it is another.
    private static @Nullable String place(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.endsWith(CONNECTOR + "\\parameters")) {
            return KnownValues.PARAMETERS;
        }
        if (lower.endsWith(CONNECTOR + "\\parameters\\extension")) {
            return KnownValues.EXTENSION;
        }
        if (lower.endsWith(STORE + "\\parameterssystem")) {
            return KnownValues.STORE;
        }
        return lower.endsWith(STORE + "\\parameterssystem\\internetcontent") ? KnownValues.CONTENT : null;
    }

    private static boolean ofWindows(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.endsWith(CONNECTOR) || OF_WINDOWS.stream().anyMatch(name -> lower.contains(CONNECTOR + "\\" + name));
    }

    private static String fragment(String file, List<RegistryValue> values, List<Problem> problems) {
        Export export = new Export();
        values.stream().filter(value -> KnownValues.PARAMETERS.equals(place(value.key())) || KnownValues.EXTENSION.equals(place(value.key()))).forEach(export::add);
        StringBuilder text = new StringBuilder();
        int settings = 0;
        for (RegistryValue value : values) {
            Meaning meaning = meaning(value, export, problems);
            text.append("# ").append(comment(value.name().isEmpty() ? "(Default)" : value.name())).append(" = ").append(comment(value.data().shown()))
                    .append(" (").append(comment(value.at().toString())).append("): ").append(comment(meaning.words())).append('\n');
            meaning.lines().forEach(line -> text.append(line).append('\n'));
            settings += meaning.isSetting() ? 1 : 0;
        }
        return """
                # What the registry of an Exchange Internet Mail Connector said, for Isthmus: a fragment of its configuration.
                # Made of %s: values %d, settings here %d. Put it beside isthmus.conf as conf.d/imported.conf, then run isthmus check.
                %s
                """.formatted(comment(file), values.size(), settings, absent(export)) + text;
    }

    /// The one value whose absence matters: 0 is not our default.
    private static String absent(Export export) {
        boolean there = export.value("DisableLoopbackConnections").isPresent() || export.value("DisableLoopbackConnection").isPresent();
        return there ? "" : "# DisableLoopbackConnections is not in it, and the old default was 0: loop { loopback = send }. The default here, turn-around, delivers such mail at once.\n";
    }

    private static Meaning meaning(RegistryValue value, Export export, List<Problem> problems) {
        String place = place(value.key());
        if (place == null) {
            return Meaning.none("no counterpart: how Windows runs the program, nothing about mail");
        }
        if (value.name().isEmpty()) {
            return Meaning.none("no counterpart: the key's own value, which the connector does not read");
        }
        Optional<Known> known = KnownValues.find(place, value.name());
        if (known.isEmpty()) {
            problems.add(Problem.error("unknown-value", value.at(), "unknown value \"" + RegistryReader.clip(value.name()) + "\" in [...\\" + place + "]"
                    + NearestName.hint(value.name(), KnownValues.names(place)), null));
            return Meaning.none("");
        }
        if (!known.get().kind().fits(value.data())) {
            problems.add(Problem.error("wrong-type", value.at(), value.name() + " is " + value.data().type() + "; expected " + known.get().kind(), null));
            return Meaning.none("");
        }
        try {
            return known.get().translation().of(value, export);
        } catch (IllegalArgumentException e) {
            problems.add(Problem.error("bad-value", value.at(), value.name() + " = " + RegistryReader.clip(value.data().shown()) + " " + e.getMessage(), null));
            return Meaning.none("");
        }
    }

    /// One line, whatever stands in it: what follows a line end would be configuration.
    private static String comment(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(400).map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c).forEach(line::appendCodePoint);
        return text.codePointCount(0, text.length()) > 400 ? line.append("...").toString() : line.toString();
    }
}
