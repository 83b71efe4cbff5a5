// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.jspecify.annotations.Nullable;

/// A mail server of the tour's Internet: takes every message and keeps the newest, or refuses every recipient.
final class TourHost implements Closeable {
    private static final int KEPT = 64;

    private final String name;
    private final @Nullable String refusal;
    private final Listener listener;
    private final Channel<Taken> taken;

    /// What came, with its envelope.
    record Taken(String from, List<String> to, String content) {
        Taken {
            to = List.copyOf(to);
        }
    }

    /// @param refusal the reply to every recipient; none to take them
    TourHost(String name, InetSocketAddress at, @Nullable String refusal, Platform platform) throws IOException {
        this.name = name;
        this.refusal = refusal;
        taken = platform.threads().channel(KEPT);
        listener = platform.network().listen(at);
        platform.threads().start(name, () -> serve(platform));
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        return listener.address();
    }

    /// The next message that has come, or null if none comes in time.
    @Nullable Taken next(Duration limit) throws InterruptedException {
        return taken.receive(limit);
    }

    private void serve(Platform platform) {
        try {
            while (true) {
                Connection client = listener.accept();
                platform.threads().start(name, () -> converse(client));
            }
        } catch (IOException e) {
            // Closed: the tour is over.
        }
    }

    private void converse(Connection client) {
        try (TourWire wire = new TourWire(client)) {
            wire.send("220 " + name + " ESMTP");
            transactions(wire);
        } catch (IOException e) {
            // The client has gone; what was acknowledged has been taken.
        }
    }

    private void transactions(TourWire wire) throws IOException {
        String from = "";
        List<String> to = new ArrayList<>();
        while (true) {
            String line = wire.line();
            switch (line.toUpperCase(Locale.ROOT).split("[ :]", 2)[0]) {
                case "EHLO", "HELO" -> wire.send("250 " + name);
                case "MAIL" -> {
                    from = path(line);
                    to.clear();
                    wire.send("250 2.1.0 Sender noted");
                }
                case "RCPT" -> {
                    if (refusal == null) {
                        to.add(path(line));
                    }
                    wire.send(refusal == null ? "250 2.1.5 Recipient is welcome" : refusal);
                }
                case "DATA" -> {
                    wire.send("354 Go ahead");
                    Taken message = new Taken(from, to, content(wire));
                    // Somebody who keeps the tour open may send more than anybody looks at.
                    if (!taken.offer(message)) {
                        taken.poll();
                        taken.offer(message);
                    }
                    wire.send("250 2.0.0 Taken by " + name);
                }
                case "RSET", "NOOP" -> wire.send("250 2.0.0 Fine");
                case "QUIT" -> {
                    wire.send("221 2.0.0 Goodbye");
                    return;
                }
                default -> wire.send("502 5.5.1 Not here");
            }
        }
    }

    private static String path(String line) {
        return line.substring(line.indexOf('<') + 1, Math.max(line.indexOf('<') + 1, line.indexOf('>')));
    }

    private static String content(TourWire wire) throws IOException {
        StringBuilder content = new StringBuilder();
        for (String line = wire.line(); !line.equals("."); line = wire.line()) {
            content.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
        }
        return content.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
