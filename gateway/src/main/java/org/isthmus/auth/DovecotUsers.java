// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Auth;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.platform.Connection;
import org.isthmus.transit.Client;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The users of Dovecot, by its authentication protocol (version 1): one connection for each exchange. Channel binding is not passed on.
final class DovecotUsers implements Users {
    private static final Logger LOG = LoggerFactory.getLogger(DovecotUsers.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /// Dovecot waits two seconds before it says no, and longer where it is under attack itself.
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration KEEP = Duration.ofMinutes(1);
    private static final List<Mechanism> USUAL = List.of(Mechanism.PLAIN, Mechanism.LOGIN);

    private final Auth.Users.Dovecot where;
    private final Authenticator.Parts parts;
    private volatile Known known = new Known(USUAL, null);

    private record Known(List<Mechanism> mechanisms, @Nullable Duration until) {}

    DovecotUsers(Auth.Users.Dovecot where, Authenticator.Parts parts) {
        this.where = where;
        this.parts = parts;
    }

    @Override
    public List<AddressPattern> senders(String user) {
        return List.of();
    }

    /// What Dovecot offered when it was last asked, at most a minute ago. While it cannot be reached, what it offered before, so that clients hear of trouble and not that nobody can log in.
    @Override
    public List<Mechanism> mechanisms() {
        Known now = known;
        Duration until = now.until;
        if (until != null && until.compareTo(parts.time().elapsed()) > 0) {
            return now.mechanisms;
        }
        List<Mechanism> found = now.mechanisms;
        // While one asks a Dovecot that may be silent, others don't wait for it too.
        known = new Known(found, parts.time().elapsed().plus(KEEP));
        try (DovecotLines lines = connect()) {
            found = greet(lines);
        } catch (IOException e) {
            LOG.warn("Dovecot cannot be asked who logs in ({}): {}", name(), e.getMessage());
        }
        known = new Known(found, parts.time().elapsed().plus(KEEP));
        return found;
    }

    private DovecotLines connect() throws IOException {
        Path socket = where.socket();
        InetSocketAddress address = where.address();
        Connection connection = socket != null ? parts.sockets().connect(socket, CONNECT)
                : parts.network().connect(null, address == null ? new InetSocketAddress(0) : address, CONNECT);
        return new DovecotLines(connection, ANSWER);
    }

    private String name() {
        return where.socket() == null ? String.valueOf(where.address()) : String.valueOf(where.socket());
    }

    /// The handshake; gives the mechanisms that Dovecot offers.
    private List<Mechanism> greet(DovecotLines lines) throws IOException {
        lines.say("VERSION\t1\t1\nCPID\t" + (1 + parts.entropy().below(Integer.MAX_VALUE - 1)));
        List<Mechanism> found = new ArrayList<>();
        for (String line = lines.read(); !line.equals("DONE"); line = lines.read()) {
            String[] words = line.split("\t", -1);
            if (words[0].equals("VERSION") && !(words.length > 1 && words[1].equals("1"))) {
                throw new IOException("it speaks another version of its protocol: " + line);
            }
            if (words[0].equals("MECH") && words.length > 1) {
                for (Mechanism mechanism : List.of(Mechanism.PLAIN, Mechanism.LOGIN, Mechanism.SCRAM_SHA_256)) {
                    if (mechanism.registered().equals(words[1])) {
                        found.add(mechanism);
                    }
                }
            }
        }
        return found;
    }

    @Override
    public Exchange begin(Mechanism mechanism, Client client, boolean plusOffered) {
        return new Conversation(mechanism, client);
    }

    private final class Conversation implements Exchange {
        private final Mechanism mechanism;
        private final Client client;
        private @Nullable DovecotLines lines;

        Conversation(Mechanism mechanism, Client client) {
            this.mechanism = mechanism;
            this.client = client;
        }

        @Override
        public Turn next(byte @Nullable [] response) {
            Turn turn;
            try {
                turn = say(response);
            } catch (IOException e) {
                turn = new Turn.Failed(Turn.Reason.TEMPORARY, null, "Dovecot (" + name() + "): " + e.getMessage());
            }
            if (!(turn instanceof Turn.Challenge)) {
                abandon();
            }
            return turn;
        }

        private Turn say(byte @Nullable [] response) throws IOException {
            DovecotLines open = lines;
            String base64 = response == null ? null : Base64.getEncoder().encodeToString(response);
            if (open == null) {
                open = connect();
                lines = open;
                greet(open);
                open.say("AUTH\t1\t" + mechanism.registered() + "\tservice=smtp" + (client.tls() == null ? "" : "\tsecured")
                        // We ask who it is and open no mailbox: without this word Dovecot keeps the answer for a master process that never asks for it.
                        + "\tnologin"
                        + "\tlip=" + client.local().getAddress().getHostAddress() + "\trip=" + client.remote().getAddress().getHostAddress()
                        + "\tlport=" + client.local().getPort() + "\trport=" + client.remote().getPort() + (base64 == null ? "" : "\tresp=" + base64));
            } else {
                open.say("CONT\t1\t" + (base64 == null ? "" : base64));
            }
            return answer(open.read().split("\t", -1));
        }

        private static Turn answer(String[] words) throws IOException {
            if (words.length < 2 || !words[1].equals("1")) {
                throw new IOException("an answer that nobody asked for: " + words[0]);
            }
            String user = parameter(words, "user=");
            return switch (words[0]) {
                case "OK" -> user == null ? new Turn.Failed(Turn.Reason.TEMPORARY, null, "Dovecot names no user") : new Turn.Passed(user);
                case "CONT" -> new Turn.Challenge(decoded(words.length > 2 ? words[2] : ""));
                case "FAIL" -> new Turn.Failed(List.of(words).contains("temp") || "temp_fail".equals(parameter(words, "code=")) ? Turn.Reason.TEMPORARY : Turn.Reason.CREDENTIALS, user,
                        "Dovecot says no" + (parameter(words, "reason=") == null ? "" : ": " + parameter(words, "reason=")));
                default -> throw new IOException("an answer that it does not have: " + words[0]);
            };
        }

        private static @Nullable String parameter(String[] words, String name) {
            for (int i = 2; i < words.length; i++) {
                if (words[i].startsWith(name)) {
                    return unescaped(words[i].substring(name.length()));
                }
            }
            return null;
        }

        /// The protocol writes octets that would end a word or a line as two: 0x01 and a letter.
        private static String unescaped(String word) {
            return word.indexOf(1) < 0 ? word : word.replace("\u0001t", "\t").replace("\u0001r", "\r").replace("\u0001n", "\n").replace("\u00010", "\0").replace("\u00011", "\u0001");
        }

        private static byte[] decoded(String base64) throws IOException {
            try {
                return Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new IOException("a challenge that is no base64", e);
            }
        }

        @Override
        public void abandon() {
            DovecotLines open = lines;
            if (open != null) {
                open.close();
            }
        }
    }
}
