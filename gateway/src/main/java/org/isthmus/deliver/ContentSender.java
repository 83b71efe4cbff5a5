// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.DataWriter;
import org.isthmus.smtp.LineCheck;
import org.isthmus.smtp.UnsendableContent;
import org.isthmus.smtp.Violation;
import org.isthmus.transit.Stage;

/// Sends a message's content once, by DATA or as one BDAT chunk. RFC 5321 §4.1.1.4, RFC 3030 §2.
final class ContentSender {
    /// Octets a second below which a peer takes content too slowly; the same as Postfix has (smtp_min_data_rate).
    private static final int SLOWEST = 500;

    private final ClientSession session;
    private final InputStream content;
    private final long size;
    private final boolean binary;
    private boolean ending;

    /// @param size what it is said to have: with more or less it is not sent to its end
    /// @param body what it may hold
    ContentSender(ClientSession session, InputStream content, long size, BodyType body) {
        this.session = session;
        this.content = content;
        this.size = size;
        this.binary = body == BodyType.BINARYMIME;
    }

    /// Our own side failed: the content could not be read, or is not as long as it was said to be.
    static final class Unreadable extends Exception {
        Unreadable(String what) {
            super(what, null, false, false);
        }
    }

    /// Whether the end of the content may have reached the peer, so that it may have taken the message.
    boolean mayHaveEnded() {
        return ending;
    }

    /// Sends it with dots stuffed and the end marked. What our own side gets wrong is thrown before the end is sent, so the peer takes nothing.
    /// @throws IOException if the connection failed
    void sendAsData() throws IOException, Unreadable {
        begin();
        DataWriter writer = new DataWriter(session.wire().content());
        byte[] buffer = buffer();
        long sent = 0;
        for (int count = read(buffer); count >= 0; count = read(buffer)) {
            session.enter(Stage.DATA_BLOCK);
            writer.write(buffer, 0, count);
            sent += count;
        }
        check(sent);
        session.enter(Stage.DATA_BLOCK);
        ending = true;
        writer.finish();
        session.wire().flush();
    }

    /// Sends it as it is, as the last and only chunk.
    /// @throws IOException if the connection failed
    void sendAsChunk() throws IOException, Unreadable {
        begin();
        session.enter(Stage.DATA_BLOCK);
        session.wire().command("BDAT " + size + " LAST");
        LineCheck lines = new LineCheck();
        byte[] buffer = buffer();
        long sent = 0;
        for (int count = read(buffer); count >= 0; count = read(buffer)) {
            session.enter(Stage.DATA_BLOCK);
            sent += count;
            if (sent > size) {
                check(sent);
            }
            lines.feed(buffer, 0, count);
            if (sent == size) {
                lines.finish();
            }
            Violation violation = lines.violation();
            if (violation != null && !binary) {
                throw new UnsendableContent(violation);
            }
            ending = sent == size;
            session.wire().content().write(buffer, 0, count);
        }
        check(sent);
        session.enter(Stage.DATA_BLOCK);
        ending = true;
        session.wire().flush();
    }

    private void begin() {
        session.wire().ceiling(session.limits().dataBlock().plus(Duration.ofSeconds(size / SLOWEST)));
    }

    private void check(long sent) throws Unreadable {
        if (sent != size) {
            throw new Unreadable("content has " + sent + " octets instead of " + size);
        }
    }

    private byte[] buffer() {
        return new byte[(int) Math.min(Wire.WRITE_BUFFER, Math.max(512, size + 1))];
    }

    private int read(byte[] into) throws Unreadable {
        try {
            return content.read(into, 0, into.length);
        } catch (IOException e) {
            throw new Unreadable("content cannot be read: " + e.getMessage());
        }
    }
}
