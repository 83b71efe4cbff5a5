// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.platform.Disk;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// The texts that make up one configuration: the main file, {@code conf.d/*.conf} beside it in order of name, and what they include.
/// Each is read once and scanned for traps; every file that is missing or unreadable is a problem at the line that asks for it.
final class ConfigFiles {
    private static final long LARGEST = 16 << 20;
    private static final int DEEPEST_INCLUDE = 20;

    private final @Nullable Disk disk;
    private final Map<String, Set<String>> namedObjects;
    private final Problems problems;
    private final Map<Path, String> texts = new HashMap<>();
    private final Map<String, Path> folders = new HashMap<>();
    private final List<HoconScan.Substitution> substitutions = new ArrayList<>();
    private boolean broken;

    /// @param disk none for a configuration that is only a text
    ConfigFiles(@Nullable Disk disk, Map<String, Set<String>> namedObjects, Problems problems) {
        this.disk = disk;
        this.namedObjects = namedObjects;
        this.problems = problems;
    }

    /// Takes the text of the main file as given.
    void text(Path file, String text) {
        scan(file, text, List.of());
    }

    /// Reads the main file and all that belongs to it.
    /// @return the files to merge, the later ones overriding the earlier; empty if the main file cannot be read
    List<Path> read(Path main) {
        if (!readFile(main, new SourceLine(main.toString(), 0), List.of())) {
            return List.of();
        }
        List<Path> all = new ArrayList<>();
        all.add(main);
        Path folder = main.resolveSibling("conf.d");
        for (String name : names(folder)) {
            Path file = folder.resolve(name);
            if (name.endsWith(".conf") && readFile(file, new SourceLine(file.toString(), 0), List.of())) {
                all.add(file);
            }
        }
        return all;
    }

    /// The text of a file that was read, fit for the library; none if it was not or is beyond repair.
    @Nullable String textOf(Path file) {
        return texts.get(file);
    }

    /// True if one of the texts read is beyond repair.
    boolean isBroken() {
        return broken;
    }

    List<HoconScan.Substitution> substitutions() {
        return substitutions;
    }

    /// A path as it is meant in a line of a file: relative to the folder of that file.
    Path resolve(SourceLine at, String path) {
        return resolve(folders.getOrDefault(at.file(), Path.of("")), path);
    }

    private static Path resolve(Path folder, String path) {
        return folder.resolve(path).normalize();
    }

    /// What a file says, for secrets.
    String content(Path file) throws IOException {
        if (disk == null) {
            throw new NoSuchFileException(file.toString());
        }
        return read(disk, file);
    }

    /// Why a file that settings name cannot be used; none if it can, or if there is no disk to look at.
    @Nullable String trouble(Path file) {
        if (disk == null) {
            return null;
        }
        try (Disk.File open = disk.open(file)) {
            open.read(ByteBuffer.allocate(1), 0);
            return null;
        } catch (IOException e) {
            return reason(e);
        }
    }

    private List<String> names(Path folder) {
        try {
            return disk == null ? List.of() : disk.list(folder);
        } catch (IOException e) {
            problems.error("unreadable-file", new SourceLine(folder.toString(), 0), "cannot be listed: " + reason(e));
            return List.of();
        }
    }

    private boolean readFile(Path file, SourceLine asked, List<Path> outer) {
        if (texts.containsKey(file)) {
            return true;
        }
        try {
            scan(file, disk == null ? "" : read(disk, file), outer);
            return true;
        } catch (NoSuchFileException e) {
            problems.error("missing-file", asked, "there is no file " + file);
        } catch (CharacterCodingException e) {
            problems.error("unreadable-file", asked, file + " is not UTF-8 text");
        } catch (IOException e) {
            problems.error("unreadable-file", asked, file + " cannot be read: " + reason(e));
        }
        return false;
    }

    private void scan(Path file, String text, List<Path> outer) {
        Path folder = file.toAbsolutePath().getParent();
        folders.put(file.toString(), folder == null ? Path.of("/") : folder);
        HoconScan.Result result = HoconScan.scan(file.toString(), text, namedObjects, problems);
        broken |= result.usable().isEmpty();
        texts.put(file, result.usable().orElse(""));
        substitutions.addAll(result.substitutions());
        List<Path> chain = new ArrayList<>(outer);
        chain.add(file);
        for (HoconScan.Include include : result.includes()) {
            include(file, include, chain);
        }
    }

    private void include(Path from, HoconScan.Include include, List<Path> chain) {
        Path file = included(from, include.target());
        if (disk == null || file == null) {
            problems.error("missing-file", include.at(), disk == null ? "a text without a file cannot include " + include.target() : "there is no file of that name");
        } else if (chain.contains(file)) {
            problems.error("syntax", include.at(), "the file " + file + " includes itself, by way of others perhaps");
        } else if (chain.size() > DEEPEST_INCLUDE) {
            problems.error("syntax", include.at(), "files include each other more than " + DEEPEST_INCLUDE + " deep");
        } else {
            readFile(file, include.at(), chain);
        }
    }

    /// The file that is meant by an include in another; none if it is no path.
    static @Nullable Path included(Path from, String target) {
        try {
            return from.resolveSibling(target).normalize();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String read(Disk disk, Path file) throws IOException {
        try (Disk.File open = disk.open(file)) {
            long size = open.size();
            if (size > LARGEST) {
                throw new IOException("larger than 16 MiB");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            open.read(bytes, 0);
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException none -> "there is no such file";
            case java.nio.file.AccessDeniedException denied -> "no permission to read it";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
