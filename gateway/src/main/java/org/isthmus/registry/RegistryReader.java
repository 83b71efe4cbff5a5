// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.isthmus.config.Problem;
import org.isthmus.registry.RegistryValue.Data;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Reads an export of the registry: {@code REGEDIT4}, or {@code Windows Registry Editor Version 5.00} in UTF-16. Values are REG_SZ, REG_DWORD, and octets
/// ({@code hex}, {@code hex(N)}) over several lines. Everything that is wrong is collected with its line.
final class RegistryReader {
    private static final String OLD = "REGEDIT4";
    private static final String NEW = "Windows Registry Editor Version 5.00";

    private final String file;
    private final List<Problem> problems;
    private final List<RegistryValue> values = new ArrayList<>();
    private final Map<String, RegistryValue> seen = new LinkedHashMap<>();
    private final List<Key> keys = new ArrayList<>();
    private List<String> lines = List.of();
    private boolean wide;
    private int next;

    /// @param name the full path, as written
    record Key(String name, SourceLine at) {}

    /// @param file its name, for problems
    /// @param problems gets what is wrong
    RegistryReader(String file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /// The keys that stand in the file, empty ones too.
    List<Key> keys() {
        return keys;
    }

    /// Reads the whole file.
    /// @return the values in order; of no use if there are problems
    List<RegistryValue> read(byte[] octets) {
        try {
            lines = RegistryText.of(octets).lines().toList();
        } catch (CharacterCodingException e) {
            error(1, "not-an-export", "the text is no UTF-16, UTF-8 or Western European text: it was damaged on its way");
            return values;
        }
        int header = header();
        if (header < 0) {
            return values;
        }
        next = header + 1;
        String key = null;
        while (next < lines.size()) {
            int at = next++;
            String line = lines.get(at).strip();
            if (line.isEmpty() || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("[")) {
                key = key(at, line);
            } else if (key == null) {
                error(at + 1, "syntax", "a value before the first [key]");
            } else {
                value(key, at, line);
            }
        }
        return values;
    }

    /// The line that says what the file is; -1 if it is something else.
    private int header() {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            wide = line.equals(NEW);
            if (!wide && !line.equals(OLD)) {
                error(i + 1, "not-an-export", "the first line is \"" + clip(line) + "\"; an export of the registry begins with " + OLD + " or \"" + NEW + "\"");
                return -1;
            }
            return i;
        }
        error(1, "not-an-export", "the file is empty; an export of the registry begins with " + OLD + " or \"" + NEW + "\"");
        return -1;
    }

    private String key(int at, String line) {
        if (!line.endsWith("]") || line.length() < 3) {
            error(at + 1, "syntax", "a [key] that is not closed");
            return line;
        }
        String name = line.substring(1, line.length() - 1);
        if (name.startsWith("-")) {
            error(at + 1, "syntax", "[" + clip(name) + "] deletes a key; an export has no deletions");
            return name;
        }
        keys.add(new Key(name, new SourceLine(file, at + 1)));
        return name;
    }

    /// {@code "name"=data} or {@code @=data}; a name or text in quotes may go over several lines.
    private void value(String key, int at, String line) {
        if (!line.startsWith("@") && !line.startsWith("\"")) {
            error(at + 1, "syntax", "\"" + clip(line) + "\" is neither a [key] nor a \"name\"=value");
            return;
        }
        Quoted name = line.startsWith("@") ? new Quoted("", line.substring(1)) : quoted(at, line);
        if (name == null) {
            return;
        }
        String rest = name.rest().strip();
        if (!rest.startsWith("=")) {
            error(at + 1, "syntax", "\"" + clip(name.text()) + "\" has no = and no value");
            return;
        }
        Data data = data(at, name.text(), rest.substring(1).strip());
        if (data == null) {
            return;
        }
        RegistryValue value = new RegistryValue(key, name.text(), data, new SourceLine(file, at + 1));
        RegistryValue other = seen.putIfAbsent((key + "\n" + value.name()).toLowerCase(Locale.ROOT), value);
        if (other != null) {
            error(at + 1, "duplicate-value", "the value \"" + clip(value.name()) + "\" stands twice in its key, first in line " + other.at().line());
        }
        values.add(value);
    }

    private @Nullable Data data(int at, String name, String text) {
        if (text.startsWith("\"")) {
            Quoted quoted = quoted(at, text);
            if (quoted == null) {
                return null;
            }
            if (!quoted.rest().isBlank()) {
                error(at + 1, "syntax", "something stands behind the value of \"" + clip(name) + "\": " + clip(quoted.rest().strip()));
            }
            return new RegistryValue.Text(quoted.text());
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("dword:")) {
            return dword(at, name, text.substring("dword:".length()).strip());
        }
        if (lower.startsWith("hex")) {
            return hex(at, name, text);
        }
        String what = text.equals("-") ? "is deleted by \"-\"; an export has no deletions" : "has the value " + clip(text) + "; expected \"text\", dword: or hex:";
        error(at + 1, "syntax", "\"" + clip(name) + "\" " + what);
        return null;
    }

    private @Nullable Data dword(int at, String name, String digits) {
        boolean good = !digits.isEmpty() && digits.length() <= 8 && digits.chars().allMatch(HexFormat::isHexDigit);
        if (!good) {
            error(at + 1, "syntax", "\"" + clip(name) + "\" has dword:" + clip(digits) + "; expected up to eight hexadecimal digits");
            return null;
        }
        return new RegistryValue.Number(Long.parseLong(digits, 16));
    }

    /// {@code hex:01,02,\} and further lines, or {@code hex(7):...}.
    private @Nullable Data hex(int at, String name, String first) {
        StringBuilder all = new StringBuilder(first);
        while (!all.isEmpty() && all.charAt(all.length() - 1) == '\\') {
            all.setLength(all.length() - 1);
            if (next >= lines.size() || lines.get(next).isBlank()) {
                error(at + 1, "syntax", "\"" + clip(name) + "\" ends with a \\ and goes on nowhere: the file was cut");
                return null;
            }
            all.append(lines.get(next++).strip());
        }
        int colon = all.indexOf(":");
        String kind = colon < 0 ? all.toString() : all.substring(0, colon).toLowerCase(Locale.ROOT);
        byte[] octets = octets(at, name, colon < 0 ? "" : all.substring(colon + 1));
        return octets == null ? null : typed(at, name, kind, octets);
    }

    private byte @Nullable [] octets(int at, String name, String list) {
        String[] parts = list.isBlank() ? new String[0] : list.strip().split(",", -1);
        // REGEDIT4 ends some lists with a comma.
        int count = parts.length > 0 && parts[parts.length - 1].isBlank() ? parts.length - 1 : parts.length;
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            String part = parts[i].strip();
            if (part.length() > 2 || part.isEmpty() || !part.chars().allMatch(HexFormat::isHexDigit)) {
                error(at + 1, "syntax", "\"" + clip(name) + "\": \"" + clip(part) + "\" is no octet in two hexadecimal digits");
                return null;
            }
            octets[i] = (byte) HexFormat.fromHexDigits(part);
        }
        return octets;
    }

    private @Nullable Data typed(int at, String name, String kind, byte[] octets) {
        try {
            return switch (kind) {
                case "hex(1)", "hex(2)" -> new RegistryValue.Text(untilEnd(RegistryText.value(octets, wide)));
                case "hex(7)" -> new RegistryValue.Several(List.of(RegistryText.value(octets, wide).split("\0")).stream().filter(text -> !text.isEmpty()).toList());
                case "hex(4)" -> number(at, name, octets, true);
                case "hex(5)" -> number(at, name, octets, false);
                case "hex", "hex(3)", "hex(0)" -> new RegistryValue.Octets("REG_BINARY", octets.length);
                case "hex(b)" -> new RegistryValue.Octets("REG_QWORD", octets.length);
                default -> {
                    error(at + 1, "syntax", "\"" + clip(name) + "\" has the unknown type " + clip(kind) + "; expected hex, hex(1), hex(2), hex(4) or hex(7)");
                    yield null;
                }
            };
        } catch (CharacterCodingException e) {
            error(at + 1, "syntax", "\"" + clip(name) + "\" is no text: its " + octets.length + " octets are no UTF-16");
            return null;
        }
    }

    private static String untilEnd(String text) {
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private @Nullable Data number(int at, String name, byte[] octets, boolean littleEndian) {
        if (octets.length != 4) {
            error(at + 1, "syntax", "\"" + clip(name) + "\" has " + octets.length + " octets; a REG_DWORD has four");
            return null;
        }
        long number = 0;
        for (int i = 0; i < 4; i++) {
            number = number << 8 | octets[littleEndian ? 3 - i : i] & 0xFF;
        }
        return new RegistryValue.Number(number);
    }

    /// @param rest what stands behind the closing quote
    private record Quoted(String text, String rest) {}

    /// Text in quotes, in which {@code \\} and {@code \"} stand for the second character, and which may hold line ends.
    private @Nullable Quoted quoted(int at, String line) {
        StringBuilder text = new StringBuilder();
        String present = line;
        int i = 1;
        while (true) {
            if (i >= present.length()) {
                if (next >= lines.size() || lines.get(next).startsWith("[")) {
                    error(at + 1, "syntax", "a quote is not closed");
                    return null;
                }
                text.append('\n');
                present = lines.get(next++);
                i = 0;
                continue;
            }
            char c = present.charAt(i++);
            if (c == '"') {
                return new Quoted(text.toString(), present.substring(i));
            }
            if (c == '\\' && i < present.length() && (present.charAt(i) == '\\' || present.charAt(i) == '"')) {
                c = present.charAt(i++);
            }
            text.append(c);
        }
    }

    private void error(int line, String id, String message) {
        problems.add(Problem.error(id, new SourceLine(file, line), message, null));
    }

    /// Short enough for a line of the terminal.
    static String clip(String text) {
        String flat = text.replace('\n', ' ').replace('\r', ' ');
        return flat.length() > 80 ? flat.substring(0, 77) + "..." : flat;
    }
}
