// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who the users are that clients log in as, and what they may.
///
/// @param users none if nobody can log in
public record Auth(
        @Doc("Where the users stand: \"file:PATH\", written by isthmus user add; or \"dovecot:/run/dovecot/auth-client\" (or \"dovecot:HOST:PORT\"), which asks Dovecot.") @Nullable Users users,
        @Doc("Which sender addresses a user may use: own (the address that is his name, his name at the site's domains, and what the users file gives him) | site (any of the site's domains) | any.") Senders senders,
        @Doc("What is offered to clients: plain, login, scram-sha-256, scram-sha-256-plus.") List<Mechanism> mechanisms,
        @Doc("Failed attempts of one client in a time, after which it must wait; ten times as many for one user, where the client is new to him. The same wrong password again does not count.") Rate attempts) {
    /// Nothing written.
    public static final Auth NONE = new Auth(null, Senders.OWN, List.of(Mechanism.values()), new Rate(10, Duration.ofMinutes(10)));

    public Auth {
        mechanisms = List.copyOf(mechanisms);
    }

    /// Where users stand.
    public sealed interface Users {
        /// Lines {@code name:hash}.
        record File(Path path) implements Users {}

        /// Dovecot's authentication, over a Unix socket or TCP.
        /// @param socket none if it is TCP
        /// @param address none if it is a Unix socket
        record Dovecot(@Nullable Path socket, @Nullable InetSocketAddress address) implements Users {}
    }

    /// Which sender addresses a user may use.
    public enum Senders {
        OWN,
        SITE,
        ANY
    }

    /// A SASL mechanism.
    public enum Mechanism {
        PLAIN,
        LOGIN,
        SCRAM_SHA_256,
        SCRAM_SHA_256_PLUS;

        /// Its registered name: {@code SCRAM-SHA-256}.
        public String registered() {
            return name().replace('_', '-');
        }
    }

    /// What a listener asks of its clients.
    public enum Demand {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    static Auth read(Section root, List<Settings.Listener> listeners) {
        Optional<Section> written = root.section("auth");
        Auth auth = written.map(Auth::read).orElse(NONE);
        written.ifPresent(Section::finish);
        Optional<Settings.Listener> asks = listeners.stream().filter(listener -> listener.auth() != Demand.OFF).findFirst();
        if (auth.users == null && asks.isPresent() && written.flatMap(section -> Optional.of(section.has("users"))).filter(has -> has).isEmpty()) {
            root.problems().error("missing-key", asks.get().at(), "auth.users is missing: listeners." + asks.get().name() + " lets users log in, and nobody says who they are",
                    "auth { users = \"file:users\" }");
        }
        listeners.stream().filter(listener -> listener.auth() != Demand.OFF && listener.tls() == Settings.Listener.Tls.OFF && !listener.authWithoutTls()).forEach(listener ->
                root.problems().error("auth-without-tls", listener.at(), "listeners." + listener.name() + " has auth and no TLS, so that nobody could log in; passwords don't go in the clear unless auth-without-tls = true",
                        "tls = starttls"));
        return auth;
    }

    private static Auth read(Section section) {
        Users users = section.one("users", new Kind<>("\"file:PATH\" or \"dovecot:PATH\"", text -> users(section, text))).orElse(null);
        return new Auth(
                users,
                section.one("senders", Kind.word(Senders.class)).orElse(NONE.senders),
                section.several("mechanisms", Kind.word(Mechanism.class)).filter(list -> !list.isEmpty()).orElse(NONE.mechanisms),
                section.one("attempts", Kind.RATE).orElse(NONE.attempts));
    }

    private static Users users(Section section, String text) {
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? "" : text.substring(0, colon);
        String rest = text.substring(colon + 1).strip();
        if (rest.isEmpty() || !(scheme.equals("file") || scheme.equals("dovecot"))) {
            throw new IllegalArgumentException("names neither a file nor Dovecot");
        }
        if (scheme.equals("dovecot")) {
            return rest.indexOf('/') >= 0
                    ? new Users.Dovecot(section.file("users", rest), null)
                    : new Users.Dovecot(null, Kind.endpoint(12345, 1).reader().read(rest));
        }
        Path file = section.file("users", rest);
        if (!section.isThere(file)) {
            section.problems().warning("missing-file", section.at("users"), "auth.users names the file " + file + ", which cannot be read, so nobody can log in; isthmus user add NAME makes it");
        }
        return new Users.File(file);
    }
}
