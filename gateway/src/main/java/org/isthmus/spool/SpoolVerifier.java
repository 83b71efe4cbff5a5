// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.isthmus.platform.Disk;
import org.isthmus.transit.QueueId;

/// Checks a spool on disk: every record, every state, every content file. Only reads, and may do so while a server runs on the same folder: what is found once is looked
/// at again, and counts only if it is still there, because a server at work is always in the middle of something.
///
/// A single wrong bit anywhere in what the spool still needs is found: headers, records and end marks carry checksums, content files too.
public final class SpoolVerifier {
    private static final int PASSES = 3;

    private SpoolVerifier() {}

    /// @param records that were read
    /// @param messages in the queue, as the records have it
    public record Result(long records, long messages, List<Finding> findings) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /// @param place file, and byte where that means something
    /// @param problem in words for an operator
    public record Finding(String place, String problem) {}

    /// @param folder the spool's own, as given to {@link JournalSpool#open}
    /// @throws UnknownFormat if another version wrote it
    /// @throws IOException if it cannot be read at all
    public static Result verify(Disk disk, Path folder) throws IOException {
        Result result = pass(disk, folder);
        for (int i = 1; i < PASSES && !result.findings().isEmpty(); i++) {
            Set<Finding> before = new HashSet<>(result.findings());
            Result again = pass(disk, folder);
            result = new Result(again.records(), again.messages(), again.findings().stream().filter(before::contains).toList());
        }
        return result;
    }

    private static Result pass(Disk disk, Path folder) throws IOException {
        for (int i = 1; ; i++) {
            try {
                return readAll(disk, folder);
            } catch (NoSuchFileException e) {
                // A segment was deleted between its name and its opening; the next look does not see it.
                if (i == PASSES) {
                    throw e;
                }
            }
        }
    }

    private static Result readAll(Disk disk, Path folder) throws IOException {
        List<Finding> findings = new ArrayList<>();
        try (Reconstruction found = Reconstruction.of(disk, folder.resolve("journal"), (sequence, facts) -> {})) {
            for (Reconstruction.Found file : found.files()) {
                if (file.header() != null && file.wholeHeaders() < 2) {
                    findings.add(new Finding(name(file.path()), "one of its two headers is broken"));
                }
            }
            for (Reconstruction.Flaw flaw : found.flaws()) {
                findings.add(new Finding(flaw.segment() + ", byte " + flaw.hole().from(), flaw.what() + (flaw.promised() ? "" : "; an unfinished write looks like this")));
            }
            JournalReader reader = new JournalReader(disk, found.index(), folder.resolve("content"));
            for (Entry entry : found.index().entries()) {
                check(reader, entry, findings);
            }
            return new Result(found.records(), found.index().size(), findings);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static void check(JournalReader reader, Entry entry, List<Finding> findings) {
        String place = entry.segment() + ", byte " + entry.offset();
        String message = "message " + new QueueId(entry.id()) + ": ";
        try {
            reader.message(entry);
        } catch (IOException | NoSuchElementException e) {
            findings.add(new Finding(place, message + e.getMessage()));
            return;
        }
        try (InputStream content = reader.content(entry.id()).open()) {
            content.transferTo(OutputStream.nullOutputStream());
            long more = entry.apart() ? reader.contentSize(entry.id()) - entry.octets() : 0;
            if (more != 0) {
                findings.add(new Finding("content/" + new QueueId(entry.id()), message + more + " octets too many"));
            }
        } catch (IOException | NoSuchElementException e) {
            findings.add(new Finding(entry.apart() ? "content/" + new QueueId(entry.id()) : place, message + words(e)));
        }
    }

    private static String words(Exception e) {
        return e instanceof NoSuchFileException ? "its content file is missing" : String.valueOf(e.getMessage());
    }
}
