// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Stamp;
import org.jspecify.annotations.Nullable;

/// A message as one transaction sends it: with its trace behind the queue id in our own Received field and in one field of its own below that, and without older fields
/// of the kind that are ours. Everything else is the spool's, octet for octet, and streams past.
///
/// Only the header section is looked at, and of it only the beginnings of lines.
final class Edition {
    /// So much of a header is looked at: ours stand near its top, and a thousand deliveries at a time must not fill the memory. Older traces beyond it stay.
    private static final int MOST_HEADER = 64 * 1024;
    /// Older fields that are looked at. Each costs a MAC.
    private static final int MOST_OLDER = 10;

    private final InputStream content;
    private final long plainSize;
    private final byte[] head;
    private final Stamp.@Nullable Trace trace;
    private final List<Cut> cuts = new ArrayList<>();
    private String signature = "";
    private int idEnd = -1;
    private int fieldAt;
    private long cutOctets;

    /// A stretch of the header that is left out.
    private record Cut(int from, int to) {}

    private Edition(InputStream content, long plainSize, byte[] head, Stamp.@Nullable Trace trace) {
        this.content = content;
        this.plainSize = plainSize;
        this.head = head;
        this.trace = trace;
    }

    /// The message as the spool has it.
    static Edition plain(InputStream content, DeliveryRequest request) {
        return new Edition(content, request.content().size(), new byte[0], null);
    }

    /// The message with a trace. Reads the header off the content.
    static Edition traced(InputStream content, DeliveryRequest request, Stamp.Trace trace) throws IOException {
        int length = (int) Math.min(Math.min(request.message().facts().headerSize(), request.content().size()), MOST_HEADER);
        Edition edition = new Edition(content, request.content().size(), content.readNBytes(Math.max(0, length)), trace);
        edition.findReceived(request.message().id().toString());
        edition.findOlder(trace);
        return edition;
    }

    /// The same as the spool has it, after all.
    Edition withoutTrace() {
        return trace == null ? this : new Edition(content, plainSize, head, null).signed(signature);
    }

    /// The same with fields on top of it, which speak of what is neither added nor left out here.
    Edition signed(String fields) {
        signature = fields;
        return this;
    }

    /// Octets of the copy if so many recipients are accepted: with fewer not more.
    long size(int recipients) {
        if (trace == null) {
            return plainSize + signature.length();
        }
        int token = trace.length(recipients);
        return plainSize + signature.length() - cutOctets + (idEnd < 0 ? 0 : 1 + token) + field().length() + token + 2;
    }

    /// None if the message has one already or is to have none.
    @Nullable String envelopeId() {
        return trace == null ? null : trace.envelopeId();
    }

    /// All of it, for these recipients. Only once: it goes on where the header ended.
    InputStream open(List<Mailbox> recipients) {
        return new HeadFirst(trace == null ? unedited() : edited(trace.token(recipients)), content);
    }

    private String field() {
        return trace == null ? "" : trace.field() + ": ";
    }

    private byte[] unedited() {
        return signature.isEmpty() ? head : (signature + new String(head, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] edited(String token) {
        String id = idEnd < 0 ? "" : "." + token;
        String field = field() + token + "\r\n";
        ByteBuffer out = ByteBuffer.allocate(signature.length() + head.length + id.length() + field.length() - (int) cutOctets);
        put(signature, out);
        int at = Math.max(idEnd, 0);
        out.put(head, 0, at);
        put(id, out);
        out.put(head, at, fieldAt - at);
        put(field, out);
        at = fieldAt;
        for (Cut cut : cuts) {
            out.put(head, at, cut.from() - at);
            at = cut.to();
        }
        return out.put(head, at, head.length - at).array();
    }

    private static void put(String text, ByteBuffer out) {
        out.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    // ---- looking

    /// Our own line is the topmost one, because we put it there; a report of ours has none.
    private void findReceived(String queueId) {
        if (!begins(0, "Received:")) {
            return;
        }
        int end = fieldEnd(0);
        byte[] id = (" id " + queueId).getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at + id.length < end; at++) {
            if (head[at] == ' ' && Arrays.equals(head, at, at + id.length, id, 0, id.length) && isBlankOrEnd(head[at + id.length])) {
                idEnd = at + id.length;
                fieldAt = end;
                return;
            }
        }
    }

    private static boolean isBlankOrEnd(byte octet) {
        return octet == ' ' || octet == '\r' || octet == ';' || octet == '\t';
    }

    private void findOlder(Stamp.Trace trace) {
        String name = trace.field() + ":";
        int looked = 0;
        int at = fieldAt;
        while (at >= 0 && at < head.length && looked < MOST_OLDER) {
            if (begins(at, name)) {
                looked++;
                int end = fieldEnd(at);
                if (trace.isOurs(bare(at + name.length(), end))) {
                    cuts.add(new Cut(at, end));
                    cutOctets += end - at;
                }
                at = end;
            } else {
                at = nextLine(at);
            }
        }
    }

    /// Whether a line begins with these characters, in either case.
    private boolean begins(int at, String name) {
        if (at + name.length() > head.length) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (lower(head[at + i]) != lower((byte) name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
    }

    /// The place behind a field with all its lines. RFC 5322 §2.2.3.
    private int fieldEnd(int at) {
        int end = nextLine(at);
        while (end < head.length && (head[end] == ' ' || head[end] == '\t')) {
            end = nextLine(end);
        }
        return end;
    }

    private int nextLine(int at) {
        int end = at;
        while (end < head.length && head[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, head.length);
    }

    /// A body without its blanks: somebody may have folded it.
    private String bare(int from, int to) {
        StringBuilder text = new StringBuilder(Math.min(to - from, 200));
        for (int i = from; i < to && text.length() < 200; i++) {
            if (head[i] > ' ') {
                text.append((char) head[i]);
            } else if (head[i] < 0) {
                return "";
            }
        }
        return text.toString();
    }

    /// The header from memory, then the rest of the content.
    private static final class HeadFirst extends InputStream {
        private final byte[] head;
        private final InputStream rest;
        private int at;

        HeadFirst(byte[] head, InputStream rest) {
            this.head = head;
            this.rest = rest;
        }

        @Override
        public int read() throws IOException {
            return at < head.length ? head[at++] & 0xff : rest.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = Math.min(length, head.length - at);
            if (count <= 0) {
                return rest.read(into, offset, length);
            }
            System.arraycopy(head, at, into, offset, count);
            at += count;
            if (count == length) {
                return count;
            }
            int more = rest.read(into, offset + count, length - count);
            return more < 0 ? count : count + more;
        }
    }
}
