// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the service manager how we are, where it wants to hear: sd_notify(3). Trouble with that is noted and never stops anything.
public final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final @Nullable String socket;

    /// @param socket what NOTIFY_SOCKET says; none if nobody wants to hear
    public ServiceManager(@Nullable String socket) {
        this.socket = socket == null || !(socket.startsWith("/") || socket.startsWith("@")) ? null : socket;
    }

    /// Mail is accepted.
    public void ready(String status) {
        tell("READY=1\nSTATUS=" + status);
    }

    /// The configuration is read again; {@link #ready} follows.
    public void reloading() {
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    public void stopping() {
        tell("STOPPING=1\nSTATUS=finishing what is in flight");
    }

    private void tell(String state) {
        if (socket != null) {
            try {
                Libc.send(socket, state);
            } catch (IOException e) {
                LOG.warn("the service manager cannot be told: {}", e.getMessage());
            }
        }
    }
}
