// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A server that behaves well unless told otherwise, and is strict: only CRLF ends a line and only CRLF.CRLF ends data. It reacts at once to what
/// is written to it, on the writer's thread, so nothing here needs time.
///
/// An answer is raw octets, with {@link #CLOSE}, {@link #HANG} or {@link #DRIBBLE} in it where it is to do more than talk.
final class FakeServer {
    /// Everything before it is sent, then the connection is closed.
    static final String CLOSE = "<close>";
    /// Everything before it is sent, and nothing ever after.
    static final String HANG = "<hang>";
    /// Everything behind it comes one octet a second.
    static final String DRIBBLE = "<dribble>";

    final List<Conversation> conversations = new ArrayList<>();
    final List<Transaction> transactions = new ArrayList<>();
    List<String> offers = List.of("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN");
    /// It takes so many octets of a conversation and then reads no more.
    long reads = Long.MAX_VALUE;
    /// After so many octets of a conversation it resets the connection.
    long survives = Long.MAX_VALUE;

    /// Answers a command line before anything else does, unless it gives null.
    @Nullable Function<String, @Nullable String> exchange;

    private final Map<String, Function<String, String>> answers = new HashMap<>();

    /// A message that was taken, for one or more recipients.
    record Transaction(String mail, List<String> rcpts, byte[] content) {
        String text() {
            return new String(content, StandardCharsets.ISO_8859_1);
        }
    }

    /// Answers an event with raw octets: CONNECT, the verbs, or END for the end of data (with LMTP once for each recipient, with its RCPT line).
    FakeServer on(String event, Function<String, String> answer) {
        answers.put(event, answer);
        return this;
    }

    FakeServer on(String event, String answer) {
        return on(event, line -> answer);
    }

    FakeServer offering(String... keywords) {
        offers = List.of(keywords);
        return this;
    }

    Conversation connect() {
        Conversation conversation = new Conversation();
        conversations.add(conversation);
        conversation.answer("CONNECT", "", "220 mx.example.org ESMTP\r\n");
        return conversation;
    }

    /// All command lines of all conversations.
    List<String> heard() {
        return conversations.stream().flatMap(c -> c.lines.stream()).toList();
    }

    final class Conversation {
        final List<String> lines = new ArrayList<>();
        /// What was written to it, in the pieces in which it came.
        final List<String> writes = new ArrayList<>();
        final StringBuilder out = new StringBuilder();
        boolean closed;
        boolean closedByClient;
        boolean hangs;

        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final List<String> rcpts = new ArrayList<>();
        private ByteArrayOutputStream content = new ByteArrayOutputStream();
        private String mail = "";
        private boolean lmtp;
        private boolean inData;
        private long chunk = -1;
        private boolean lastChunk;
        private byte before;

        void receive(byte[] from, int offset, int length) {
            writes.add(new String(from, offset, length, StandardCharsets.ISO_8859_1));
            for (int i = offset; i < offset + length && !closed && !hangs; i++) {
                octet(from[i]);
            }
        }

        private void octet(byte octet) {
            if (chunk > 0) {
                content.write(octet);
                if (--chunk == 0) {
                    endChunk();
                }
                return;
            }
            line.write(octet);
            boolean ended = octet == '\n' && before == '\r';
            before = octet;
            if (!ended) {
                return;
            }
            byte[] soFar = line.toByteArray();
            line.reset();
            if (inData) {
                dataLine(soFar);
            } else {
                command(new String(soFar, 0, soFar.length - 2, StandardCharsets.UTF_8));
            }
        }

        private void dataLine(byte[] soFar) {
            if (soFar.length == 3 && soFar[0] == '.') {
                inData = false;
                end();
                return;
            }
            int from = soFar[0] == '.' ? 1 : 0;
            content.write(soFar, from, soFar.length - from);
        }

        private void command(String command) {
            lines.add(command);
            Function<String, @Nullable String> first = exchange;
            String said = first == null ? null : first.apply(command);
            if (said != null) {
                out.append(said);
                return;
            }
            int blank = command.indexOf(' ');
            String verb = (blank < 0 ? command : command.substring(0, blank)).toUpperCase(Locale.ROOT);
            switch (verb) {
                case "EHLO", "LHLO" -> {
                    lmtp = verb.equals("LHLO");
                    answer(verb, command, hello());
                }
                case "HELO" -> answer(verb, command, "250 mx.example.org\r\n");
                case "MAIL" -> {
                    boolean nested = !mail.isEmpty();
                    if (answer(verb, command, nested ? "503 5.5.1 Nested MAIL\r\n" : "250 2.1.0 Ok\r\n")) {
                        mail = command;
                        rcpts.clear();
                    }
                }
                case "RCPT" -> {
                    if (answer(verb, command, mail.isEmpty() ? "503 5.5.1 Need MAIL\r\n" : "250 2.1.5 Ok\r\n")) {
                        rcpts.add(command);
                    }
                }
                case "DATA" -> {
                    content = new ByteArrayOutputStream();
                    inData = answer(verb, command, rcpts.isEmpty() ? "554 5.5.1 No valid recipients\r\n" : "354 Go ahead\r\n");
                }
                case "BDAT" -> {
                    String[] words = command.split(" ");
                    content = new ByteArrayOutputStream();
                    chunk = Long.parseLong(words[1]);
                    lastChunk = words.length > 2;
                    if (chunk == 0) {
                        endChunk();
                    }
                }
                case "RSET" -> {
                    mail = "";
                    rcpts.clear();
                    answer(verb, command, "250 2.0.0 Ok\r\n");
                }
                case "QUIT" -> answer(verb, command, "221 2.0.0 Bye\r\n" + CLOSE);
                default -> answer(verb, command, "500 5.5.2 What?\r\n");
            }
        }

        private void endChunk() {
            chunk = -1;
            if (rcpts.isEmpty()) {
                answer("BDAT", "", "503 5.5.1 No recipients\r\n");
            } else if (lastChunk) {
                end();
            }
        }

        private void end() {
            List<String> taken = new ArrayList<>();
            if (lmtp) {
                for (String rcpt : List.copyOf(rcpts)) {
                    if (!closed && !hangs && answer("END", rcpt, "250 2.1.5 Delivered\r\n")) {
                        taken.add(rcpt);
                    }
                }
            } else if (answer("END", mail, "250 2.0.0 Queued\r\n")) {
                taken.addAll(rcpts);
            }
            if (!taken.isEmpty()) {
                transactions.add(new Transaction(mail, taken, content.toByteArray()));
            }
            mail = "";
            rcpts.clear();
        }

        private String hello() {
            StringBuilder reply = new StringBuilder();
            for (int i = 0; i <= offers.size(); i++) {
                reply.append("250").append(i == offers.size() ? ' ' : '-').append(i == 0 ? "mx.example.org" : offers.get(i - 1)).append("\r\n");
            }
            return reply.toString();
        }

        /// @return whether it was a yes
        private boolean answer(String event, String command, String usual) {
            Function<String, String> special = answers.get(event);
            String reply = special == null ? null : special.apply(command);
            say(reply == null ? usual : reply);
            String said = reply == null ? usual : reply;
            return !said.isEmpty() && (said.charAt(0) == '2' || said.charAt(0) == '3');
        }

        private void say(String reply) {
            int end = reply.length();
            if (reply.contains(CLOSE)) {
                closed = true;
                end = reply.indexOf(CLOSE);
            } else if (reply.contains(HANG)) {
                hangs = true;
                end = reply.indexOf(HANG);
            }
            out.append(reply, 0, end);
        }
    }
}
