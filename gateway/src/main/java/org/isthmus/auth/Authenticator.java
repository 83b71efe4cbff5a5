// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Auth;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SipHash;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// As whom clients log in, by the configuration in force. Safe for all threads.
public final class Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private final Supplier<Settings> settings;
    private final Parts parts;
    private final Damping damping;
    private final SipHash.Key key;
    private volatile @Nullable Backend backend;

    private record Backend(Auth.Users written, Users users) {}

    /// The seams that it leans on.
    public record Parts(Disk disk, Time time, Entropy entropy, Network network, LocalSockets sockets) {}

    public Authenticator(Supplier<Settings> settings, Parts parts) {
        this.settings = settings;
        this.parts = parts;
        damping = new Damping(parts.time());
        byte[] random = new byte[16];
        parts.entropy().fill(random);
        key = SipHash.Key.of(random);
    }

    /// What is offered to a client: nothing where its password could be seen, unless the listener says otherwise.
    public List<Mechanism> offered(Client client, Settings.Listener listener) {
        Auth auth = settings.get().auth();
        Users users = listener.auth() == Auth.Demand.OFF || !isSafe(client, listener) ? null : users(auth);
        if (users == null) {
            return List.of();
        }
        List<Mechanism> can = users.mechanisms();
        boolean bound = mayBind(auth, client);
        return auth.mechanisms().stream().filter(can::contains).filter(one -> one != Mechanism.SCRAM_SHA_256_PLUS || bound).toList();
    }

    private static boolean mayBind(Auth auth, Client client) {
        return auth.mechanisms().contains(Mechanism.SCRAM_SHA_256_PLUS) && !Bindings.of(client).isEmpty();
    }

    /// Whether passwords may be said on this connection.
    public static boolean isSafe(Client client, Settings.Listener listener) {
        return client.tls() != null || listener.authWithoutTls();
    }

    /// Begins an exchange.
    /// @param mechanism one that is offered
    public Exchange begin(Mechanism mechanism, Client client) {
        Auth auth = settings.get().auth();
        Users users = users(auth);
        if (users == null) {
            return response -> new Turn.Failed(Turn.Reason.TEMPORARY, null, "auth.users is not written");
        }
        InetAddress address = client.remote().getAddress();
        boolean trusted = Cidr.anyContains(settings.get().trustedNetworks(), address);
        if (damping.isFull(trusted ? null : address, auth.attempts())) {
            return response -> new Turn.Failed(Turn.Reason.TOO_OFTEN, null, "auth.attempts = " + auth.attempts() + " are used up by " + address.getHostAddress());
        }
        return new Guarded(users.begin(mechanism, client, mayBind(auth, client)), mechanism, client, trusted, auth);
    }

    /// Why an authenticated client may not use a sender address; null if it may, or is not authenticated. RFC 6409 §6.1.
    public @Nullable Step objection(Client client, ReversePath from) {
        String user = client.user();
        if (user == null) {
            return null;
        }
        Settings now = settings.get();
        Users users = users(now.auth());
        // Whom a proxy names by XCLIENT, it answers for.
        return users == null ? null : SenderRights.objection(user, from, now, users.senders(user));
    }

    private @Nullable Users users(Auth auth) {
        Auth.Users written = auth.users();
        Backend known = backend;
        if (written == null) {
            return null;
        }
        if (known == null || !known.written.equals(written)) {
            known = new Backend(written, open(written));
            backend = known;
        }
        return known.users;
    }

    private Users open(Auth.Users written) {
        return switch (written) {
            case Auth.Users.File file -> new FileUsers(new WatchedUsers(file.path(), parts.disk(), parts.time()), parts.time(), parts.entropy());
            case Auth.Users.Dovecot dovecot -> new DovecotUsers(dovecot, parts);
        };
    }

    /// An exchange whose failures are counted and answered slowly.
    private final class Guarded implements Exchange {
        private final Exchange inner;
        private final Mechanism mechanism;
        private final Client client;
        private final boolean trusted;
        private final Auth auth;
        private final SipHash said = new SipHash(key);

        Guarded(Exchange inner, Mechanism mechanism, Client client, boolean trusted, Auth auth) {
            this.inner = inner;
            this.mechanism = mechanism;
            this.client = client;
            this.trusted = trusted;
            this.auth = auth;
        }

        @Override
        public Turn next(byte @Nullable [] response) {
            if (response != null) {
                int from = mechanism == Mechanism.PLAIN ? afterNul(response) : 0;
                said.put(response, from, response.length).put((byte) 0);
            }
            return switch (inner.next(response)) {
                case Turn.Challenge challenge -> challenge(challenge);
                case Turn.Passed passed -> passed(passed);
                case Turn.Failed failed -> failed(failed);
            };
        }

        /// Programs try LOGIN with the password that PLAIN did not take: name and password by themselves, without whom PLAIN wants to act as, leave the same mark.
        private static int afterNul(byte[] response) {
            int at = 0;
            while (at < response.length && response[at] != 0) {
                at++;
            }
            return Math.min(at + 1, response.length);
        }

        /// SCRAM shows the client that its password was right before the exchange is over.
        private Turn challenge(Turn.Challenge challenge) {
            if (challenge.proved() != null && isGuessed(challenge.proved())) {
                inner.abandon();
                return putOff(challenge.proved());
            }
            return challenge;
        }

        private Turn passed(Turn.Passed passed) {
            if (isGuessed(passed.user())) {
                return putOff(passed.user());
            }
            damping.passed(client.remote().getAddress(), passed.user());
            LOG.debug("session {}: {} logged in by {}", client.session(), passed.user(), mechanism.registered());
            return passed;
        }

        private Turn failed(Turn.Failed failed) {
            if (failed.reason() == Turn.Reason.TEMPORARY) {
                LOG.warn("session {}: cannot tell who logs in from {}: {}", client.session(), client.remote().getAddress().getHostAddress(), failed.why());
                return failed;
            }
            if (failed.reason() == Turn.Reason.CREDENTIALS) {
                String user = failed.user();
                if (user != null && isGuessed(user)) {
                    return putOff(user);
                }
                count(user);
            }
            return failed;
        }

        private boolean isGuessed(String user) {
            return !trusted && damping.isGuessed(client.remote().getAddress(), user, auth.attempts());
        }

        /// Whoever guesses from many places must not learn that one guess was right: right and wrong ones get the same answer after the same time.
        private Turn putOff(String user) {
            count(user);
            return new Turn.Failed(Turn.Reason.TOO_OFTEN, user, "too many failed attempts for this user from elsewhere, and the client is new to him");
        }

        private void count(@Nullable String user) {
            Duration pause = damping.failed(trusted ? null : client.remote().getAddress(), user, said.sum(), auth.attempts());
            try {
                parts.time().sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void abandon() {
            inner.abandon();
        }
    }
}
