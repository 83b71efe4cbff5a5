// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.platform.Connection;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.syntax.Characters;

/// A client that offers one message and stops at the first refusal; in memory, on the session's own thread: each read of the session is its turn. RFC 5321 Appendix D.1.
final class Conversation implements Connection {
    /// The stages, each with the command that it is known by in explanations.
    private enum Stage {
        GREETING("connect"),
        HELLO("EHLO"),
        MAIL("MAIL"),
        RCPT("RCPT"),
        DATA("DATA"),
        CONTENT("end of data"),
        QUIT("QUIT");

        private final String command;

        Stage(String command) {
            this.command = command;
        }
    }

    private final Question question;
    private final InetSocketAddress local;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private Stage stage = Stage.GREETING;
    private byte[] sending = new byte[0];
    private int sent;
    private String command = Stage.GREETING.command;
    private Reply last = Reply.of(421, "4.3.0", "nothing was said");

    Conversation(Question question, InetSocketAddress local) {
        this.question = question;
        this.local = local;
    }

    /// The command that decided.
    String command() {
        return command;
    }

    /// The reply that decided: to RCPT if the message was taken, else the first refusal.
    Reply reply() {
        return last;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public InetSocketAddress remote() {
        return new InetSocketAddress(question.client(), 50_000);
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) {
        if (sent == sending.length) {
            sending = turn().getBytes(UTF_8);
            sent = 0;
        }
        if (sending.length == 0) {
            return -1;
        }
        int count = Math.min(length, sending.length - sent);
        System.arraycopy(sending, sent, into, offset, count);
        sent += count;
        return count;
    }

    @Override
    public int available() {
        return sending.length - sent;
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) {
        heard.write(from, offset, length);
    }

    @Override
    public void close() {}

    /// The session has ended: what it said last counts if it was a refusal.
    void end() {
        if (stage != Stage.QUIT) {
            hear();
        }
    }

    /// @return what is said next; nothing at the end
    private String turn() {
        if (stage == Stage.QUIT || !hear()) {
            if (stage == Stage.QUIT) {
                return "";
            }
            stage = Stage.QUIT;
            return "QUIT\r\n";
        }
        stage = Stage.values()[stage.ordinal() + 1];
        return switch (stage) {
            case GREETING -> "";
            case HELLO -> "EHLO " + literal() + "\r\n";
            case MAIL -> "MAIL FROM:<" + question.from() + ">" + (question.size().isPresent() ? " SIZE=" + question.size().getAsLong() : "")
                    + (question.requireTls() ? " REQUIRETLS" : "")
                    + (Characters.ascii(question.from()) && Characters.ascii(question.to()) ? "" : " SMTPUTF8") + "\r\n";
            case RCPT -> "RCPT TO:<" + question.to() + ">\r\n";
            case DATA -> "DATA\r\n";
            case CONTENT -> "Subject: explain\r\n\r\n.\r\n";
            case QUIT -> "QUIT\r\n";
        };
    }

    /// Listens to the reply to the last command.
    /// @return false if it was a refusal
    private boolean hear() {
        Optional<Reply> reply = parse(heard.toString(UTF_8));
        heard.reset();
        if (reply.isEmpty()) {
            return true;
        }
        boolean good = reply.get().isPositive();
        if (!good || stage.compareTo(Stage.RCPT) <= 0) {
            command = stage.command;
            last = reply.get();
        }
        return good;
    }

    private String literal() {
        String address = question.client().getHostAddress();
        return question.client() instanceof Inet6Address ? "[IPv6:" + address + "]" : "[" + address + "]";
    }

    /// The last reply in a text that our own session wrote.
    private static Optional<Reply> parse(String text) {
        List<String> lines = new ArrayList<>();
        int code = 0;
        EnhancedStatus status = null;
        for (String line : text.split("\r\n", -1)) {
            if (line.length() > 3) {
                code = Integer.parseInt(line.substring(0, 3));
                String words = line.substring(4);
                int blank = words.indexOf(' ');
                Optional<EnhancedStatus> stated = EnhancedStatus.parse(blank < 0 ? words : words.substring(0, blank));
                status = stated.orElse(status);
                lines.add(untraced(stated.isPresent() ? words.substring(blank + 1) : words));
            }
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(new Reply(code, status, lines));
    }

    /// Without the id under which a refusal is found: nothing of this is recorded.
    private static String untraced(String words) {
        int trace = words.lastIndexOf(" (trace ");
        return trace < 0 ? words : words.substring(0, trace);
    }
}
