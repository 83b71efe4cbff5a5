// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plain mail log: what a postmaster greps. One line for each event of a message or recipient; why it was routed so, and what
/// was said in an attempt, is in the tracking log. Written by the tracking log's writer, not forced: it is a copy for people, never the truth. When another program has
/// moved or emptied the file, it is opened anew.
final class MailLog {
    private static final Logger LOG = LoggerFactory.getLogger(MailLog.class);

    private final Disk disk;
    private final StringBuilder pending = new StringBuilder();
    private @Nullable Path path;
    private Disk.@Nullable File file;
    private long size;
    private boolean troubled;
    private String lastHopOf = "";
    private String lastHop = "";

    MailLog(Disk disk) {
        this.disk = disk;
    }

    void add(Glance line) {
        String event = line.get("event", "");
        String id = line.get("id", line.get("trace", "-"));
        if (event.equals("attempted")) {
            lastHopOf = id;
            lastHop = line.get("hop", "");
        }
        String text = switch (event) {
            case "accepted" -> accepted(line);
            case "refused" -> refused(line);
            case "routed" -> "routed to=" + path(line.get("to")) + " outcome=" + quoted(line.get("outcome"));
            case "attempted" -> attempted(line);
            case "settled" -> settled(id, line);
            case "held", "released" -> event + " to=" + path(line.get("to")) + " by=" + word(line.get("by")) + " why=" + quoted(line.get("why"));
            case "reported" -> "reported kind=" + word(line.get("kind")) + " to=" + path(line.get("to")) + " recipients=" + line.get("recipients", "0");
            case "withheld" -> "withheld recipients=" + line.get("recipients", "0") + " digest=" + line.get("digest", "false") + " why=" + quoted(line.get("why"));
            case "gone" -> "gone age=" + line.get("age", "") + "s";
            case "looped" -> "looped to=" + path(line.get("to")) + " layer=" + word(line.get("layer")) + " class=" + word(line.get("class")) + " certainty=" + word(line.get("certainty"))
                    + " finding=" + quoted(line.get("finding"));
            case "noted" -> word(line.get("what")) + " " + quoted(line.get("detail"));
            default -> "";
        };
        if (!text.isEmpty()) {
            pending.append(line.get("at", "-")).append(' ').append(Harmless.word(id)).append(": ").append(text).append('\n');
        }
    }

    /// Writes what was added.
    /// @param to where; none for no mail log
    void write(@Nullable Path to) {
        if (to != null && !pending.isEmpty()) {
            try {
                append(to, ByteBuffer.wrap(pending.toString().getBytes(UTF_8)));
                troubled = false;
            } catch (IOException e) {
                close();
                if (!troubled) {
                    LOG.warn("cannot write the mail log {}: {}", to, e.toString());
                    troubled = true;
                }
            }
        }
        pending.setLength(0);
    }

    void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.debug("closing the mail log: {}", e.toString());
        }
        file = null;
    }

    private void append(Path to, ByteBuffer bytes) throws IOException {
        Optional<Disk.Facts> there = disk.facts(to);
        Disk.File open = file;
        if (open == null || !to.equals(path) || there.isEmpty() || there.get().size() != size) {
            close();
            open = open(to);
            file = open;
            path = to;
            size = open.size();
        }
        int length = bytes.remaining();
        open.write(bytes, size);
        size += length;
    }

    private Disk.File open(Path to) throws IOException {
        try {
            return disk.open(to);
        } catch (NoSuchFileException e) {
            Path folder = to.getParent();
            if (folder != null) {
                disk.createFolders(folder);
            }
            return disk.create(to);
        }
    }

    private static String accepted(Glance line) {
        StringBuilder text = new StringBuilder("accepted from=").append(path(line.get("from"))).append(" size=").append(line.get("size", "?"));
        if (line.get("origin") != null) {
            text.append(" origin=").append(word(line.get("origin")));
            option(text, "about", line.get("about"));
        } else {
            text.append(" client=").append(word(line.get("client.remote")));
            option(text, "hello", line.get("client.hello"));
            option(text, "user", line.get("client.user"));
        }
        text.append(" nrcpt=").append(line.get("recipients", "?"));
        option(text, "message-id", line.get("messageId"));
        return text.toString();
    }

    private static String refused(Glance line) {
        StringBuilder text = new StringBuilder("refused ").append(word(line.get("command"))).append(" client=").append(word(line.get("client.remote")));
        option(text, "hello", line.get("client.hello"));
        if (line.get("from") != null) {
            text.append(" from=").append(path(line.get("from")));
        }
        if (line.get("to") != null) {
            text.append(" to=").append(path(line.get("to")));
        }
        return text.append(" reply=").append(quoted(line.get("reply"))).toString();
    }

    private static String attempted(Glance line) {
        StringBuilder text = new StringBuilder("attempted via=").append(word(line.get("hop"))).append(" protocol=").append(word(line.get("protocol")))
                .append(" took=").append(line.get("took", "?")).append("s tried=").append(line.get("tried", "0")).append(" nrcpt=").append(line.get("recipients", "?"));
        option(text, "ambiguous", line.get("ambiguous"));
        return text.toString();
    }

    private String settled(String id, Glance line) {
        StringBuilder text = new StringBuilder("to=").append(path(line.get("to")));
        if (id.equals(lastHopOf) && !lastHop.isEmpty()) {
            text.append(" via=").append(word(lastHop));
        }
        text.append(' ').append(word(line.get("outcome")));
        option(text, "status", line.get("cause.status"));
        String cause = line.get("cause.kind", "");
        String prefix = cause.isEmpty() ? "" : cause.equals("expired") && line.get("cause.last.kind") != null ? "cause.last." : "cause.";
        if (line.get(prefix + "peer.address") != null) {
            text.append(" peer=").append(word(line.get(prefix + "peer.name") + "[" + line.get(prefix + "peer.address") + "]"));
        }
        if (!cause.isEmpty()) {
            text.append(" cause=").append(word(cause));
        }
        for (String name : new String[] {"reply", "problem", "why", "finding", "extension", "domain"}) {
            if (line.get(prefix + name) != null) {
                text.append(' ').append(name).append('=').append(quoted(line.get(prefix + name)));
            }
        }
        option(text, "by", line.get("by"));
        option(text, "attempts", line.get("attempts"));
        option(text, "next", line.get("next"));
        return text.toString();
    }

    private static void option(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(' ').append(name).append('=').append(word(value));
        }
    }

    private static String path(@Nullable String address) {
        return "<" + Harmless.text(address == null ? "" : address) + ">";
    }

    private static String word(@Nullable String text) {
        return Harmless.word(text == null ? "?" : text);
    }

    private static String quoted(@Nullable String text) {
        return Harmless.quoted(text == null ? "" : text);
    }
}
