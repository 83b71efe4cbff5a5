// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// Where the sources cite RFCs.
///
/// @param code the shipped classes that cite a place, as `receive.Session`
/// @param tests the tests and dialogues that do, as `receive.SessionTest` and `receive/bdat-chunks`
record Sources(SortedMap<Citation, SortedSet<String>> code, SortedMap<Citation, SortedSet<String>> tests) {
    private static final Path ROOT = Path.of("..");
    private static final String BASE = "org/isthmus/";

    static Sources read() throws IOException {
        Sources sources = new Sources(new TreeMap<>(), new TreeMap<>());
        for (String module : List.of("standards", "gateway")) {
            java(ROOT.resolve(module).resolve("src/main/java"), sources.code);
            java(ROOT.resolve(module).resolve("src/test/java"), sources.tests);
        }
        java(ROOT.resolve("trials/src/main/java"), sources.tests);
        java(ROOT.resolve("trials/src/test/java"), sources.tests);
        Path dialogues = ROOT.resolve("trials/src/test/dialogues");
        collect(dialogues, ".smtp", sources.tests, file -> dialogues.relativize(file).toString().replace(".smtp", ""));
        return sources;
    }

    private static void java(Path folder, SortedMap<Citation, SortedSet<String>> into) throws IOException {
        collect(folder, ".java", into, file -> {
            String name = folder.relativize(file).toString().replace(".java", "");
            return (name.startsWith(BASE) ? name.substring(BASE.length()) : name).replace("/package-info", "").replace('/', '.');
        });
    }

    private static void collect(Path folder, String ending, SortedMap<Citation, SortedSet<String>> into, Function<Path, String> name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(ending)).toList()) {
                if (file.toString().contains("trials/documents/")) {
                    continue;
                }
                for (Citation citation : Citation.in(Files.readString(file))) {
                    into.computeIfAbsent(citation, none -> new TreeSet<>()).add(name.apply(file));
                }
            }
        }
    }

    /// Every place that is cited anywhere.
    SortedSet<Citation> all() {
        SortedSet<Citation> all = new TreeSet<>(code.keySet());
        all.addAll(tests.keySet());
        return all;
    }
}
