// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.isthmus.explain.Probe;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.QueueControl;
import org.isthmus.transport.TlsReporter;

/// What a running server lets an operator see and do; asked over the control socket. Implemented by the wiring. Safe for all threads.
public interface Operations {
    ServerStatus status();

    /// Reads the configuration again and swaps it in, or keeps the old one and says why.
    /// @param acceptedLoops ids of findings that are not to stop it
    /// @param by who asked
    Reloaded reload(Set<String> acceptedLoops, String by);

    QueueControl queue();

    LoopControl loops();

    /// What the wire taught about addresses and still counts.
    List<LearnedAddresses.Entry> learned();

    /// How TLS with other domains fared, and what they were told of it.
    TlsReporter.Seen tlsReports();

    /// Calls on every door that mail could come home by; takes minutes where many do not answer.
    Probe.Report probe() throws IOException;

    /// Writes out what tracking has in memory, so that a search finds the last events too.
    void syncTracking() throws IOException;
}
