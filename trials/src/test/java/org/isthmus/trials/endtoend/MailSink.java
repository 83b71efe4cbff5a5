// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/// A small SMTP server that records what it takes. It is written apart from the program, so that an error of the one is not an error of the other too.
final class MailSink implements AutoCloseable {
    /// A message that this server answered, or tried to answer, with 250.
    /// @param life during which of the sender's lives, counted by {@link #settle}
    /// @param at when its answer was written, or a little before
    record Delivery(String id, String hash, String recipient, int life, Instant at) {}

    /// A report about a message: who it says did not get it. RFC 3464.
    record Report(String id, List<String> failed) {}

    /// Users whose name begins so exist nowhere.
    static final String GHOST = "ghost";

    private static final Pattern FAILED = Pattern.compile("(?im)^Final-Recipient:\\s*[^;]*;\\s*(\\S+)\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?Action:\\s*failed");

    private final ServerSocket listener;
    private final int refuseOneIn;
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<Report> reports = new ArrayList<>();
    private final Set<Socket> open = new HashSet<>();
    private int life;

    /// @param refuseOneIn one recipient in so many is refused for the moment; 0 for none
    MailSink(String address, int refuseOneIn) throws IOException {
        this.refuseOneIn = refuseOneIn;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0), 500);
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    synchronized List<Report> reports() {
        return List.copyOf(reports);
    }

    /// Waits until everything is recorded that a process sent which is dead now, and begins the next life.
    void settle() throws IOException, InterruptedException {
        // Connections are taken in order: when this one has its greeting, all older ones are in the set.
        try (Socket last = new Socket(listener.getInetAddress(), port())) {
            last.getInputStream().read();
        }
        Running.waitUntil("connections of the dead to end", this::connections, () -> connections() == 0);
        synchronized (this) {
            life++;
        }
    }

    private synchronized int connections() {
        return open.size();
    }

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                return;
            }
            synchronized (this) {
                open.add(socket);
            }
            Thread.ofVirtual().start(() -> serve(socket));
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            converse(new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
        } catch (IOException e) {
            // A client that is killed ends like this.
        } finally {
            synchronized (this) {
                open.remove(socket);
            }
        }
    }

    private void converse(InputStream in, OutputStream out) throws IOException {
        List<String> recipients = new ArrayList<>();
        boolean report = false;
        answer(out, "220 sink.example");
        for (String line = line(in); line != null; line = line(in)) {
            String verb = line.toUpperCase(Locale.ROOT);
            if (verb.startsWith("EHLO")) {
                answer(out, "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES");
            } else if (verb.startsWith("MAIL FROM:<")) {
                report = verb.startsWith("MAIL FROM:<>");
                recipients.clear();
                answer(out, "250 2.1.0 ok");
            } else if (verb.startsWith("RCPT TO:<")) {
                answer(out, recipient(line.substring(9, line.indexOf('>')), recipients));
            } else if (verb.startsWith("DATA")) {
                if (recipients.isEmpty()) {
                    answer(out, "554 5.5.1 no valid recipients");
                    continue;
                }
                answer(out, "354 go ahead");
                record(message(in), recipients, report);
                answer(out, "250 2.0.0 taken");
                recipients.clear();
            } else if (verb.startsWith("QUIT")) {
                answer(out, "221 2.0.0 bye");
                return;
            } else {
                recipients.clear();
                answer(out, "250 2.0.0 ok");
            }
        }
    }

    private String recipient(String address, List<String> recipients) {
        if (refuseOneIn > 0 && ThreadLocalRandom.current().nextInt(refuseOneIn) == 0) {
            return "451 4.2.1 not now";
        }
        if (address.startsWith(GHOST)) {
            return "550 5.1.1 no such user";
        }
        recipients.add(address);
        return "250 2.1.5 ok";
    }

    private synchronized void record(byte[] message, List<String> recipients, boolean report) {
        byte[] content = Parcel.from(message);
        String id = Parcel.id(content);
        if (report) {
            reports.add(new Report(id, FAILED.matcher(new String(message, StandardCharsets.ISO_8859_1)).results().map(found -> found.group(1)).toList()));
            return;
        }
        String hash = Parcel.hash(content);
        Instant now = Instant.now();
        recipients.forEach(recipient -> deliveries.add(new Delivery(id, hash, recipient, life, now)));
    }

    private static void answer(OutputStream out, String reply) throws IOException {
        out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /// A line without its end; null at the end of the stream.
    private static String line(InputStream in) throws IOException {
        byte[] line = rawLine(in);
        return line == null ? null : new String(line, 0, line.length - 2, StandardCharsets.ISO_8859_1);
    }

    private static byte[] message(InputStream in) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            byte[] line = rawLine(in);
            if (line == null) {
                throw new IOException("ended within a message");
            }
            if (line[0] != '.') {
                message.write(line);
            } else if (line.length == 3) {
                return message.toByteArray();
            } else {
                message.write(line, 1, line.length - 1);
            }
        }
    }

    private static byte[] rawLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        int before = -1;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            line.write(octet);
            if (octet == '\n' && before == '\r') {
                return line.toByteArray();
            }
            before = octet;
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        List<Socket> left;
        synchronized (this) {
            left = List.copyOf(open);
        }
        for (Socket socket : left) {
            socket.close();
        }
    }
}
