// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.platform.Disk;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Keeps the counts of {@link TlsTally} across restarts: a file a day, named by it, a line of JSON a policy. It is written whole; a power cut costs what was counted since.
public final class TallyFolder {
    private static final Logger LOG = LoggerFactory.getLogger(TallyFolder.class);
    private static final int LARGEST = 256 << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Disk disk;
    private final Path folder;

    /// @param folder made when there is something to keep
    public TallyFolder(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /// Takes back all that is kept. Never fails: what cannot be read is told in the log and left out.
    public void restore(TlsTally tally) {
        try {
            for (String name : disk.list(folder)) {
                Optional<LocalDate> day = day(name);
                if (day.isPresent()) {
                    tally.restore(day.get(), read(folder.resolve(name)));
                }
            }
        } catch (IOException e) {
            LOG.warn("what was counted of TLS for reports cannot be read and is lost: {}", e.toString());
        }
    }

    private static Optional<LocalDate> day(String name) {
        try {
            return Optional.of(LocalDate.parse(name));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private List<TlsTally.Row> read(Path path) throws IOException {
        List<TlsTally.Row> rows = new ArrayList<>();
        try (Disk.File open = disk.openToRead(path)) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST));
            open.read(octets, 0);
            for (String line : new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank()) {
                    rows.add(row(JSON.readTree(line)));
                }
            }
        } catch (JacksonException | IllegalArgumentException e) {
            LOG.warn("{} has a line that cannot be read; what stands behind it is lost: {}", path, e.getMessage());
        }
        return rows;
    }

    private static TlsTally.Row row(JsonNode line) {
        TlsTally.Subject subject = new TlsTally.Subject(TlsReport.PolicyType.valueOf(line.path("type").asString("")), line.path("domain").asString(""), texts(line.path("policy")), texts(line.path("mx")));
        List<TlsReport.Failure> failures = new ArrayList<>();
        for (JsonNode one : line.path("failures").values()) {
            FailureType type = FailureType.valueOf(one.path("type").asString("").toUpperCase(Locale.ROOT).replace('-', '_'));
            failures.add(new TlsReport.Failure(type, null, text(one, "host"), text(one, "address"), one.path("sessions").asLong(0), text(one, "reason")));
        }
        return new TlsTally.Row(subject, line.path("successes").asLong(0), failures);
    }

    private static @Nullable String text(JsonNode node, String name) {
        return node.has(name) ? node.path(name).asString("") : null;
    }

    private static List<String> texts(JsonNode list) {
        return list.values().stream().map(one -> one.asString("")).toList();
    }

    /// Writes down the days that have changed. What fails is tried again the next time.
    public void keep(TlsTally tally) {
        for (LocalDate day : tally.changed()) {
            try {
                write(day, tally.rows(day));
            } catch (IOException e) {
                tally.stillChanged(day);
                LOG.warn("what was counted of TLS for reports cannot be kept across a restart: {}", e.toString());
            }
        }
    }

    private void write(LocalDate day, List<TlsTally.Row> rows) throws IOException {
        Path file = folder.resolve(day.toString());
        if (rows.isEmpty()) {
            disk.delete(file);
            return;
        }
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(JSON.writeValueAsString(line(row))).append('\n'));
        Path next = folder.resolve(".new");
        disk.createFolders(folder);
        disk.replace(file, next, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode line(TlsTally.Row row) {
        ObjectNode line = JSON.createObjectNode().put("type", row.subject().type().name()).put("domain", row.subject().domain());
        row.subject().strings().forEach(line.putArray("policy")::add);
        row.subject().mx().forEach(line.putArray("mx")::add);
        ArrayNode failures = line.put("successes", row.successes()).putArray("failures");
        for (TlsReport.Failure failure : row.failures()) {
            ObjectNode one = failures.addObject().put("type", failure.type().text());
            putIfAny(one, "host", failure.receivingHost());
            putIfAny(one, "address", failure.receivingIp());
            putIfAny(one, "reason", failure.reason());
            one.put("sessions", failure.sessions());
        }
        return line;
    }

    private static void putIfAny(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }
}
