// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Disk;
import org.isthmus.transit.NextHop;

/// Destinations that an operator stopped by command; they stay stopped over a restart, in a file of a line each.
/// Those of the configuration ({@code delivery.suspended}) come in with every question.
final class Suspensions {
    private final Disk disk;
    private final Path folder;
    private final Path file;
    private final Set<String> byCommand = new TreeSet<>();

    /// @param folder the data folder
    Suspensions(Disk disk, Path folder) throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.file = folder.resolve("suspended");
        try (Disk.File open = disk.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(open.size(), 1 << 20));
            open.read(bytes, 0);
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            text.lines().filter(line -> !line.isBlank()).forEach(byCommand::add);
        } catch (NoSuchFileException e) {
            // Nothing was ever suspended.
        }
    }

    synchronized Set<String> byCommand() {
        return Set.copyOf(byCommand);
    }

    void suspend(String destination) throws IOException {
        synchronized (this) {
            byCommand.add(destination.toLowerCase(Locale.ROOT));
        }
        save();
    }

    boolean resume(String destination) throws IOException {
        synchronized (this) {
            if (!byCommand.remove(destination.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        save();
        return true;
    }

    private void save() throws IOException {
        Path next = file.resolveSibling("suspended.new");
        String text = String.join("\n", byCommand()) + "\n";
        disk.replace(file, next, text.getBytes(StandardCharsets.UTF_8));
    }

    /// The pattern that stops a recipient on its way to a hop: a next hop's name, a domain, {@code *.domain} or {@code *}.
    Optional<String> stops(NextHop hop, Mailbox recipient, List<String> configured) {
        List<String> all = new ArrayList<>(configured);
        all.addAll(byCommand());
        return all.stream().filter(pattern -> matches(pattern, hop, recipient)).findFirst();
    }

    private static boolean matches(String pattern, NextHop hop, Mailbox recipient) {
        if (pattern.equals("*") || pattern.equalsIgnoreCase(hop.toString())) {
            return true;
        }
        if (!(recipient.host() instanceof Domain domain)) {
            return pattern.equalsIgnoreCase(recipient.host().text());
        }
        String lower = pattern.toLowerCase(Locale.ROOT);
        return lower.startsWith("*.") ? domain.ascii().endsWith(lower.substring(1)) : lower.equals(domain.ascii());
    }
}
