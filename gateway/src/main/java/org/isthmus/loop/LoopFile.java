// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.platform.Disk;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What loop control remembers over a restart: {@code <data>/loops}, a text file that is replaced as a whole. A line for each loop that was seen and each circuit that is
/// not closed; fields between tabs, lists between unit separators. It is advice and no truth: what is held lies in the spool, and a line that cannot be read is passed over.
public final class LoopFile {
    private static final String HEAD = "isthmus loops 1";
    private static final int LARGEST = 16 << 20;
    private static final String NOTHING = "\\-";
    private static final char ITEM = '\u001f';
    private static final char PART = '\u001e';

    private final Disk disk;
    private final Path folder;
    private final Path file;

    /// @param folder the data folder
    public LoopFile(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.file = folder.resolve("loops");
    }

    /// What the file holds.
    /// @param circuits whose probes are forgotten
    public record Memory(List<SeenLoop> loops, List<Circuit> circuits) {
        public Memory {
            loops = List.copyOf(loops);
            circuits = List.copyOf(circuits);
        }
    }

    /// Empty if there is none yet.
    public Memory read() throws IOException {
        try (Disk.File open = disk.openToRead(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST));
            open.read(bytes, 0);
            return parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return new Memory(List.of(), List.of());
        }
    }

    static Memory parse(String text) {
        List<SeenLoop> loops = new ArrayList<>();
        List<Circuit> circuits = new ArrayList<>();
        List<String> lines = text.lines().toList();
        if (!lines.isEmpty() && lines.getFirst().equals(HEAD)) {
            for (String line : lines) {
                String[] fields = line.split("\t", -1);
                switch (fields[0]) {
                    case "seen" -> attempt(() -> seen(fields)).ifPresent(loops::add);
                    case "circuit" -> attempt(() -> circuit(fields)).ifPresent(circuits::add);
                    default -> { }
                }
            }
        }
        return new Memory(loops, circuits);
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> Optional<T> attempt(Reading<T> reading) {
        try {
            return Optional.of(reading.read());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /// Replaces the file; durable when this returns.
    void write(Memory memory) throws IOException {
        Path next = folder.resolve("loops.new");
        disk.replace(file, next, text(memory).getBytes(StandardCharsets.UTF_8));
    }

    static String text(Memory memory) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        memory.loops().forEach(loop -> line(text, "seen", String.valueOf(loop.id()), loop.domain(), loop.layer(), loop.kind().name(), loop.certainty().name(),
                String.valueOf(loop.count()), loop.first().toString(), loop.last().toString(), loop.hop(), list(loop.recipients()),
                list(loop.messages().stream().map(QueueId::toString).toList()), loop.evidence().finding(), file(loop.evidence().at()), lineOf(loop.evidence().at()),
                list(loop.evidence().evidence()), list(loop.evidence().path().stream().map(LoopFile::node).toList())));
        memory.circuits().forEach(circuit -> line(text, "circuit", circuit.scope().domain(), circuit.scope().hop(), circuit.scope().address(), circuit.state().name(),
                circuit.since().toString(), circuit.layer(), circuit.finding()));
        return text.toString();
    }

    private static void line(StringBuilder text, String first, @Nullable String... fields) {
        text.append(first);
        for (String field : fields) {
            text.append('\t').append(field == null ? NOTHING : escape(field));
        }
        text.append('\n');
    }

    private static String escape(String field) {
        return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static @Nullable String field(String[] fields, int at) {
        String field = fields[at];
        if (field.equals(NOTHING)) {
            return null;
        }
        StringBuilder text = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 1 < field.length()) {
                char escaped = field.charAt(++i);
                text.append(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String must(String[] fields, int at) {
        String field = field(fields, at);
        if (field == null) {
            throw new IllegalArgumentException("field " + at + " is missing");
        }
        return field;
    }

    private static String list(List<String> items) {
        StringBuilder text = new StringBuilder();
        items.forEach(item -> text.append(item.replace(ITEM, ' ')).append(ITEM));
        return text.toString();
    }

    private static List<String> items(String text, char end) {
        List<String> items = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(end); at >= 0; at = text.indexOf(end, from)) {
            items.add(text.substring(from, at));
            from = at + 1;
        }
        return items;
    }

    private static @Nullable String file(@Nullable SourceLine at) {
        return at == null ? null : at.file();
    }

    private static @Nullable String lineOf(@Nullable SourceLine at) {
        return at == null ? null : String.valueOf(at.line());
    }

    private static String node(LoopEvidence.Node node) {
        return node.name().replace(PART, ' ') + PART + node.inside() + PART + (node.at() == null ? "" : node.at()) + PART;
    }

    private static LoopEvidence.Node node(String text) {
        List<String> parts = items(text, PART);
        return new LoopEvidence.Node(parts.get(0), parts.get(1).equals("true"), parts.get(2).isEmpty() ? null : Instant.parse(parts.get(2)));
    }

    private static SeenLoop seen(String[] fields) {
        String file = field(fields, 13);
        SourceLine at = file == null ? null : new SourceLine(file, Integer.parseInt(must(fields, 14)));
        LoopEvidence evidence = new LoopEvidence(must(fields, 3), must(fields, 12), at, items(must(fields, 15), ITEM),
                items(must(fields, 16), ITEM).stream().map(LoopFile::node).toList());
        return new SeenLoop(Integer.parseInt(must(fields, 1)), must(fields, 2), must(fields, 3), RecipientClass.valueOf(must(fields, 4)),
                Certainty.valueOf(must(fields, 5)), Long.parseLong(must(fields, 6)), Instant.parse(must(fields, 7)), Instant.parse(must(fields, 8)), field(fields, 9),
                items(must(fields, 10), ITEM), items(must(fields, 11), ITEM).stream().flatMap(id -> QueueId.parse(id).stream()).toList(), evidence);
    }

    private static Circuit circuit(String[] fields) {
        Scope scope = new Scope(must(fields, 1), field(fields, 2), field(fields, 3));
        return new Circuit(scope, Circuit.State.valueOf(must(fields, 4)), Instant.parse(must(fields, 5)), must(fields, 6), must(fields, 7), null, null);
    }
}
