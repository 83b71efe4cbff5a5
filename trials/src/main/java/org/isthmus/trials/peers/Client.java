// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Platform;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.world.Chance;

/// An SMTP client that hands letters over in one session, well or badly, and enters into the ledger what it was told.
public final class Client {
    /// How it behaves. The last three do harm, at a moment that chance decides.
    public enum Manner {
        /// A command, a reply.
        PLAIN,
        /// MAIL, RCPT and DATA at once. RFC 2920.
        PIPELINED,
        /// The content by BDAT, in chunks. RFC 3030.
        CHUNKED,
        /// A few bytes at a time, with pauses.
        DRIBBLING,
        /// Falls silent and keeps the connection for hours.
        HANGING,
        /// Closes without a word.
        VANISHING
    }

    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Duration HANG = Duration.ofHours(12);

    private final Platform platform;
    private final Chance chance;
    private final Ledger ledger;
    private final String name;

    public Client(Platform platform, Chance chance, Ledger ledger, String name) {
        this.platform = platform;
        this.chance = chance;
        this.ledger = ledger;
        this.name = name;
    }

    /// Makes one session; whatever the network does ends it early, and the letters that were not begun are not in the ledger then.
    public void send(InetSocketAddress server, Manner manner, List<Letter> letters) throws InterruptedException {
        try (Connection connection = platform.network().connect(null, server, Duration.ofSeconds(60))) {
            Session session = new Session(connection, manner);
            session.open();
            for (Letter letter : letters) {
                session.send(letter);
            }
            session.say("QUIT\r\n");
            session.reply();
        } catch (IOException e) {
            // That is what the network does. What matters stands in the ledger.
        }
    }

    private final class Session {
        private final Line line;
        private final Connection connection;
        private final Manner manner;
        private long patience = chance.below(1L << chance.between(4, 14));

        Session(Connection connection, Manner manner) {
            this.connection = connection;
            this.manner = manner;
            this.line = new Line(connection, platform.time());
        }

        void open() throws IOException, InterruptedException {
            expect("2");
            say("EHLO " + name + "\r\n");
            expect("2");
        }

        /// One transaction. An entry is made in any case.
        void send(Letter letter) throws IOException, InterruptedException {
            Attempt attempt = new Attempt(letter);
            try {
                envelope(attempt);
            } finally {
                ledger.add(attempt.entry());
            }
        }

        private void envelope(Attempt attempt) throws IOException, InterruptedException {
            Letter letter = attempt.letter;
            String mail = "MAIL FROM:<" + letter.from() + ">\r\n";
            if (manner == Manner.PIPELINED) {
                StringBuilder all = new StringBuilder(mail);
                letter.to().forEach(to -> all.append("RCPT TO:<").append(to).append(">\r\n"));
                say(all.append("DATA\r\n").toString());
            } else {
                say(mail);
            }
            boolean begun = attempt.take(reply()).startsWith("250");
            if (!begun && manner != Manner.PIPELINED) {
                attempt.end = End.REFUSED;
                return;
            }
            for (String to : letter.to()) {
                if (manner != Manner.PIPELINED) {
                    say("RCPT TO:<" + to + ">\r\n");
                }
                attempt.recipient(to, reply());
            }
            if (manner == Manner.CHUNKED && !attempt.recipients.isEmpty()) {
                chunks(attempt);
            } else if (manner == Manner.PIPELINED || !attempt.recipients.isEmpty()) {
                data(attempt);
            } else {
                attempt.end = End.REFUSED;
                startAnew();
            }
        }

        private void startAnew() throws IOException, InterruptedException {
            say("RSET\r\n");
            reply();
        }

        private void data(Attempt attempt) throws IOException, InterruptedException {
            if (manner != Manner.PIPELINED) {
                say("DATA\r\n");
            }
            if (!attempt.take(reply()).startsWith("354")) {
                attempt.end = End.REFUSED;
                startAnew();
                return;
            }
            if (attempt.recipients.isEmpty()) {
                // RFC 2920 §3.1: the server took DATA with no recipients; an empty message is sent and must be refused.
                say(".\r\n");
                attempt.take(reply());
                attempt.end = End.REFUSED;
                return;
            }
            byte[] stuffed = stuffed(attempt.letter.content());
            say(stuffed, 0, stuffed.length);
            byte[] dot = ".\r\n".getBytes(StandardCharsets.US_ASCII);
            say(dot, 0, dot.length - 1);
            // From the last byte on nobody knows what the server has, until it answers.
            attempt.doubtful();
            say(dot, dot.length - 1, 1);
            attempt.end(reply());
        }

        private void chunks(Attempt attempt) throws IOException, InterruptedException {
            byte[] content = attempt.letter.content();
            int at = 0;
            while (at < content.length) {
                int count = Math.min(content.length - at, 1 + chance.below(4000));
                boolean last = at + count == content.length;
                say("BDAT " + count + (last ? " LAST" : "") + "\r\n");
                say(content, at, count - 1);
                if (last) {
                    attempt.doubtful();
                }
                say(content, at + count - 1, 1);
                at += count;
                String reply = reply();
                if (last) {
                    attempt.end(reply);
                } else if (!attempt.take(reply).startsWith("250")) {
                    attempt.end = End.REFUSED;
                    startAnew();
                    return;
                }
            }
        }

        private void expect(String start) throws IOException {
            String reply = reply();
            if (!reply.startsWith(start)) {
                throw new IOException("refused: " + reply);
            }
        }

        /// The next reply, its lines joined.
        String reply() throws IOException {
            StringBuilder all = new StringBuilder();
            while (true) {
                String next = line.read(LIMIT);
                all.append(all.isEmpty() ? "" : "\n").append(next);
                if (next.length() < 4 || next.charAt(3) != '-') {
                    return all.toString();
                }
            }
        }

        void say(String text) throws IOException, InterruptedException {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            say(bytes, 0, bytes.length);
        }

        private void say(byte[] bytes, int offset, int length) throws IOException, InterruptedException {
            switch (manner) {
                case PLAIN, PIPELINED, CHUNKED -> connection.write(bytes, offset, length, LIMIT);
                case DRIBBLING -> {
                    int done = 0;
                    while (done < length) {
                        int count = Math.min(length - done, 1 + chance.below(200));
                        connection.write(bytes, offset + done, count, LIMIT);
                        done += count;
                        platform.time().sleep(Duration.ofMillis(chance.below(3_000)));
                    }
                }
                case HANGING, VANISHING -> {
                    int count = (int) Math.min(length, patience);
                    connection.write(bytes, offset, count, LIMIT);
                    patience -= count;
                    if (count < length) {
                        if (manner == Manner.HANGING) {
                            platform.time().sleep(HANG);
                        }
                        throw new IOException("had enough");
                    }
                }
            }
        }
    }

    /// RFC 5321 §4.5.2, and the end of the last line if it has none.
    public static byte[] stuffed(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 16);
        boolean start = true;
        for (byte b : content) {
            if (start && b == '.') {
                out.write('.');
            }
            out.write(b);
            start = b == '\n';
        }
        if (!start) {
            out.write('\r');
            out.write('\n');
        }
        return out.toByteArray();
    }

    private final class Attempt {
        private final Letter letter;
        private final List<String> recipients = new ArrayList<>();
        private final Map<String, String> refused = new LinkedHashMap<>();
        private End end = End.BROKEN_OFF;
        private boolean whole;
        private String reply = "";

        Attempt(Letter letter) {
            this.letter = letter;
        }

        String take(String said) {
            reply = said;
            return said;
        }

        void recipient(String to, String said) {
            take(said);
            if (said.startsWith("25")) {
                recipients.add(to);
            } else {
                refused.put(to, said);
            }
        }

        void doubtful() {
            end = End.DOUBTFUL;
            whole = true;
        }

        void end(String said) {
            take(said);
            end = said.startsWith("250") ? End.PROMISED : End.REFUSED;
        }

        Ledger.Entry entry() {
            return new Ledger.Entry(letter, recipients, refused, end, whole, reply, platform.time().elapsed());
        }
    }
}
