// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/// A listening socket.
public interface Listener extends Closeable {
    /// Where it listens, with the port that was chosen.
    InetSocketAddress address();

    /// Waits for the next client.
    /// @throws IOException once the listener is closed, or when the machine is out of descriptors
    Connection accept() throws IOException;
}
