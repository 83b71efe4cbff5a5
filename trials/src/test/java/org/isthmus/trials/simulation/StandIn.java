// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Line;

/// A small store-and-forward server, only there to try the simulation: right by construction, or wrong in one known way.
final class StandIn implements Subject {
    /// What it does wrong.
    enum Flaw {
        NONE,
        /// Says 250 and commits afterwards.
        PROMISES_BEFORE_COMMIT,
        /// Does not force the bytes.
        FORGETS_FORCE,
        /// Does not force the name.
        FORGETS_FOLDER,
        /// Forgets a recipient before it is delivered to.
        SETTLES_BEFORE_DELIVERY,
        /// Does not write down that a recipient was delivered to.
        NEVER_SETTLES_ONE_OF_MANY,
        /// Reports about letters that have no sender.
        REPORTS_TO_NOBODY,
        /// Takes a lost answer for a yes.
        TRUSTS_SILENCE,
        /// Loses a dot at the start of a line.
        FORGETS_STUFFING,
        /// Calls the address of a domain that has a null MX.
        IGNORES_NULL_MX,
        /// Waits for a silent client for ever.
        WAITS_FOR_EVER,
        /// Keeps a letter of many recipients and says that it did not.
        REFUSES_WHAT_IT_KEEPS,
        /// Tries again for ever what was refused for good.
        NEVER_GIVES_UP
    }

    private static final Path SPOOL = Path.of("/spool");
    private static final Duration LIFETIME = Duration.ofDays(5);

    private final Flaw flaw;

    StandIn(Flaw flaw) {
        this.flaw = flaw;
    }

    @Override
    public Program start(Platform platform, Site site) throws Exception {
        Server server = new Server(platform, site);
        server.open();
        return server;
    }

    /// It writes the report first and the rest afterwards.
    @Override
    public boolean reportsOnce() {
        return false;
    }

    /// @param file its name in the spool
    private record Mail(String file, String from, long accepted, List<String> to, byte[] content) {
        byte[] bytes() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes((from + "\n" + accepted + "\n" + String.join(" ", to) + "\n" + content.length + "\n").getBytes(ISO_8859_1));
            out.writeBytes(content);
            return out.toByteArray();
        }

        static Mail parse(String file, byte[] bytes) throws IOException {
            String[] parts = new String(bytes, ISO_8859_1).split("\n", 5);
            if (parts.length < 5 || parts[4].length() != Integer.parseInt(parts[3])) {
                throw new IOException(file + " is damaged");
            }
            return new Mail(file, parts[0], Long.parseLong(parts[1]), List.of(parts[2].split(" ")), parts[4].getBytes(ISO_8859_1));
        }
    }

    private final class Server implements Program {
        private final Platform platform;
        private final Site site;
        private final Channel<String> arrivals;
        private final Map<String, Mail> queue = new LinkedHashMap<>();
        private long numbers;

        Server(Platform platform, Site site) {
            this.platform = platform;
            this.site = site;
            this.arrivals = platform.threads().channel(10_000);
        }

        void open() throws IOException {
            platform.disk().createFolders(SPOOL);
            platform.disk().forceFolder(Path.of("/"));
            for (String name : platform.disk().list(SPOOL)) {
                if (name.endsWith(".new")) {
                    platform.disk().delete(SPOOL.resolve(name));
                } else {
                    numbers = Math.max(numbers, Long.parseLong(name) + 1);
                    try (Disk.File file = platform.disk().open(SPOOL.resolve(name))) {
                        ByteBuffer buffer = ByteBuffer.allocate((int) file.size());
                        file.read(buffer, 0);
                        queue.put(name, Mail.parse(name, buffer.array()));
                    } catch (IOException e) {
                        if (flaw == Flaw.NONE || e.getMessage().contains("Input/output")) {
                            throw e;
                        }
                    }
                }
            }
            for (InetSocketAddress at : List.of(Site.INTERNET, Site.INSIDE)) {
                Listener listener = platform.network().listen(at);
                platform.threads().start("listener", () -> accept(listener));
            }
            platform.threads().start("sender", this::send);
        }

        @Override
        public Set<Waiting> waiting() {
            Set<Waiting> all = new HashSet<>();
            for (Mail mail : queue.values()) {
                String id = Letter.idOf(mail.content);
                mail.to.forEach(to -> all.add(new Waiting(id == null ? "report" : id, to)));
            }
            return all;
        }

        // In.

        private void accept(Listener listener) {
            try {
                while (true) {
                    Connection connection = listener.accept();
                    platform.threads().start("session", () -> {
                        try (connection) {
                            serve(connection);
                        } catch (IOException e) {
                            // The client is gone.
                        }
                    });
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void serve(Connection connection) throws IOException {
            Line line = new Line(connection, platform.time());
            Duration limit = flaw == Flaw.WAITS_FOR_EVER ? Duration.ofDays(1000) : Duration.ofMinutes(5);
            boolean trusted = connection.local().equals(Site.INSIDE);
            String from = null;
            List<String> to = new ArrayList<>();
            line.write("220 stand-in\r\n", limit);
            while (true) {
                String command = line.read(limit);
                String verb = command.split(" ")[0].toUpperCase(Locale.ROOT);
                String path = command.contains("<") ? command.substring(command.indexOf('<') + 1, command.lastIndexOf('>')) : "";
                switch (verb) {
                    case "EHLO" -> line.write("250-stand-in\r\n250 PIPELINING\r\n", limit);
                    case "MAIL" -> {
                        from = path;
                        to.clear();
                        line.write("250 fine\r\n", limit);
                    }
                    case "RCPT" -> {
                        String reply = recipient(path, trusted);
                        if (reply.startsWith("250")) {
                            to.add(path);
                        }
                        line.write(reply + "\r\n", limit);
                    }
                    case "DATA" -> {
                        if (from == null || to.isEmpty()) {
                            line.write("503 not now\r\n", limit);
                        } else {
                            data(line, limit, from, List.copyOf(to));
                            from = null;
                        }
                    }
                    case "RSET", "NOOP" -> line.write("250 fine\r\n", limit);
                    case "QUIT" -> {
                        line.write("221 bye\r\n", limit);
                        return;
                    }
                    default -> {
                        line.write("500 what?\r\n", limit);
                        if (verb.equals("BDAT")) {
                            // Not offered: what follows cannot be told from commands.
                            return;
                        }
                    }
                }
            }
        }

        private String recipient(String path, boolean trusted) {
            Site.Local local = site.local(path);
            if (local == null) {
                return trusted ? "250 fine" : "550 relaying denied";
            }
            if (local.outward() && local.loopback() == Site.Loopback.REJECT) {
                return "550 would leave the site";
            }
            return Site.users().contains(Site.user(path)) ? "250 fine" : "550 no such user";
        }

        private void data(Line line, Duration limit, String from, List<String> to) throws IOException {
            line.write("354 go on\r\n", limit);
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.writeBytes("Received: by stand-in\r\n".getBytes(ISO_8859_1));
            for (String text = line.read(limit); !text.equals("."); text = line.read(limit)) {
                content.writeBytes(((text.startsWith(".") ? text.substring(1) : text) + "\r\n").getBytes(ISO_8859_1));
            }
            Mail mail = new Mail("" + numbers++, from, platform.time().elapsed().toSeconds(), to, content.toByteArray());
            if (flaw == Flaw.PROMISES_BEFORE_COMMIT) {
                line.write("250 kept as " + mail.file + "\r\n", limit);
            }
            try {
                commit(mail);
            } catch (IOException e) {
                line.write("451 " + e.getMessage() + "\r\n", limit);
                return;
            }
            queue.put(mail.file, mail);
            arrivals.offer(mail.file);
            if (flaw == Flaw.REFUSES_WHAT_IT_KEEPS && to.size() > 2) {
                line.write("451 not now\r\n", limit);
            } else if (flaw != Flaw.PROMISES_BEFORE_COMMIT) {
                line.write("250 kept as " + mail.file + "\r\n", limit);
            }
        }

        /// Makes a mail durable under its name, whether there was one or not.
        private void commit(Mail mail) throws IOException {
            Path scratch = SPOOL.resolve(numbers++ + ".new");
            try (Disk.File file = platform.disk().create(scratch)) {
                file.write(ByteBuffer.wrap(mail.bytes()), 0);
                if (flaw != Flaw.FORGETS_FORCE) {
                    file.force(true);
                }
            }
            platform.disk().rename(scratch, SPOOL.resolve(mail.file));
            if (flaw != Flaw.FORGETS_FOLDER) {
                platform.disk().forceFolder(SPOOL);
            }
        }

        /// Trouble of the disk is waited out: what was delivered must not be forgotten.
        private void settle(Mail mail, List<String> left) throws InterruptedException {
            while (true) {
                try {
                    if (left.isEmpty()) {
                        platform.disk().delete(SPOOL.resolve(mail.file));
                        platform.disk().forceFolder(SPOOL);
                        queue.remove(mail.file);
                    } else {
                        Mail now = new Mail(mail.file, mail.from, mail.accepted, left, mail.content);
                        commit(now);
                        queue.put(mail.file, now);
                    }
                    return;
                } catch (IOException e) {
                    platform.time().sleep(Duration.ofSeconds(20));
                }
            }
        }

        // Out.

        private void send() {
            try {
                while (true) {
                    for (String name : List.copyOf(queue.keySet())) {
                        Mail mail = queue.get(name);
                        if (mail != null) {
                            attempt(mail);
                        }
                    }
                    arrivals.receive(Duration.ofMinutes(10));
                    arrivals.drainTo(new ArrayList<>(), 10_000);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private void attempt(Mail mail) throws InterruptedException {
            List<String> left = new ArrayList<>(mail.to);
            for (String to : mail.to) {
                Site.Local local = site.local(to);
                if (local != null && local.outward() && local.loopback() == Site.Loopback.HOLD) {
                    continue;
                }
                try {
                    if (flaw == Flaw.SETTLES_BEFORE_DELIVERY) {
                        left.remove(to);
                        settle(mail, left);
                    }
                    boolean old = platform.time().elapsed().toSeconds() - mail.accepted > LIFETIME.toSeconds();
                    String answer = old ? "550 expired" : deliver(mail, to);
                    if (flaw == Flaw.NEVER_GIVES_UP && answer.startsWith("5")) {
                        continue;
                    }
                    if (answer.startsWith("5")) {
                        report(mail, to, answer);
                    }
                    boolean forgotten = flaw == Flaw.NEVER_SETTLES_ONE_OF_MANY && mail.to.size() > 1 && to.equals(mail.to.getFirst());
                    if (!answer.startsWith("4") && !forgotten) {
                        left.remove(to);
                        settle(mail, left);
                    }
                } catch (IOException e) {
                    // The disk: a later round tries again.
                    return;
                }
            }
        }

        private void report(Mail mail, String to, String answer) throws IOException {
            if (mail.from.isEmpty() && flaw != Flaw.REPORTS_TO_NOBODY) {
                return;
            }
            String header = new String(mail.content, ISO_8859_1).split("\r\n\r\n", 2)[0];
            String target = mail.from.isEmpty() ? Site.users().getFirst() + "@" + site.locals().getFirst().domain() : mail.from;
            String text = "From: <postmaster@" + Site.HOSTNAME + ">\r\nTo: <" + target + ">\r\nContent-Type: multipart/report\r\n\r\n" + answer + "\r\n\r\nFinal-Recipient: rfc822; " + to
                    + "\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n" + header + "\r\n";
            Mail report = new Mail("" + numbers++, "", platform.time().elapsed().toSeconds(), List.of(target), text.getBytes(ISO_8859_1));
            commit(report);
            queue.put(report.file, report);
            arrivals.offer(report.file);
        }

        private String deliver(Mail mail, String to) {
            Site.Local local = site.local(to);
            if (local != null) {
                Site.Store store = site.stores().get(local.store());
                return talk(store.address(), store.lmtp(), mail, to);
            }
            return switch (platform.dns().mx(Site.domain(to))) {
                case Answer.Failed<DnsRecord.Mx> failed -> "451 " + failed.problem();
                case Answer.NoSuchName<DnsRecord.Mx> none -> "550 no such domain";
                case Answer.NoData<DnsRecord.Mx> none -> "550 no exchanger";
                case Answer.Found<DnsRecord.Mx> found -> exchangers(found.records(), mail, to);
            };
        }

        private String exchangers(List<DnsRecord.Mx> records, Mail mail, String to) {
            if (records.getFirst().isNull()) {
                return flaw == Flaw.IGNORES_NULL_MX ? address(Site.domain(to), mail, to) : "556 accepts no mail";
            }
            String answer = "451 none";
            for (DnsRecord.Mx mx : records.stream().sorted(Comparator.comparing(DnsRecord.Mx::preference)).toList()) {
                answer = address(mx.exchange(), mail, to);
                if (!answer.startsWith("4")) {
                    return answer;
                }
            }
            return answer;
        }

        private String address(String host, Mail mail, String to) {
            if (platform.dns().ipv4(host) instanceof Answer.Found<DnsRecord.Address> found) {
                InetAddress address = found.records().getFirst().address();
                return talk(new InetSocketAddress(address, 25), false, mail, to);
            }
            return "451 no address for " + host;
        }

        private String talk(InetSocketAddress at, boolean lmtp, Mail mail, String to) {
            Duration limit = Duration.ofMinutes(5);
            boolean sent = false;
            try (Connection connection = platform.network().connect(null, at, Duration.ofSeconds(30))) {
                Line line = new Line(connection, platform.time());
                String reply = reply(line, limit);
                for (String command : List.of(lmtp ? "LHLO stand-in" : "EHLO stand-in", "MAIL FROM:<" + mail.from + ">", "RCPT TO:<" + to + ">", "DATA")) {
                    if (!reply.startsWith("2")) {
                        return reply;
                    }
                    line.write(command + "\r\n", limit);
                    reply = reply(line, limit);
                }
                if (!reply.startsWith("354")) {
                    return reply;
                }
                line.write(flaw == Flaw.FORGETS_STUFFING ? mail.content : Client.stuffed(mail.content), limit);
                line.write(".\r\n", limit);
                sent = true;
                reply = reply(line, limit);
                line.write("QUIT\r\n", limit);
                return reply;
            } catch (IOException e) {
                return sent && flaw == Flaw.TRUSTS_SILENCE ? "250 surely" : "451 " + e.getMessage();
            }
        }

        private static String reply(Line line, Duration limit) throws IOException {
            String reply = line.read(limit);
            while (reply.length() > 3 && reply.charAt(3) == '-') {
                reply = line.read(limit);
            }
            return reply;
        }
    }
}
