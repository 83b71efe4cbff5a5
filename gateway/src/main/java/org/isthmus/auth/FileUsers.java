// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.sasl.PlainMessage;
import org.isthmus.sasl.SaslPrep;
import org.isthmus.sasl.SaslProblem;
import org.isthmus.sasl.ScramKeys;
import org.isthmus.sasl.ScramServer;
import org.isthmus.transit.Client;
import org.jspecify.annotations.Nullable;

/// The users of a file. At most four hashes are computed at one time, because each takes 19 MiB; who has to wait longer than ten seconds for his turn hears that it is our trouble.
final class FileUsers implements Users {
    private static final int AT_ONCE = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration GLANCE = Duration.ofMillis(20);
    private static final int NONCE = 18;
    static final int ITERATIONS = 20_000;

    private final WatchedUsers file;
    private final Time time;
    private final Entropy entropy;
    private final Proofs proofs;
    private final AtomicInteger computing = new AtomicInteger();
    private final byte[] secret = new byte[32];
    private final PasswordHash nobody;

    FileUsers(WatchedUsers file, Time time, Entropy entropy) {
        this.file = file;
        this.time = time;
        this.entropy = entropy;
        this.proofs = new Proofs(entropy);
        entropy.fill(secret);
        byte[] salt = Arrays.copyOf(secret, PasswordHash.saltLength());
        nobody = new PasswordHash(PasswordHash.COST.memory(), PasswordHash.COST.passes(), PasswordHash.COST.lanes(), salt, secret);
    }

    @Override
    public List<Mechanism> mechanisms() {
        return List.of(Mechanism.values());
    }

    @Override
    public List<AddressPattern> senders(String user) {
        UsersFile content = file.content();
        return content == null ? List.of() : content.find(user).map(UsersFile.User::senders).orElse(List.of());
    }

    @Override
    public Exchange begin(Mechanism mechanism, Client client, boolean plusOffered) {
        return switch (mechanism) {
            case PLAIN -> new PasswordExchange.Plain(this::check);
            case LOGIN -> new PasswordExchange.Login(this::check);
            case SCRAM_SHA_256 -> new Scram(client, false, plusOffered);
            case SCRAM_SHA_256_PLUS -> new Scram(client, true, plusOffered);
        };
    }

    /// Whether a password fits. Whether there is such a user cannot be told by the time it takes.
    Turn check(String name, String password) {
        UsersFile content = file.content();
        if (content == null) {
            return new Turn.Failed(Turn.Reason.TEMPORARY, name, "the users file " + file.path() + " cannot be read");
        }
        String prepared = SaslPrep.prepare(name).orElse("");
        String secretText = SaslPrep.prepare(password).orElse("");
        String claimed = prepared.isEmpty() ? name : prepared;
        UsersFile.User user = secretText.isEmpty() ? null : content.find(prepared).orElse(null);
        String hash = user == null ? "" : user.text();
        byte[] mark = proofs.mark(prepared, hash, secretText);
        if (user != null && proofs.knows(user.name(), mark, time.elapsed())) {
            return new Turn.Passed(user.name());
        }
        Optional<Boolean> fits = inTurn(user, secretText);
        if (fits.isEmpty()) {
            return new Turn.Failed(Turn.Reason.TEMPORARY, claimed, "too many log in at this moment");
        }
        if (user == null || !fits.get()) {
            return new Turn.Failed(Turn.Reason.CREDENTIALS, claimed, user == null && !secretText.isEmpty() ? "no such user" : "wrong password");
        }
        proofs.keep(user.name(), mark, time.elapsed());
        return new Turn.Passed(user.name());
    }

    private Optional<Boolean> inTurn(UsersFile.@Nullable User user, String password) {
        if (!enter()) {
            return Optional.empty();
        }
        try {
            if (user == null) {
                return Optional.of(nobody.fits(password) && false);
            }
            PasswordHash hash = user.hash();
            ScramKeys scram = user.scram();
            return Optional.of(hash != null ? hash.fits(password) : scram != null && scram.fit(password));
        } finally {
            computing.decrementAndGet();
        }
    }

    private boolean enter() {
        Duration until = time.elapsed().plus(PATIENCE);
        while (true) {
            int now = computing.get();
            if (now < AT_ONCE && computing.compareAndSet(now, now + 1)) {
                return true;
            }
            if (time.elapsed().compareTo(until) > 0) {
                return false;
            }
            try {
                time.sleep(GLANCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /// Keys for whoever has none: always the same ones for a name, and they fit nothing.
    private ScramKeys pretended(String name) {
        byte[] made = digest(("salt " + UsersFile.key(name)).getBytes(StandardCharsets.UTF_8));
        return new ScramKeys(ITERATIONS, Arrays.copyOf(made, PasswordHash.saltLength()), digest(made), made);
    }

    private byte[] digest(byte[] octets) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(secret);
            return sha.digest(octets);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private final class Scram implements Exchange {
        private final ScramServer server;
        private int turns;
        private @Nullable String known;
        private boolean unreadable;

        Scram(Client client, boolean plus, boolean plusOffered) {
            byte[] random = new byte[NONCE];
            entropy.fill(random);
            server = new ScramServer(this::keys, Base64.getEncoder().encodeToString(random), plus, Bindings.of(client), plusOffered);
        }

        private ScramKeys keys(String name) {
            UsersFile content = file.content();
            unreadable = content == null;
            UsersFile.User user = content == null ? null : content.find(name).orElse(null);
            ScramKeys keys = user == null ? null : user.scram();
            known = user == null || keys == null ? null : user.name();
            return keys == null ? pretended(name) : keys;
        }

        @Override
        public Turn next(byte @Nullable [] response) {
            if (response == null) {
                return new Turn.Challenge(new byte[0]);
            }
            try {
                return switch (turns++) {
                    case 0 -> first(response);
                    case 1 -> new Turn.Challenge(server.last(response), known);
                    default -> end(response);
                };
            } catch (SaslProblem e) {
                boolean malformed = e.kind() == SaslProblem.Kind.MALFORMED;
                String why = turns == 2 && known == null && !malformed ? "no such user, or one without SCRAM keys" : String.valueOf(e.getMessage());
                return new Turn.Failed(malformed ? Turn.Reason.MALFORMED : Turn.Reason.CREDENTIALS, server.user().isEmpty() ? null : server.user(), why);
            }
        }

        private Turn first(byte[] response) throws SaslProblem {
            byte[] challenge = server.first(response);
            return unreadable ? new Turn.Failed(Turn.Reason.TEMPORARY, server.user(), "the users file " + file.path() + " cannot be read") : new Turn.Challenge(challenge);
        }

        // RFC 4954 §4: SMTP has no room for the proof in its 235, so it was a challenge, and the client's answer is empty.
        private Turn end(byte[] response) {
            String user = known;
            return response.length == 0 && user != null ? new Turn.Passed(user) : Turn.malformed("expected an empty answer to the server's proof");
        }
    }
}
