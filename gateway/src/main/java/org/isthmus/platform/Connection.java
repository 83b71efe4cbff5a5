// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/// One TCP connection, used by one actor at a time. Every wait has a limit. Closing it, which any actor may do, ends the waits of others with an {@link IOException}.
public interface Connection extends Closeable {
    InetSocketAddress local();

    InetSocketAddress remote();

    /// Reads what has come, at least one byte.
    /// @return the number of bytes, or -1 when the peer has closed its side
    /// @throws java.net.SocketTimeoutException if nothing came within the limit
    int read(byte[] into, int offset, int length, Duration limit) throws IOException;

    /// Bytes that can be read without waiting; 0 if unknown.
    int available() throws IOException;

    /// Writes all of it, at once where the network allows.
    /// @throws java.net.SocketTimeoutException if the peer did not take it within the limit; the connection is then closed
    void write(byte[] from, int offset, int length, Duration limit) throws IOException;

    /// Closes both directions. Never waits, never throws.
    @Override
    void close();
}
