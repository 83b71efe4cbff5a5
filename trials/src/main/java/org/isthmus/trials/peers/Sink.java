// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Moment;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.jspecify.annotations.Nullable;

/// An SMTP or LMTP server that keeps what it is given, and answers as its behaviour says. What a client does against the standards is kept as a problem.
public final class Sink {
    /// What the client knows of a message that was kept. Before CONFIRMED it may have to send it again (RFC 1047).
    public enum Told {
        NOTHING,
        /// 250 was written.
        ACKNOWLEDGED,
        /// It went on after the 250, so it has read it.
        CONFIRMED
    }

    /// A message that was kept.
    /// @param recipients those it was kept for
    /// @param taken when its end was read
    /// @param at when {@code told} came to be so
    public record Delivery(String from, List<String> recipients, byte[] content, InetAddress client, Duration taken, Duration at, Told told) {
        Delivery with(Told now, Duration when) {
            return new Delivery(from, recipients, content, client, taken, when, now);
        }
    }

    /// All extensions that it knows to offer.
    public static final Set<String> ALL = Set.of("PIPELINING", "SIZE 100000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING");

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Platform platform;
    private final InetSocketAddress address;
    private final boolean lmtp;
    private final String name;
    private final Set<String> extensions;
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private Behaviour behaviour;
    private long sessions;

    public Sink(Platform platform, InetSocketAddress address, boolean lmtp, String name, Set<String> extensions, Behaviour behaviour) {
        this.platform = platform;
        this.address = address;
        this.lmtp = lmtp;
        this.name = name;
        this.extensions = Set.copyOf(extensions);
        this.behaviour = behaviour;
    }

    public void behave(Behaviour now) {
        behaviour = now;
    }

    public List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    public List<String> problems() {
        return List.copyOf(problems);
    }

    public long sessions() {
        return sessions;
    }

    public InetSocketAddress address() {
        return address;
    }

    /// Listens, and serves each client by an actor of its own.
    public void start() throws IOException {
        Listener listener = platform.network().listen(address);
        platform.threads().start(name, () -> {
            try {
                while (true) {
                    Connection connection = listener.accept();
                    sessions++;
                    platform.threads().start(name + " " + sessions, () -> serve(connection));
                }
            } catch (IOException e) {
                throw new AssertionError(name + " cannot accept", e);
            }
        });
    }

    private void serve(Connection connection) {
        try (connection) {
            new Session(connection).run();
        } catch (IOException e) {
            // The client is gone or too slow.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends a session by will of the sink.
    private static final class Ended extends IOException {}

    private final class Session {
        private final Connection connection;
        private final Line line;
        private @Nullable String from;
        private List<String> recipients = new ArrayList<>();
        private ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        private final List<Integer> unconfirmed = new ArrayList<>();
        private boolean greeted;

        Session(Connection connection) {
            this.connection = connection;
            this.line = new Line(connection, platform.time());
        }

        void run() throws IOException, InterruptedException {
            say(answer(Stage.GREETING, "", "220 " + name + " ready"));
            while (true) {
                String command = line.read(PATIENCE);
                unconfirmed.forEach(kept -> told(kept, Told.CONFIRMED));
                unconfirmed.clear();
                check(command);
                int blank = command.indexOf(' ');
                String verb = (blank < 0 ? command : command.substring(0, blank)).toUpperCase(Locale.ROOT);
                String rest = blank < 0 ? "" : command.substring(blank + 1);
                switch (verb) {
                    case "EHLO", "LHLO", "HELO" -> hello(verb, rest);
                    case "MAIL" -> mail(rest);
                    case "RCPT" -> recipient(rest);
                    case "DATA" -> data(rest);
                    case "BDAT" -> chunk(rest);
                    case "RSET" -> {
                        reset();
                        say("250 2.0.0 as if nothing had been");
                    }
                    case "NOOP" -> say("250 2.0.0 still here");
                    case "QUIT" -> {
                        say(answer(Stage.QUIT, rest, "221 2.0.0 goodbye"));
                        return;
                    }
                    default -> say("500 5.5.1 what?");
                }
            }
        }

        private void hello(String verb, String rest) throws IOException, InterruptedException {
            if (lmtp != verb.equals("LHLO")) {
                problem(verb + " to " + (lmtp ? "an LMTP" : "an SMTP") + " server");
            }
            StringBuilder reply = new StringBuilder("250");
            if (!verb.equals("HELO")) {
                reply.append("-").append(name);
                extensions.stream().sorted().forEach(one -> reply.append("\r\n250-").append(one));
                int last = reply.lastIndexOf("250-");
                reply.setCharAt(last + 3, ' ');
            } else {
                reply.append(" ").append(name);
            }
            reset();
            String said = say(answer(Stage.HELLO, rest, reply.toString()));
            greeted |= said.startsWith("2");
        }

        private void mail(String rest) throws IOException, InterruptedException {
            if (!greeted || from != null) {
                problem("MAIL out of order");
                say("503 5.5.1 not now");
                return;
            }
            String path = path(rest);
            if (say(answer(Stage.MAIL, path, "250 2.1.0 fine")).startsWith("250")) {
                from = path;
            }
        }

        private void recipient(String rest) throws IOException, InterruptedException {
            if (from == null) {
                outOfOrder("RCPT");
                return;
            }
            String path = path(rest);
            if (say(answer(Stage.RECIPIENT, path, "250 2.1.5 fine")).startsWith("25")) {
                recipients.add(path);
            }
        }

        private void data(String rest) throws IOException, InterruptedException {
            if (from == null || recipients.isEmpty()) {
                outOfOrder("DATA");
                return;
            }
            if (!say(answer(Stage.DATA, rest, "354 go on")).startsWith("354")) {
                return;
            }
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            while (true) {
                String text = line.read(PATIENCE);
                if (text.equals(".")) {
                    break;
                }
                check(text);
                content.writeBytes((text.startsWith(".") ? text.substring(1) : text).getBytes(StandardCharsets.ISO_8859_1));
                content.write('\r');
                content.write('\n');
            }
            end(content.toByteArray());
        }

        private void chunk(String rest) throws IOException, InterruptedException {
            String[] words = rest.split(" ");
            byte[] bytes = line.read(Integer.parseInt(words[0]), PATIENCE);
            if (!extensions.contains("CHUNKING")) {
                problem("BDAT was not offered");
            }
            if (from == null || recipients.isEmpty()) {
                outOfOrder("BDAT");
                return;
            }
            chunks.writeBytes(bytes);
            if (words.length > 1 && words[1].equalsIgnoreCase("LAST")) {
                byte[] content = chunks.toByteArray();
                checkEnds(content);
                end(content);
            } else {
                say(answer(Stage.DATA, rest, "250 2.0.0 " + bytes.length + " bytes"));
            }
        }

        private void end(byte[] content) throws IOException, InterruptedException {
            String sender = from == null ? "" : from;
            List<String> all = List.copyOf(recipients);
            Duration taken = platform.time().elapsed();
            // RFC 2033 §4.2: one reply for each recipient that was taken.
            List<List<String>> parts = lmtp ? all.stream().map(List::of).toList() : List.of(all);
            for (List<String> part : parts) {
                Act act = behaviour.act(new Moment(Stage.END, part.getFirst(), sender, part, platform.time().elapsed()));
                if (act instanceof Act.KeepAndClose) {
                    keep(sender, part, content, taken);
                    throw new Ended();
                }
                String reply = reply(act, "250 2.0.0 kept as " + deliveries.size());
                if (reply.startsWith("250")) {
                    int kept = keep(sender, part, content, taken);
                    say(reply);
                    told(kept, Told.ACKNOWLEDGED);
                    unconfirmed.add(kept);
                } else {
                    say(reply);
                }
            }
            reset();
        }

        private int keep(String sender, List<String> part, byte[] content, Duration taken) {
            deliveries.add(new Delivery(sender, part, content, connection.remote().getAddress(), taken, platform.time().elapsed(), Told.NOTHING));
            return deliveries.size() - 1;
        }

        private void told(int kept, Told what) {
            deliveries.set(kept, deliveries.get(kept).with(what, platform.time().elapsed()));
        }

        /// RFC 2920 §3.1: a client that pipelines may go on after a refused MAIL; anything else may not.
        private void outOfOrder(String verb) throws IOException {
            if (!extensions.contains("PIPELINING")) {
                problem(verb + " out of order");
            }
            say("503 5.5.1 not now");
        }

        private void reset() {
            from = null;
            recipients = new ArrayList<>();
            chunks = new ByteArrayOutputStream();
        }

        private String answer(Stage stage, String argument, String compliant) throws IOException, InterruptedException {
            return reply(behaviour.act(new Moment(stage, argument, from == null ? "" : from, List.copyOf(recipients), platform.time().elapsed())), compliant);
        }

        private String reply(Act act, String compliant) throws IOException, InterruptedException {
            return switch (act) {
                case Act.Comply() -> compliant;
                case Act.Say(String reply) -> reply;
                case Act.Delay(Duration duration) -> {
                    platform.time().sleep(duration);
                    yield compliant;
                }
                case Act.Hang(Duration duration) -> {
                    platform.time().sleep(duration);
                    throw new Ended();
                }
                case Act.Close(), Act.KeepAndClose() -> throw new Ended();
            };
        }

        private String say(String reply) throws IOException {
            line.write(reply + "\r\n", PATIENCE);
            if (reply.startsWith("421")) {
                throw new Ended();
            }
            return reply;
        }

        private void check(String text) {
            if (text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
                problem("a bare CR or LF, or a NUL, in \"" + text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0") + "\"");
            }
        }

        private void checkEnds(byte[] content) {
            for (String text : new String(content, StandardCharsets.ISO_8859_1).split("\r\n", -1)) {
                check(text);
            }
        }

        private void problem(String what) {
            problems.add(name + ": " + connection.remote() + ": " + what);
        }

        private static String path(String rest) {
            int open = rest.indexOf('<');
            int close = rest.lastIndexOf('>');
            return open < 0 || close < open ? rest : rest.substring(open + 1, close);
        }
    }
}
