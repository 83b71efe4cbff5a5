// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.isthmus.config.Settings;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/// A server that does everything right but one thing: at one place it answers with a {@link Shape}.
final class HostileServer {
    /// Where.
    enum At {
        GREETING(220),
        HELLO(250),
        MAIL(250),
        RCPT(250),
        DATA(354),
        END(250);

        /// The right code.
        final int ok;

        At(int ok) {
            this.ok = ok;
        }
    }

    /// What EHLO offers, for it changes when a client speaks.
    enum Offer {
        NOTHING,
        PIPELINING,
        CHUNKING
    }

    /// Where it talks: under STARTTLS the place is the first one that comes under TLS.
    enum Cover {
        CLEAR,
        STARTTLS,
        IMPLICIT
    }

    record Plot(Cover cover, Offer offer, At at, Shape shape) {}

    /// So much of an endless answer never goes out to a client that leaves in time, whatever the network holds on the way.
    static final int TOO_MUCH = 32 * 1024 * 1024;
    private static final int PIECE = 16 * 1024;
    private static final Duration TRICKLE = Duration.ofSeconds(10);

    private final Plot plot;
    private final Ground ground;
    private final Platform platform;
    private final ServerTls tls;
    private final Settings settings;
    private final Listener listener;
    private final Threads.Actor actor;
    private final List<String> strayed = new CopyOnWriteArrayList<>();
    private final StringBuilder coming = new StringBuilder();
    private volatile boolean closed;
    private volatile int connections;
    private volatile int taken;
    private volatile int endless;
    private volatile boolean struck;
    private Connection carrier;
    private boolean shielded;
    private boolean mail;
    private boolean rcpt;

    HostileServer(Plot plot, Ground ground, Platform platform, ServerTls tls, Settings settings) throws IOException {
        this.plot = plot;
        this.ground = ground;
        this.platform = platform;
        this.tls = tls;
        this.settings = settings;
        listener = platform.network().listen(Ground.anyPort());
        actor = platform.threads().start("hostile server", this::serve);
    }

    InetSocketAddress address() {
        return listener.address();
    }

    /// No more connections; returns when all that there were are over.
    void close() throws IOException, InterruptedException {
        closed = true;
        listener.close();
        actor.join();
    }

    /// Connections that were made.
    int connections() {
        return connections;
    }

    /// Whole messages that were confirmed.
    int taken() {
        return taken;
    }

    /// Whether it came to the place.
    boolean struck() {
        return struck;
    }

    /// What the client still said behind what is no reply, but for its farewell.
    List<String> strayed() {
        return strayed;
    }

    /// How much of an endless answer went out.
    int endless() {
        return endless;
    }

    private void serve() {
        while (!closed) {
            try (Connection connection = listener.accept()) {
                connections++;
                converse(connection);
            } catch (IOException e) {
                // The client has left, or the test is over.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Duration patience() {
        return ground == Ground.SIMULATED ? Duration.ofHours(1) : Ground.PATIENCE;
    }

    private void converse(Connection clear) throws IOException, InterruptedException {
        carrier = clear;
        coming.setLength(0);
        mail = false;
        rcpt = false;
        shielded = plot.cover() == Cover.IMPLICIT;
        if (shielded) {
            try (Connection secure = shake(clear)) {
                begin(secure);
            }
        } else {
            begin(clear);
        }
    }

    private Connection shake(Connection clear) throws IOException {
        return tls.accept(clear, settings.listeners().getFirst(), settings, patience());
    }

    private void begin(Connection connection) throws IOException, InterruptedException {
        if (answer(connection, At.GREETING, "220 peer.example ESMTP\r\n")) {
            obey(connection);
        }
    }

    private void obey(Connection connection) throws IOException, InterruptedException {
        boolean goesOn = true;
        while (goesOn) {
            String line = line(connection);
            if (line == null) {
                return;
            }
            if (struck && plot.shape().reading() instanceof Shape.Reading.None && plot.offer() != Offer.PIPELINING && !line.equals("QUIT")) {
                strayed.add(line);
            }
            goesOn = switch (line.split(" ")[0]) {
                case "EHLO" -> hello(connection);
                case "HELO", "RSET" -> say(connection, "250 ok\r\n");
                case "STARTTLS" -> startTls(connection);
                case "MAIL" -> mail(connection);
                case "RCPT" -> mail ? rcpt(connection) : say(connection, "503 MAIL first\r\n");
                case "DATA" -> rcpt ? data(connection) : say(connection, "503 RCPT first\r\n");
                case "BDAT" -> chunk(connection, line.split(" "));
                case "QUIT" -> {
                    say(connection, "221 bye\r\n");
                    yield false;
                }
                default -> say(connection, "500 what\r\n");
            };
        }
    }

    private boolean hello(Connection connection) throws IOException, InterruptedException {
        if (plot.cover() == Cover.STARTTLS && !shielded) {
            return say(connection, "250-peer.example\r\n250 STARTTLS\r\n");
        }
        return answer(connection, At.HELLO, plot.offer() == Offer.NOTHING ? "250 peer.example\r\n" : "250-peer.example\r\n250 " + plot.offer() + "\r\n");
    }

    private boolean startTls(Connection connection) throws IOException, InterruptedException {
        say(connection, "220 go\r\n");
        shielded = true;
        try (Connection secure = shake(connection)) {
            obey(secure);
        }
        return false;
    }

    private boolean mail(Connection connection) throws IOException, InterruptedException {
        mail = true;
        boolean goesOn = answer(connection, At.MAIL, "250 ok\r\n");
        mail = plot.at() != At.MAIL || confirmed();
        return goesOn;
    }

    private boolean rcpt(Connection connection) throws IOException, InterruptedException {
        boolean goesOn = answer(connection, At.RCPT, "250 ok\r\n");
        rcpt = plot.at() != At.RCPT || confirmed();
        return goesOn;
    }

    private boolean data(Connection connection) throws IOException, InterruptedException {
        boolean goesOn = answer(connection, At.DATA, "354 go\r\n");
        if (!goesOn || (plot.at() == At.DATA && !(plot.shape().reading() instanceof Shape.Reading.Good) && !is(354))) {
            return goesOn;
        }
        for (String line = line(connection); line != null; line = line(connection)) {
            if (line.equals(".")) {
                return end(connection);
            }
        }
        return false;
    }

    private boolean chunk(Connection connection, String[] words) throws IOException, InterruptedException {
        int size = Integer.parseInt(words[1]);
        while (coming.length() < size) {
            if (!more(connection)) {
                return false;
            }
        }
        coming.delete(0, size);
        return rcpt ? end(connection) : say(connection, "503 RCPT first\r\n");
    }

    private boolean end(Connection connection) throws IOException, InterruptedException {
        mail = false;
        rcpt = false;
        if (plot.at() != At.END || confirmed()) {
            taken++;
        }
        return answer(connection, At.END, "250 taken\r\n");
    }

    private boolean is(int code) {
        return plot.shape().reading() instanceof Shape.Reading.Code one && one.code() == code;
    }

    /// Whether the shape says yes to what was asked.
    private boolean confirmed() {
        return switch (plot.shape().reading()) {
            case Shape.Reading.Good good -> true;
            case Shape.Reading.Excess excess -> true;
            case Shape.Reading.Code code -> code.code() / 100 == 2;
            case Shape.Reading.None none -> false;
        };
    }

    // ---- speaking

    private boolean answer(Connection connection, At at, String good) throws IOException, InterruptedException {
        if (at != plot.at() || (plot.cover() == Cover.STARTTLS && !shielded && at != At.GREETING)) {
            return say(connection, good);
        }
        struck = true;
        String octets = plot.shape().octets(at.ok);
        return switch (plot.shape().manner()) {
            case PLAINLY -> say(connection, octets);
            case DRIBBLING -> dribble(connection, octets);
            case CLOSING -> {
                say(connection, octets);
                yield false;
            }
            case CUTTING -> {
                say(connection, octets);
                carrier.close();
                yield false;
            }
            case PAST_TLS -> {
                say(carrier, octets);
                carrier.close();
                yield false;
            }
            case HANGING -> {
                say(connection, octets);
                while (more(connection)) {
                    coming.setLength(0);
                }
                yield false;
            }
            case ENDLESSLY -> endless(connection, octets);
            case TRICKLING -> trickle(connection, octets);
        };
    }

    private boolean say(Connection connection, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        if (octets.length > 0) {
            connection.write(octets, 0, octets.length, patience());
        }
        return true;
    }

    private boolean dribble(Connection connection, String text) throws IOException, InterruptedException {
        for (int i = 0; i < text.length(); i++) {
            say(connection, text.substring(i, i + 1));
            if (ground == Ground.SIMULATED) {
                platform.time().sleep(Duration.ofSeconds(1));
            }
        }
        return true;
    }

    private boolean endless(Connection connection, String text) throws IOException {
        String piece = text.repeat(PIECE / text.length());
        while (endless < TOO_MUCH) {
            say(connection, piece);
            endless += piece.length();
        }
        return false;
    }

    private boolean trickle(Connection connection, String text) throws IOException, InterruptedException {
        while (endless < TOO_MUCH) {
            say(connection, text);
            endless += text.length();
            platform.time().sleep(TRICKLE);
        }
        return false;
    }

    // ---- listening

    private @Nullable String line(Connection connection) throws IOException {
        int end = coming.indexOf("\r\n");
        while (end < 0) {
            if (!more(connection)) {
                return null;
            }
            end = coming.indexOf("\r\n");
        }
        String line = coming.substring(0, end);
        coming.delete(0, end + 2);
        return line;
    }

    private boolean more(Connection connection) throws IOException {
        byte[] buffer = new byte[4000];
        int count = connection.read(buffer, 0, buffer.length, patience());
        if (count > 0) {
            coming.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return count > 0;
    }
}
