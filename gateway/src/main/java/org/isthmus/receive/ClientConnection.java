// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.tls.TlsConnection;

/// A session's connection, which may come under TLS on the way. There is no way back.
final class ClientConnection implements Connection {
    private volatile Connection present;

    private final boolean secure;

    /// @param secure it counts as under TLS from the beginning
    ClientConnection(Connection clear, boolean secure) {
        present = clear;
        this.secure = secure;
    }

    /// What it is at this moment, for a handshake to go over.
    Connection present() {
        return present;
    }

    boolean isSecure() {
        return secure || present instanceof TlsConnection;
    }

    void secured(TlsConnection secure) {
        present = secure;
    }

    @Override
    public InetSocketAddress local() {
        return present.local();
    }

    @Override
    public InetSocketAddress remote() {
        return present.remote();
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        return present.read(into, offset, length, limit);
    }

    @Override
    public int available() throws IOException {
        return present.available();
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        present.write(from, offset, length, limit);
    }

    @Override
    public void close() {
        present.close();
    }
}
