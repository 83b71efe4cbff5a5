// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.isthmus.platform.Disk;
import org.isthmus.transit.QueueId;

/// Checks a spool without changing it, beside a running server or without one: every record's checksum and form, that each message can be read back, and every content file
/// octet for octet.
///
/// Beside a running server a message may leave while it is looked at, and the group that is being written looks unfinished; neither is a finding.
public final class SpoolVerifier {
    /// @param records that are whole
    /// @param messages in the queue
    public record Findings(long records, long messages, List<Finding> broken) {
        public Findings {
            broken = List.copyOf(broken);
        }
    }

    /// @param place file and offset, or the message
    public record Finding(String place, String problem) {}

    private final Disk disk;
    private final Path journal;
    private final Path contents;
    private final List<Finding> broken = new ArrayList<>();

    private SpoolVerifier(Disk disk, Path folder) {
        this.disk = disk;
        this.journal = folder.resolve("journal");
        this.contents = folder.resolve("content");
    }

    /// @param folder the spool's own
    /// @throws IOException if the disk does not let it read
    public static Findings verify(Disk disk, Path folder) throws IOException {
        return new SpoolVerifier(disk, folder).verify();
    }

    private Findings verify() throws IOException {
        Reconstruction found = Reconstruction.of(disk, journal, (sequence, facts) -> {});
        try {
            for (Reconstruction.Flaw flaw : found.flaws()) {
                if (flaw.promised()) {
                    broken.add(new Finding(flaw.segment() + ", byte " + flaw.hole().from(), flaw.what()));
                }
            }
            JournalReader reader = new JournalReader(disk, found.index(), contents);
            for (Entry entry : List.copyOf(found.index().entries())) {
                check(entry, reader);
            }
            return new Findings(found.records(), found.index().size(), broken);
        } finally {
            for (Reconstruction.Found file : found.files()) {
                file.file().close();
            }
        }
    }

    private void check(Entry entry, JournalReader reader) throws IOException {
        QueueId id = new QueueId(entry.id());
        try {
            reader.message(entry);
            long octets = 0;
            try (InputStream in = reader.content(entry.id()).open()) {
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    octets += n;
                }
            }
            if (octets != entry.octets()) {
                broken.add(new Finding("message " + id, octets + " octets of content where there should be " + entry.octets()));
            }
        } catch (NoSuchElementException e) {
            // It left meanwhile.
        } catch (IOException e) {
            if (!entry.apart() || disk.facts(contents.resolve(id.toString())).isPresent()) {
                broken.add(new Finding("message " + id, String.valueOf(e.getMessage())));
            } else {
                broken.add(new Finding("message " + id, "its content file is missing"));
            }
        }
    }
}
