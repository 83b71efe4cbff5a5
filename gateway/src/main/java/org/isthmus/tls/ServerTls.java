// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.isthmus.config.Settings;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.platform.Watched;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What our listeners show: certificates by name, read again when their files change. Sessions that are open keep what they began with. Safe for all threads.
///
/// Files that cannot be used do not take the place of those that could, with a warning in the log. Where none could ever be used, TLS is not offered.
public final class ServerTls {
    /// The application protocol of RFC 7301 that a client may name; one that names others alone is at the wrong door (ALPACA, 2021).
    private static final String PROTOCOL = "smtp";
    static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final int REMEMBERED_SESSIONS = 1000;

    private final @Nullable Parts parts;
    private final Map<Wanted, Watched<Context>> contexts = new ConcurrentHashMap<>();

    private record Parts(Disk disk, Time time, Entropy entropy) {}

    private ServerTls(@Nullable Parts parts) {
        this.parts = parts;
    }

    public ServerTls(Disk disk, Time time, Entropy entropy) {
        this(new Parts(disk, time, entropy));
    }

    /// Offers nothing, whatever the listener says: for conversations that never touch a network.
    public static ServerTls none() {
        return new ServerTls(null);
    }

    /// What a listener needs: whose certificates, and whether it looks at the client's.
    private record Wanted(List<Settings.Tls.Shown> shown, @Nullable Path clientCa) {
        List<Path> files() {
            List<Path> files = new ArrayList<>();
            shown.forEach(one -> files.addAll(List.of(one.certificate(), one.key())));
            if (clientCa != null) {
                files.add(clientCa);
            }
            return files;
        }
    }

    private record Context(SSLContext tls, @Nullable Trust clients) {}

    /// Makes a certificate, if a listener wants one and none is configured.
    /// @throws IOException if the disk does not work
    public void prepare(Settings settings) throws IOException {
        Parts with = parts;
        boolean wanted = settings.listeners().stream().anyMatch(one -> one.tls() != Settings.Listener.Tls.OFF && one.certificate() == null);
        if (with != null && wanted && settings.tls().all().isEmpty()) {
            SelfMade.ensure(with.disk(), settings.connector().data(), settings.connector().hostname().ascii(), with.entropy(), with.time().now());
        }
    }

    /// Whether there is anything to show at a listener.
    public boolean isReady(Settings.Listener listener, Settings settings) {
        return context(listener, settings) != null;
    }

    /// Shakes hands with a client.
    /// @param limit for all of it
    /// @throws IOException if it came to nothing, the carrier is closed then; the message says why
    public TlsConnection accept(Connection carrier, Settings.Listener listener, Settings settings, Duration limit) throws IOException {
        Context context = context(listener, settings);
        if (parts == null || context == null) {
            carrier.close();
            throw new IOException("there is no certificate to show");
        }
        SSLEngine engine = context.tls().createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setWantClientAuth(context.clients() != null);
        engine.setSSLParameters(parameters);
        // RFC 7301 §3.2: no common protocol is fatal. Only asked if the client names some.
        engine.setHandshakeApplicationProtocolSelector((asked, protocols) -> protocols.contains(PROTOCOL) ? PROTOCOL : null);
        TlsConnection connection = TlsConnection.handshake(carrier, engine, parts.time(), limit);
        List<X509Certificate> peer = Facts.peer(connection.session());
        TlsFacts.Proof proof = context.clients() == null ? TlsFacts.Proof.UNASKED : context.clients().vouches(peer, Trust.CLIENT_USE, parts.time().now());
        String name = connection.session() instanceof ExtendedSSLSession session ? SniKeys.asked(session) : null;
        connection.settle(Facts.of(connection, name, peer, proof, Facts.own(connection.session())));
        return connection;
    }

    private @Nullable Context context(Settings.Listener listener, Settings settings) {
        Parts with = parts;
        if (with == null || listener.tls() == Settings.Listener.Tls.OFF) {
            return null;
        }
        Wanted wanted = new Wanted(shown(listener, settings), listener.clientCa());
        return contexts.computeIfAbsent(wanted, fresh -> new Watched<>(fresh.files(), Watched.Haste.WHEN_CALM, with.disk(), with.time(), new Shown(fresh, with.disk()))).content();
    }

    /// What a listener shows: its own, or that of all, or what we made.
    static List<Settings.Tls.Shown> shown(Settings.Listener listener, Settings settings) {
        if (listener.certificate() != null && listener.key() != null) {
            return List.of(new Settings.Tls.Shown(listener.certificate(), listener.key()));
        }
        List<Settings.Tls.Shown> all = settings.tls().all();
        Path data = settings.connector().data();
        return all.isEmpty() ? List.of(new Settings.Tls.Shown(SelfMade.certificate(data), SelfMade.key(data))) : all;
    }

    /// What a listener shows, made of its files.
    private record Shown(Wanted wanted, Disk disk) implements Watched.Use<Context> {
        @Override
        public Context make(@Nullable Context before) throws IOException {
            return new Context(ServerTls.make(wanted, disk), clients(wanted, disk));
        }

        @Override
        public void taken(Context content, boolean again) {
            if (again) {
                LOG.info("{}: read again because it changed", wanted.shown().getFirst().certificate());
            }
        }

        @Override
        public void failed(String why, boolean again) {
            LOG.warn("{}; {}", why, again ? "what was read before stays in use" : "TLS is not offered until it can be used");
        }
    }

    private static SSLContext make(Wanted wanted, Disk disk) throws IOException {
        List<ShownIdentity> shown = new ArrayList<>();
        for (Settings.Tls.Shown one : wanted.shown()) {
            shown.add(ShownIdentity.read(disk, one));
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new SniKeys(shown)}, new TrustManager[] {new AnyPeer()}, null);
            // Clients keep their sessions themselves, in tickets (RFC 5077, RFC 8446 §4.6.1); this is for the few that cannot.
            context.getServerSessionContext().setSessionCacheSize(REMEMBERED_SESSIONS);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java has no TLS: " + e.getMessage(), e);
        }
    }

    private static @Nullable Trust clients(Wanted wanted, Disk disk) throws IOException {
        Path file = wanted.clientCa();
        return file == null ? null : new Trust(ShownIdentity.named(file, () -> Pem.certificates(disk, file)));
    }
}
