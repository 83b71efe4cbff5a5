// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.isthmus.platform.Disk;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds the lives of messages in the tracking log, whether a server is running or not.
///
/// The files are plain and have no index. The first pass reads them, the newest first, for lines that match, until enough messages are known; the second pass reads
/// from the day of the oldest of them on, for all that belongs to them and to the reports about them. An id tells its day, so a search by queue id reads little.
public final class TraceSearch {
    private static final int ID_LENGTH = 13;
    private static final Needle ID = new Needle("\"id\":\"");
    private static final Needle ABOUT = new Needle("\"about\":\"");
    private static final Needle ACCEPTED = new Needle("\"event\":\"accepted\"");
    private static final int ID_WITHIN = 160;

    private final Path folder;
    private final Disk disk;

    /// @param data the data folder
    public TraceSearch(Path data, Disk disk) {
        this.folder = TrackingLog.folder(data);
        this.disk = disk;
    }

    /// @param since only what has an event that matches at or after this moment; none for no bound. A search by queue id knows no bounds
    /// @param until and before this one
    /// @param limit at most so many messages, refusals and events of the server together, the newest ones
    public Result find(TraceQuery query, @Nullable Instant since, @Nullable Instant until, int limit) throws IOException {
        Finds finds = new Finds(limit);
        if (query instanceof TraceQuery.Id wanted) {
            finds.add(wanted.id());
        } else {
            look(query, since, until, finds);
        }
        Map<QueueId, Story> stories = collect(finds.ids());
        List<Trace> traces = new ArrayList<>();
        stories.forEach((id, story) -> traces.add(story.trace(id)));
        traces.addAll(finds.others());
        traces.removeIf(trace -> trace.events().isEmpty());
        traces.sort((a, b) -> at(a).compareTo(at(b)));
        return new Result(traces, finds.more());
    }

    /// @param traces the oldest first
    /// @param more there are older ones than the limit let through
    public record Result(List<Trace> traces, boolean more) {
        public Result {
            traces = List.copyOf(traces);
        }
    }

    private static String at(Trace trace) {
        return trace.events().getFirst().path("at").asString("");
    }

    private void look(TraceQuery query, @Nullable Instant since, @Nullable Instant until, Finds finds) throws IOException {
        LocalDate first = since == null ? LocalDate.MIN : day(since).minusDays(1);
        for (DayFile one : DayFiles.list(folder, disk).reversed()) {
            if (one.day().isBefore(first) || finds.more()) {
                return;
            }
            Finds inFile = finds.forOlder();
            scan(one, query.needle(), (bytes, start, end) -> Facts.decode(bytes, start, end - start)
                    .filter(line -> TraceQuery.within(line, since, until) && !isHead(line) && query.matches(line)).ifPresent(inFile::add));
            finds.addOlder(inFile);
        }
    }

    private static boolean isHead(JsonNode line) {
        return line.path("event").asString("").equals("opened");
    }

    private Map<QueueId, Story> collect(Collection<QueueId> ids) throws IOException {
        Map<QueueId, Story> stories = new TreeMap<>();
        ids.forEach(id -> stories.put(id, new Story()));
        if (stories.isEmpty()) {
            return stories;
        }
        // A day of grace for clocks that were put back between the id and the line.
        LocalDate first = day(stories.keySet().iterator().next().moment()).minusDays(1);
        for (DayFile one : DayFiles.list(folder, disk)) {
            if (!one.day().isBefore(first) && !stories.values().stream().allMatch(Story::isOver)) {
                scan(one, ID, (bytes, start, end) -> take(bytes, start, end, stories));
            }
        }
        return stories;
    }

    private static void take(byte[] bytes, int start, int end, Map<QueueId, Story> stories) {
        Optional<QueueId> id = id(bytes, start, Math.min(end, start + ID_WITHIN), ID);
        if (id.isEmpty()) {
            return;
        }
        Story story = stories.get(id.get());
        if (story == null && ACCEPTED.find(bytes, start, Math.min(end, start + ID_WITHIN)) >= 0) {
            Optional<QueueId> about = id(bytes, start, end, ABOUT);
            Story original = about.isEmpty() ? null : stories.get(about.get());
            if (original != null) {
                original.reports.add(id.get().toString());
                story = new Story();
                stories.put(id.get(), story);
            }
        }
        if (story != null) {
            story.add(bytes, start, end);
        }
    }

    private static Optional<QueueId> id(byte[] bytes, int start, int end, Needle name) {
        int at = name.find(bytes, start, end);
        int from = at + (name == ID ? "\"id\":\"" : "\"about\":\"").length();
        return at < 0 || from + ID_LENGTH > end ? Optional.empty() : QueueId.parse(new String(bytes, from, ID_LENGTH, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private void scan(DayFile one, Needle needle, LineScan.Lines lines) throws IOException {
        try (Disk.File file = disk.open(folder.resolve(one.name()))) {
            new LineScan().scan(file, needle, lines);
        } catch (NoSuchFileException e) {
            // Its time was over while we read others.
        }
    }

    private static LocalDate day(Instant moment) {
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }

    /// What the first pass found, the newest kept.
    private static final class Finds {
        private final int limit;
        private final LinkedHashMap<String, Object> found = new LinkedHashMap<>();
        private boolean more;

        Finds(int limit) {
            this.limit = limit;
        }

        void add(QueueId id) {
            put(id.toString(), id);
        }

        void add(JsonNode line) {
            Optional<QueueId> id = QueueId.parse(line.path("id").asString(""));
            if (id.isPresent()) {
                add(id.get());
            } else if (line.path("event").asString("").equals("refused")) {
                String trace = line.path("trace").asString("-");
                put("refused " + trace + line.path("at"), new Trace(Trace.Kind.REFUSAL, trace, List.of(line), null, List.of()));
            } else {
                put(line.toString(), new Trace(Trace.Kind.SERVER, "-", List.of(line), null, List.of()));
            }
        }

        private void put(String key, Object value) {
            found.remove(key);
            found.put(key, value);
            if (found.size() > limit) {
                found.pollFirstEntry();
                more = true;
            }
        }

        Finds forOlder() {
            return new Finds(limit);
        }

        /// What an older file gave comes before what is known already.
        void addOlder(Finds older) {
            more |= older.more;
            for (Map.Entry<String, Object> one : older.found.reversed().entrySet()) {
                if (!found.containsKey(one.getKey())) {
                    if (found.size() == limit) {
                        more = true;
                        return;
                    }
                    found.putFirst(one.getKey(), one.getValue());
                }
            }
        }

        boolean more() {
            return more;
        }

        List<QueueId> ids() {
            return values(QueueId.class).toList();
        }

        List<Trace> others() {
            return values(Trace.class).toList();
        }

        private <T> Stream<T> values(Class<T> kind) {
            return found.values().stream().filter(kind::isInstance).map(kind::cast);
        }
    }

    /// The events of one message as they are found.
    private static final class Story {
        private final Set<String> lines = new LinkedHashSet<>();
        private final List<String> reports = new ArrayList<>();
        private boolean over;

        /// A line that a failing disk kept twice counts once.
        void add(byte[] bytes, int start, int end) {
            String line = new String(bytes, start, end - start, UTF_8);
            lines.add(line);
            over |= line.contains("\"event\":\"gone\"");
        }

        /// Nothing more can come, but for what stands in the same file.
        boolean isOver() {
            return over;
        }

        Trace trace(QueueId id) {
            List<JsonNode> events = lines.stream().map(line -> Facts.decode(line.getBytes(UTF_8))).flatMap(Optional::stream).toList();
            String about = events.stream().map(event -> event.path("about").asString("")).filter(text -> !text.isEmpty()).findFirst().orElse(null);
            return new Trace(Trace.Kind.MESSAGE, id.toString(), events, about, reports);
        }
    }
}
