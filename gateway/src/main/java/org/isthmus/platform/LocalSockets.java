// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// Unix sockets: how processes of one machine talk, guarded by the file system. Their connections have no address: {@link Connection#local} and
/// {@link Connection#remote} are unresolved, and at a listener the remote's host string is the name of the user who connected, where the system tells.
public interface LocalSockets {
    /// On a machine that has none.
    LocalSockets NONE = new LocalSockets() {
        @Override
        public Listener listen(Path at) throws IOException {
            throw new IOException(at + ": there are no Unix sockets here");
        }

        @Override
        public Connection connect(Path to, Duration limit) throws IOException {
            throw new IOException(to + ": there are no Unix sockets here");
        }
    };

    /// Opens a listening socket that nobody but the owner of this process, and root, may connect to. A file left there by a process that has ended is replaced;
    /// it is the caller's business that no other process is listening.
    /// @throws IOException if it cannot be made; the message names the path
    Listener listen(Path at) throws IOException;

    /// Opens a connection.
    /// @throws java.nio.file.NoSuchFileException if there is no such file
    /// @throws java.net.ConnectException if nobody listens
    /// @throws IOException if it is not allowed
    Connection connect(Path to, Duration limit) throws IOException;
}
