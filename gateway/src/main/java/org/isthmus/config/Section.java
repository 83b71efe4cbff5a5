// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// One object of the configuration while it is read. It remembers which keys were asked for; {@link #finish} reports all others.
final class Section {
    private final ConfigObject object;
    private final String path;
    private final ConfigFiles files;
    private final Problems problems;
    private final Map<String, SourceLine> places;
    private final Set<String> known = new HashSet<>();

    /// @param places takes down where each good value stands, by its full name; those of a list with a number: {@code identity.names[1]}. Domains may be many
    ///     and have places of their own, so theirs are left out
    Section(ConfigObject object, String path, ConfigFiles files, Problems problems, Map<String, SourceLine> places) {
        this.places = places;
        this.object = object;
        this.path = path;
        this.files = files;
        this.problems = problems;
    }

    /// The full name of a key, for people.
    String name(String key) {
        String shown = key.indexOf('.') >= 0 || key.indexOf('*') >= 0 ? "\"" + key + "\"" : key;
        return path.isEmpty() ? shown : path + "." + shown;
    }

    /// Where the object begins.
    SourceLine at() {
        return HoconReader.place(object.origin());
    }

    /// Where a value stands; the object's place if it is not written.
    SourceLine at(String key) {
        ConfigValue value = object.get(key);
        return value == null ? at() : HoconReader.place(value.origin());
    }

    /// Where a setting stands that is named by its full path without quotes; the nearest object around it if it is not written.
    SourceLine place(String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return at(path);
        }
        ConfigValue inner = object.get(path.substring(0, dot));
        return inner instanceof ConfigObject section ? new Section(section, "", files, problems, places).place(path.substring(dot + 1)) : at(path.substring(0, dot));
    }

    boolean has(String key) {
        return value(key) != null;
    }

    Problems problems() {
        return problems;
    }

    /// One value; empty if it is not written or not good, which has then been reported.
    <T> Optional<T> one(String key, Kind<T> kind) {
        ConfigValue value = value(key);
        return value == null ? Optional.empty() : read(name(key), name(key), value, kind);
    }

    /// The values of a list; one value alone stands for a list of one. Bad ones have been reported and are left out.
    /// @return empty if nothing is written
    <T> Optional<List<T>> several(String key, Kind<T> kind) {
        return value(key) == null ? Optional.empty() : Optional.of(placed(key, kind).stream().map(Placed::value).toList());
    }

    /// The same, each with its place; none if nothing is written.
    <T> List<Placed<T>> placed(String key, Kind<T> kind) {
        ConfigValue value = value(key);
        List<Placed<T>> result = new ArrayList<>();
        for (ConfigValue element : value instanceof ConfigList list ? list : value == null ? List.<ConfigValue>of() : List.of(value)) {
            SourceLine at = HoconReader.place(element.origin());
            read(name(key), name(key) + "[" + result.size() + "]", element, kind).ifPresent(good -> result.add(new Placed<>(good, at)));
        }
        return result;
    }

    /// A value and where it stands.
    record Placed<T>(T value, SourceLine at) {}

    /// True if a list is written that has nothing in it.
    boolean isEmptyList(String key) {
        return value(key) instanceof ConfigList list && list.isEmpty();
    }

    /// A file that is named relative to the file the name stands in.
    Path file(String key, String written) {
        return files.resolve(at(key), written);
    }

    /// Whether a file can be read.
    boolean isThere(Path file) {
        return files.trouble(file) == null;
    }

    /// Reports a file that cannot be used.
    void checkFile(String key, Path file) {
        String trouble = files.trouble(file);
        if (trouble != null) {
            problems.error("missing-file", at(key), name(key) + " names the file " + file + ": " + trouble);
        }
    }

    /// An object within.
    Optional<Section> section(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof ConfigObject inner) {
            return Optional.of(new Section(inner, name(key), files, problems, places));
        }
        wrongType(name(key), value, "an object { ... }");
        return Optional.empty();
    }

    /// The objects within, whose keys are names; in the order in which they stand.
    List<Named> named() {
        List<Named> result = new ArrayList<>();
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            known.add(entry.getKey());
            if (entry.getValue() instanceof ConfigObject inner) {
                result.add(new Named(entry.getKey(), new Section(inner, name(entry.getKey()), files, problems, places)));
            } else if (entry.getValue().valueType() != ConfigValueType.NULL) {
                wrongType(name(entry.getKey()), entry.getValue(), "an object { ... }");
            }
        }
        result.sort(Comparator.<Named, String>comparing(one -> one.section().at().file())
                .thenComparingInt(one -> one.section().at().line())
                .thenComparing(Named::name));
        return result;
    }

    /// An object and the name that is its key.
    record Named(String name, Section section) {}

    /// The objects of a list.
    List<Section> sections(String key) {
        ConfigValue value = value(key);
        List<Section> result = new ArrayList<>();
        int index = 0;
        for (ConfigValue element : value instanceof ConfigList list ? list : value == null ? List.<ConfigValue>of() : List.of(value)) {
            String name = name(key) + "[" + index++ + "]";
            if (element instanceof ConfigObject inner) {
                result.add(new Section(inner, name, files, problems, places));
            } else {
                wrongType(name, element, "an object { ... }");
            }
        }
        return result;
    }

    /// Keys that are known but mean something that this release does not have.
    /// @param harmless they change nothing about mail, so they are passed over with a warning
    void notYet(boolean harmless, String needs, String... keys) {
        for (String key : keys) {
            ConfigValue value = value(key);
            if (value != null) {
                String message = name(key) + " needs " + needs + ", which this release does not have" + (harmless ? "; it is passed over" : "");
                problems.add(harmless ? Problem.warning("not-yet", at(key), message, null) : Problem.error("not-yet", at(key), message, null));
            }
        }
    }

    /// Reports the keys that nobody asked for.
    void finish() {
        for (String key : new TreeSet<>(object.keySet())) {
            if (!known.contains(key)) {
                Optional<String> nearest = NearestName.of(key, known);
                String hint = nearest.isPresent() ? NearestName.hint(key, known) : Keys.elsewhere(key, path);
                problems.error("unknown-key", at(key), "unknown key " + name(key) + hint);
            }
        }
    }

    private @Nullable ConfigValue value(String key) {
        known.add(key);
        ConfigValue value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    private <T> Optional<T> read(String name, String place, ConfigValue value, Kind<T> kind) {
        SourceLine at = HoconReader.place(value.origin());
        if (value instanceof ConfigObject inner && inner.size() == 1 && inner.containsKey("file")) {
            problems.error("needs-quotes", at, name + ": {file:...} needs quotes", "\"{file:" + inner.get("file").unwrapped() + "}\"");
            return Optional.empty();
        }
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
            wrongType(name, value, kind.expected());
            return Optional.empty();
        }
        Optional<String> text = text(name, at, value.atKey("value").getString("value"));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            T good = kind.reader().read(text.get());
            if (!place.startsWith("domains.")) {
                places.put(place, at);
            }
            return Optional.of(good);
        } catch (IllegalArgumentException e) {
            boolean secret = !text.get().equals(value.unwrapped().toString()) && value.valueType() == ConfigValueType.STRING;
            String written = withoutUser(text.get());
            String shown = secret ? "what the file says" : "\"" + (written.length() > 100 ? written.substring(0, 100) + "..." : written) + "\"";
            String hint = e instanceof Kind.Wrong wrong ? wrong.hint() : "";
            problems.error("bad-value", at, name + ": " + shown + " " + e.getMessage() + "; expected " + kind.expected() + hint);
            return Optional.empty();
        }
    }

    /// A URL may hold a password, which no problem shows.
    private static String withoutUser(String text) {
        int slashes = text.indexOf("://");
        int at = text.lastIndexOf('@');
        return slashes >= 0 && at > slashes ? text.substring(0, slashes + 3) + "***" + text.substring(at) : text;
    }

    /// {@code {file:/path}} stands for what that file says.
    private Optional<String> text(String name, SourceLine at, String written) {
        if (!written.startsWith("{file:") || !written.endsWith("}")) {
            return Optional.of(written);
        }
        String file = written.substring("{file:".length(), written.length() - 1).strip();
        try {
            return Optional.of(files.content(files.resolve(at, file)).strip());
        } catch (IOException | InvalidPathException e) {
            problems.error("missing-file", at, name + " takes its value from the file " + file + ", which cannot be read");
            return Optional.empty();
        }
    }

    /// The file in which a value stands: the one that {@code {file:...}} names, otherwise that of the configuration; null if it came from the environment.
    @Nullable Path standsIn(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        SourceLine at = HoconReader.place(value.origin());
        String written = String.valueOf(value.unwrapped());
        try {
            boolean named = written.startsWith("{file:") && written.endsWith("}");
            return named ? files.resolve(at, written.substring("{file:".length(), written.length() - 1).strip()) : at.line() == 0 ? null : Path.of(at.file());
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private void wrongType(String name, ConfigValue value, String expected) {
        String found = switch (value.valueType()) {
            case OBJECT -> "an object";
            case LIST -> "a list";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case STRING -> "a text";
            case NULL -> "null";
        };
        problems.error("wrong-type", HoconReader.place(value.origin()), name + " is " + found + "; expected " + expected);
    }
}
