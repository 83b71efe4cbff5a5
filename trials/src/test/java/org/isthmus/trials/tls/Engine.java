// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.isthmus.platform.Connection;
import org.jspecify.annotations.Nullable;

/// A client of TLS that does what our own never would: shows certificates, names protocols, begins a second handshake. It believes everybody.
final class Engine implements Connection {
    private final Connection carrier;
    final SSLEngine engine;
    private final ByteBuffer coming = ByteBuffer.allocate(64 * 1024).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(64 * 1024).flip();

    private Engine(Connection carrier, SSLEngine engine) {
        this.carrier = carrier;
        this.engine = engine;
    }

    /// @param shown what it shows if it is asked; nothing if null
    static SSLContext context(Authority.@Nullable Issued shown) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown == null ? new KeyManager[0] : new KeyManager[] {new Shows(shown)}, new TrustManager[] {new Believes()}, null);
        return context;
    }

    /// Shakes hands.
    static Engine shake(Connection carrier, SSLContext context, Consumer<SSLParameters> how) throws IOException {
        SSLEngine engine = context.createSSLEngine("mx1.example.org", 25);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        how.accept(parameters);
        engine.setSSLParameters(parameters);
        Engine connection = new Engine(carrier, engine);
        engine.beginHandshake();
        connection.handshake();
        return connection;
    }

    /// Goes on until there is nothing to shake any more.
    void handshake() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> send(ByteBuffer.allocate(0));
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> hear();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void send(ByteBuffer data) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        do {
            engine.wrap(data, out);
        } while (data.hasRemaining());
        carrier.write(out.array(), 0, out.position(), Ground.PATIENCE);
    }

    /// Opens what has come, or waits for more.
    private void hear() throws IOException {
        plain.compact();
        SSLEngineResult result;
        try {
            result = engine.unwrap(coming, plain);
        } finally {
            plain.flip();
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new EOFException("TLS has ended");
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            coming.compact();
            int count = carrier.read(coming.array(), coming.position(), coming.remaining(), Ground.PATIENCE);
            coming.position(coming.position() + Math.max(0, count)).flip();
            if (count < 0) {
                throw new EOFException("the connection has ended");
            }
        }
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        while (!plain.hasRemaining()) {
            hear();
            handshake();
        }
        int count = Math.min(length, plain.remaining());
        plain.get(into, offset, count);
        return count;
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        send(ByteBuffer.wrap(from, offset, length));
    }

    @Override
    public int available() {
        return plain.remaining();
    }

    @Override
    public InetSocketAddress local() {
        return carrier.local();
    }

    @Override
    public InetSocketAddress remote() {
        return carrier.remote();
    }

    @Override
    public void close() {
        carrier.close();
    }

    private static final class Shows extends X509ExtendedKeyManager {
        private final Authority.Issued shown;

        Shows(Authority.Issued shown) {
            this.shown = shown;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            return "only";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return shown.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.key();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"only"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "only";
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }

    private static final class Believes extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
