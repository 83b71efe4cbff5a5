// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Time;
import org.isthmus.receive.Receiver;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.TlsDemand;
import org.isthmus.trials.dialogue.Dialogue.Mismatch;
import org.isthmus.trials.world.SimulatedDisk;
import org.jspecify.annotations.Nullable;

/// A dialogue over a socket, a real or a simulated one, with the receiver's own listener and threads. Only the calendar and the client's address are those of the dialogue.
public final class SocketRun {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Dialogue dialogue;
    private Connection client;
    private final Time time;
    private final Ear ear;
    private final Replies replies = new Replies();

    private SocketRun(Dialogue dialogue, Connection client, Time time) {
        this.time = time;
        this.dialogue = dialogue;
        this.client = client;
        this.ear = new Ear(dialogue);
    }

    /// Runs it.
    /// @throws AssertionError naming the line that did not come true
    public static void run(Dialogue dialogue, Platform platform) throws IOException, InterruptedException {
        Time time = new Calendar(platform.time());
        Scene scene = new Scene(dialogue, time);
        Receiver receiver = new Receiver(scene.rooms(time, platform.entropy(), platform.threads(), new Disguise(platform.network(), scene.client())));
        receiver.open(List.of(scene.listener()));
        receiver.start();
        SocketRun run = new SocketRun(dialogue, platform.network().connect(null, receiver.addresses().values().iterator().next(), PATIENCE), platform.time());
        try {
            run.converse();
        } finally {
            run.client.close();
            if (!receiver.drain(PATIENCE)) {
                throw new Mismatch(dialogue, 0, "the session did not end");
            }
        }
        Outcome.check(dialogue, scene);
    }

    private void converse() throws IOException, InterruptedException {
        for (Line line : dialogue.lines()) {
            switch (line) {
                case Line.Send send -> send(send);
                case Line.Hear hear -> ear.hear(hear, next(hear));
                case Line.Also also -> ear.also(also);
                case Line.Never never -> ear.never(never);
                case Line.Close close -> client.close();
                case Line.ServerCloses closes -> serverCloses(closes);
                case Line.Wait wait -> time.sleep(wait.time());
                case Line.Secure secure -> secure(secure);
            }
        }
    }

    private void secure(Line.Secure secure) {
        if (!replies.rest().isEmpty()) {
            throw new Mismatch(dialogue, secure.number(), "the server said more before the handshake: " + replies.rest());
        }
        try {
            client = new ClientTls(new SimulatedDisk(0), time).connect(client, "mx1.example.org", new TlsDemand.Required(), PATIENCE);
        } catch (IOException e) {
            throw new Mismatch(dialogue, secure.number(), "the handshake failed: " + e);
        }
    }

    private void send(Line.Send send) {
        try {
            client.write(send.octets(), 0, send.octets().length, PATIENCE);
        } catch (IOException e) {
            // The server may have closed already: what it said before is still to be read, and is what counts.
        }
    }

    private List<String> next(Line.Hear hear) throws IOException {
        byte[] buffer = new byte[4096];
        while (true) {
            List<String> reply = replies.next();
            if (reply != null) {
                return reply;
            }
            int count = client.read(buffer, 0, buffer.length, PATIENCE);
            if (count < 0) {
                throw new Mismatch(dialogue, hear.number(), "expected " + hear.pattern() + " but the server closed");
            }
            replies.add(buffer, 0, count);
        }
    }

    private void serverCloses(Line.ServerCloses closes) throws IOException {
        try {
            int count = client.read(new byte[1], 0, 1, PATIENCE);
            if (count >= 0 || !replies.rest().isEmpty()) {
                throw new Mismatch(dialogue, closes.number(), "the server said more");
            }
        } catch (SocketTimeoutException e) {
            throw new Mismatch(dialogue, closes.number(), "the server still listens");
        } catch (SocketException e) {
            // Closed with something of ours unread: a reset is a close too.
        }
    }

    /// Real time that begins when the dialogues do.
    private record Calendar(Time real, Instant began) implements Time {
        Calendar(Time real) {
            this(real, real.now());
        }

        @Override
        public Instant now() {
            return Instant.parse("2026-11-24T08:00:00Z");
        }

        @Override
        public Duration elapsed() {
            return real.elapsed();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            real.sleep(duration);
        }
    }

    /// Lets clients appear to come from where the dialogue wants them.
    private record Disguise(Network real, InetAddress client) implements Network {
        @Override
        public Listener listen(InetSocketAddress at) throws IOException {
            Listener listener = real.listen(at);
            return new Listener() {
                @Override
                public InetSocketAddress address() {
                    return listener.address();
                }

                @Override
                public Connection accept() throws IOException {
                    return new Disguised(listener.accept(), client);
                }

                @Override
                public void close() throws IOException {
                    listener.close();
                }
            };
        }

        @Override
        public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
            return real.connect(from, to, limit);
        }
    }

    private record Disguised(Connection real, InetAddress client) implements Connection {
        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress(client, real.remote().getPort());
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            return real.read(into, offset, length, limit);
        }

        @Override
        public int available() throws IOException {
            return real.available();
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
            real.write(from, offset, length, limit);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
