// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import org.isthmus.dns.Resolver;

/// All seams together, for the one place that wires the program.
public record Platform(Time time, Entropy entropy, Threads threads, Network network, Resolver dns, Disk disk, Machine machine, Https https, LocalSockets sockets) {
    /// Without Unix sockets.
    public Platform(Time time, Entropy entropy, Threads threads, Network network, Resolver dns, Disk disk, Machine machine, Https https) {
        this(time, entropy, threads, network, dns, disk, machine, https, LocalSockets.NONE);
    }

    /// Where nothing can be had by HTTPS.
    public Platform(Time time, Entropy entropy, Threads threads, Network network, Resolver dns, Disk disk, Machine machine) {
        this(time, entropy, threads, network, dns, disk, machine, Https.NONE);
    }

    /// On a machine that has enough of everything.
    public Platform(Time time, Entropy entropy, Threads threads, Network network, Resolver dns, Disk disk) {
        this(time, entropy, threads, network, dns, disk, Machine.AT_EASE);
    }
}
