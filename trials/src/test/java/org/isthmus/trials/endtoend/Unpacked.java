// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A server whose package `./verify` only unpacks, since Debian allows one mail server on a machine. It runs in a view of the file system that only its own processes have, in which
/// files and folders stand where its package would have put them. Needs root.
final class Unpacked {
    private final Path home;
    private final Path folder;
    private final Map<String, Path> views = new LinkedHashMap<>();

    /// @param name of the folder in `.build` that the package lies in
    /// @param folder for what the server sees
    Unpacked(String name, Path folder) throws IOException {
        this.home = find(name);
        this.folder = Files.createDirectories(folder);
        Postfix.letOthersPass(folder);
    }

    private static Path find(String name) {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path home = up.resolve(".build").resolve(name);
            if (Files.isDirectory(home)) {
                return home;
            }
        }
        throw new AssertionError("there is no .build/" + name + ": ./verify unpacks it");
    }

    /// A file of the package.
    Path file(String path) {
        return home.resolve(path);
    }

    /// Users and groups beside those of the machine.
    /// @param users as lines of /etc/passwd
    Unpacked with(String... users) throws IOException {
        List<String> groups = new ArrayList<>();
        for (String user : users) {
            String[] fields = user.split(":");
            groups.add(fields[0] + ":x:" + fields[3] + ":");
        }
        more("passwd", List.of(users));
        more("group", groups);
        return this;
    }

    private void more(String file, List<String> lines) throws IOException {
        Path own = folder.resolve(file);
        Files.write(own, Files.readAllLines(Path.of("/etc", file)));
        Files.write(own, lines, StandardOpenOption.APPEND);
        views.put("/etc/" + file, own);
    }

    /// Shows a file or folder at a place where the machine has one too.
    Unpacked showing(Path own, String place) {
        views.put(place, own);
        return this;
    }

    Running start(String name, List<String> command) throws IOException {
        StringBuilder script = new StringBuilder();
        views.forEach((place, own) -> script.append("mount --bind ").append(own).append(' ').append(place).append(" && "));
        script.append("exec ").append(String.join(" ", command));
        return Running.start(name, folder, Map.of(), List.of("unshare", "-m", "--propagation", "private", "sh", "-c", script.toString()));
    }
}
