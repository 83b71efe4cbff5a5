// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.isthmus.platform.Watched;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;
import org.isthmus.transit.TlsFacts.Proof;
import org.isthmus.transit.TlsRules;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shakes hands with servers, and judges what they show by what is asked of them. Sessions are taken up again where the server allows (RFC 8446 §2.2); what it showed is
/// judged anew each time. Safe for all threads.
public final class ClientTls {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTls.class);

    private final Disk disk;
    private final Time time;
    private final SSLContext context;
    private final Map<Path, Watched<Trust>> authorities = new ConcurrentHashMap<>();
    private volatile @Nullable Trust usual;

    public ClientTls(Disk disk, Time time) {
        this.disk = disk;
        this.time = time;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[0], new TrustManager[] {new AnyPeer()}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /// The server's certificate does not prove what is asked. The connection is closed.
    public static final class Untrusted extends IOException {
        private final transient TlsFacts facts;
        private final TlsRules.Trouble why;

        Untrusted(TlsFacts facts, TlsRules.Trouble why) {
            super("the server's certificate " + facts.proof().how());
            this.facts = facts;
            this.why = why;
        }

        /// What is wrong with the certificate.
        public TlsRules.Trouble why() {
            return why;
        }

        /// What the handshake had settled.
        public TlsFacts facts() {
            return facts;
        }
    }

    /// Shakes hands.
    /// @param host the server's name, which is asked for by SNI; an address is not (RFC 6066 §3)
    /// @param demand what it must prove
    /// @param limit for all of it
    /// @throws Untrusted if it proves something else
    /// @throws IOException if it came to nothing; the carrier is closed then, as in the other case
    public TlsConnection connect(Connection carrier, String host, TlsDemand demand, Duration limit) throws IOException {
        SSLEngine engine = context.createSSLEngine(host, carrier.remote().getPort());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(ServerTls.VERSIONS);
        String asked = name(host, demand);
        if (asked != null) {
            parameters.setServerNames(List.of(new SNIHostName(asked)));
        }
        engine.setSSLParameters(parameters);
        TlsConnection connection = TlsConnection.handshake(carrier, engine, time, limit);
        boolean good = false;
        try {
            List<X509Certificate> peer = Facts.peer(connection.session());
            Proof proof = judge(peer, demand);
            TlsRules.Trouble flaw = proof.flaw();
            // A policy in testing is told how the certificate fared, and stops nothing. RFC 8461 §5
            Proof shown = flaw == null && demand instanceof TlsDemand.Testing testing ? judge(peer, testing.policy()) : proof;
            TlsFacts facts = Facts.of(connection, asked, peer, shown, peer.isEmpty() ? null : peer.getFirst());
            connection.settle(facts);
            if (flaw != null) {
                throw new Untrusted(facts, flaw);
            }
            good = true;
            return connection;
        } finally {
            if (!good) {
                connection.close();
            }
        }
    }

    /// The name that the demand asks for first, or the host's; none for addresses and what cannot stand in SNI.
    private static @Nullable String name(String host, TlsDemand demand) {
        List<String> names = names(demand);
        String name = names.isEmpty() ? host : names.getFirst();
        boolean address = name.indexOf(':') >= 0 || name.startsWith("[") || name.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        boolean plain = name.chars().allMatch(c -> c == '.' || c == '-' || (c < 128 && Character.isLetterOrDigit(c)));
        return address || !plain || name.isEmpty() || name.endsWith(".") || name.length() > 253 ? null : name;
    }

    private static List<String> names(TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Verify verify -> verify.names();
            case TlsDemand.Sts sts -> sts.names();
            case TlsDemand.Dane dane -> dane.names();
            case TlsDemand.Testing testing -> names(testing.policy());
            case TlsDemand.Off off -> List.of();
            case TlsDemand.Opportunistic opportunistic -> List.of();
            case TlsDemand.Required required -> List.of();
        };
    }

    private Proof judge(List<X509Certificate> chain, TlsDemand demand) throws IOException {
        return switch (demand) {
            case TlsDemand.Off off -> Proof.UNASKED;
            case TlsDemand.Opportunistic opportunistic -> Proof.UNASKED;
            case TlsDemand.Required required -> Proof.UNASKED;
            case TlsDemand.Verify verify -> trust(verify.authorities()).proves(chain, verify.names(), time.now());
            case TlsDemand.Sts sts -> trust(sts.authorities()).proves(chain, sts.names(), time.now());
            case TlsDemand.Testing testing -> judge(chain, testing.asked());
            case TlsDemand.Dane records -> records.records().isEmpty() ? Proof.UNASKED : DaneProof.judge(chain, records, time.now());
        };
    }

    private Trust usual() {
        Trust known = usual;
        if (known == null) {
            known = Trust.usual();
            usual = known;
        }
        return known;
    }

    private Trust trust(@Nullable Path file) throws IOException {
        if (file == null) {
            return usual();
        }
        Watched<Trust> watched = authorities.computeIfAbsent(file, path -> new Watched<>(List.of(path), Watched.Haste.WHEN_CALM, disk, time, new Authorities(path, disk)));
        Trust believed = watched.content();
        if (believed == null) {
            throw new IOException("the authorities in " + file + " cannot be used: " + watched.trouble());
        }
        return believed;
    }

    private record Authorities(Path file, Disk disk) implements Watched.Use<Trust> {
        @Override
        public Trust make(@Nullable Trust before) throws IOException {
            return new Trust(Pem.certificates(disk, file));
        }

        @Override
        public void taken(Trust content, boolean again) {
            if (again) {
                LOG.info("{}: read again because it changed", file);
            }
        }

        @Override
        public void failed(String why, boolean again) {
            LOG.warn("{} cannot be used: {}; {}", file, why, again ? "what was read before stays in use" : "mail that asks for its authorities waits");
        }
    }
}
