// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Clients that send without pause, and the ledger of what was promised to them. Like real clients they never believe anything but a 250 after the end of a message.
final class Load implements AutoCloseable {
    /// What the ledger has of a message.
    /// @param hash of its content
    /// @param recipients that were answered with 250
    record Entry(String hash, List<String> recipients) {}

    private final List<String> domains;
    private final long seed;
    private final ConcurrentMap<String, Entry> sent = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Entry> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile String refusal = "";
    private volatile InetSocketAddress server;
    private volatile boolean ended;

    Load(List<String> domains, long seed) {
        this.domains = domains;
        this.seed = seed;
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            RandomGenerator random = new SplittableRandom(seed + i);
            threads.add(Thread.ofVirtual().start(() -> client(random)));
        }
    }

    /// Where the server is now; null while there is none.
    void server(InetSocketAddress address) {
        server = address;
    }

    /// Every message with a 250 to its end.
    ConcurrentMap<String, Entry> acknowledged() {
        return acknowledged;
    }

    /// Every message that was begun, whatever came of it.
    ConcurrentMap<String, Entry> sent() {
        return sent;
    }

    int refusals() {
        return refused.get();
    }

    /// The latest refusal.
    String refusal() {
        return refusal;
    }

    private void client(RandomGenerator random) {
        while (!ended) {
            InetSocketAddress to = server;
            try {
                if (to == null) {
                    Thread.sleep(5);
                } else {
                    session(to, random);
                }
            } catch (IOException e) {
                // The server was killed: what it did not acknowledge is not owed.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void session(InetSocketAddress to, RandomGenerator random) throws IOException, InterruptedException {
        try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
            socket.setSoTimeout(30_000);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            reply(in);
            command(in, out, "EHLO client.sender.example");
            for (int left = 1 + random.nextInt(5); left > 0 && !ended; left--) {
                send(in, out, Parcel.random(Long.toString(seed, 36) + "-" + numbers.incrementAndGet(), domains, random));
                Thread.sleep(random.nextInt(20));
            }
            command(in, out, "QUIT");
        }
    }

    private void send(InputStream in, OutputStream out, Parcel parcel) throws IOException {
        command(in, out, "MAIL FROM:<a@sender.example>");
        List<String> taken = new ArrayList<>();
        for (String recipient : parcel.recipients()) {
            if (command(in, out, "RCPT TO:<" + recipient + ">").startsWith("250")) {
                taken.add(recipient);
            }
        }
        String go = command(in, out, "DATA");
        if (!go.startsWith("354")) {
            refuse(go);
            return;
        }
        Entry entry = new Entry(parcel.hash(), List.copyOf(taken));
        sent.put(parcel.id(), entry);
        out.write(stuffed(parcel.content()));
        out.flush();
        String end = reply(in);
        if (end.startsWith("250")) {
            acknowledged.put(parcel.id(), entry);
        } else {
            refuse(end);
        }
    }

    private void refuse(String reply) throws IOException {
        refusal = reply;
        refused.incrementAndGet();
        throw new IOException(reply);
    }

    private static String command(InputStream in, OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return reply(in);
    }

    /// The last line of a reply.
    private static String reply(InputStream in) throws IOException {
        while (true) {
            StringBuilder line = new StringBuilder();
            int octet = in.read();
            for (; octet >= 0 && octet != '\n'; octet = in.read()) {
                line.append((char) octet);
            }
            if (octet < 0 || line.length() < 4) {
                throw new IOException("ended");
            }
            if (line.charAt(3) != '-') {
                return line.toString();
            }
        }
    }

    /// RFC 5321 §4.5.2, and the end of the message.
    private static byte[] stuffed(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 1000);
        byte before = '\n';
        for (byte octet : content) {
            if (octet == '.' && before == '\n') {
                out.write('.');
            }
            out.write(octet);
            before = octet;
        }
        out.writeBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        for (Thread thread : threads) {
            thread.join(30_000);
        }
    }
}
