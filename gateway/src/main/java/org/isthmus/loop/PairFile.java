// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.isthmus.platform.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The holds of the pair rate on disk, `<data>/pair-holds`: a line each, fields separated by tabs. It is memory, not truth: what cannot be read is left out, what cannot be
/// written is told and tried with the next change. Safe for all threads.
public final class PairFile {
    private static final Logger LOG = LoggerFactory.getLogger(PairFile.class);
    private static final int FIELDS = 8;
    private static final int LARGEST = 1 << 20;

    private final Disk disk;
    private final Path folder;
    private final Path file;
    private final AtomicInteger waiting = new AtomicInteger();

    /// @param data the data folder
    public PairFile(Disk disk, Path data) {
        this.disk = disk;
        this.folder = data;
        this.file = data.resolve("pair-holds");
    }

    List<PairHold> read() {
        List<PairHold> holds = new ArrayList<>();
        try (Disk.File open = disk.open(file)) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST));
            open.read(octets, 0);
            int number = 0;
            for (String line : new String(octets.array(), 0, octets.position(), UTF_8).split("\n")) {
                number++;
                read(line, number, holds);
            }
        } catch (NoSuchFileException e) {
            // Nothing was ever held.
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so mail between machines that answered each other is counted anew: {}", file, e.toString());
        }
        return holds;
    }

    private void read(String line, int number, List<PairHold> into) {
        String[] fields = line.split("\t", -1);
        try {
            if (fields.length == FIELDS) {
                into.add(new PairHold(fields[2], fields[3], fields[4], fields[5].equals("automatic"), fields[7], Long.parseLong(fields[6]), Instant.parse(fields[0]), Instant.parse(fields[1])));
                return;
            }
        } catch (DateTimeException | NumberFormatException e) {
            // Told below.
        }
        if (!line.isBlank()) {
            LOG.warn("{} line {} cannot be understood and is left out", file, number);
        }
    }

    /// Writes what is held at the time of writing. One thread writes; what others want written in the meantime, it writes too.
    void write(Supplier<List<PairHold>> holds) {
        if (waiting.getAndIncrement() > 0) {
            return;
        }
        int seen;
        do {
            seen = waiting.get();
            try {
                write(holds.get());
            } catch (IOException e) {
                LOG.warn("{} cannot be written; what is held now may be forgotten with a restart: {}", file, e.toString());
            }
        } while (waiting.addAndGet(-seen) > 0);
    }

    private void write(List<PairHold> holds) throws IOException {
        StringBuilder text = new StringBuilder();
        for (PairHold hold : holds) {
            text.append(hold.since()).append('\t').append(hold.last()).append('\t').append(plain(hold.from())).append('\t').append(plain(hold.to())).append('\t').append(hold.network())
                    .append('\t').append(hold.automatic() ? "automatic" : "alike").append('\t').append(hold.size()).append('\t').append(plain(hold.topic())).append('\n');
        }
        Path next = file.resolveSibling("pair-holds.new");
        disk.replace(file, next, text.toString().getBytes(UTF_8));
    }

    private static String plain(String text) {
        return text.replace('\t', ' ').replace('\n', ' ').replace('\r', ' ');
    }
}
