// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// One folder of the catalogue under `trials/src/test/topologies`: a site, its DNS, who else is there, and what must come of it. README.md there tells the format.
///
/// @param files of the operator, by name: the configuration and what it names
/// @param finds all findings of a loop that are errors or warnings: {@code LP02 error isthmus.conf:6}
/// @param guilty the setting that is to blame, {@code dns}, or {@code wire} where only the wire can show it; empty for a sound topology
/// @param end what becomes of the letter
/// @param stoppedBy the layer of loop control, or {@code nothing}
/// @param passes how often the letter may come back over the wire at most
record Topology(String name, String title, Map<String, String> files, String zone, List<String> world, List<String> known, String drawing,
                List<String> finds, String guilty, String letter, String end, String stoppedBy, int passes) {
    private static final Path ROOT = Path.of("src/test/topologies");

    /// All of them, by name.
    static List<Topology> all() {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(Files::isDirectory).sorted().map(Topology::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isSound() {
        return name.startsWith("sound-");
    }

    private static Topology read(Path folder) {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> verdict = lines(files.remove("verdict"));
        return new Topology(folder.getFileName().toString(), one(verdict, "title").orElseThrow(), files, take(files, "zone"), lines(take(files, "world")), lines(take(files, "known")),
                take(files, "drawing"), all(verdict, "finds"), one(verdict, "guilty").orElse(""), one(verdict, "letter").orElseThrow(), one(verdict, "end").orElseThrow(),
                one(verdict, "stopped-by").orElseThrow(), Integer.parseInt(one(verdict, "passes").orElseThrow()));
    }

    private static String take(Map<String, String> files, String name) {
        String content = files.remove(name);
        return content == null ? "" : content;
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
    }

    private static Optional<String> one(List<String> lines, String key) {
        return all(lines, key).stream().findFirst();
    }

    private static List<String> all(List<String> lines, String key) {
        List<String> found = new ArrayList<>();
        lines.stream().filter(line -> line.startsWith(key + ":")).forEach(line -> found.add(line.substring(key.length() + 1).strip()));
        return found;
    }

    @Override
    public String toString() {
        return name;
    }
}
