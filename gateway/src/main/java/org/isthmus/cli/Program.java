// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Platform;
import org.isthmus.explain.Probe;
import org.isthmus.predict.Prediction;

/// The program behind the command line: what only the wiring can do. Everything that needs a running server goes through its control socket instead.
public interface Program {

    /// The outside world, for commands that work on files or ask DNS by themselves.
    Platform platform();

    /// Asks the DNS servers that a configuration names, or the system's.
    Resolver resolver(Settings settings);

    /// For the control socket.
    LocalSockets sockets();

    /// Reads a configuration alone, not the files that it names: enough to find the server, and its settings. Never throws for what is wrong with it.
    Checked load(Path file);

    /// Reads a configuration with all that it refers to, and predicts the loops that it makes by itself, without DNS. Never throws for what is wrong with it.
    Checked check(Path file);

    /// Predicts loops by configuration and DNS.
    /// @param limit how long DNS may take in all; zero to look at the configuration alone
    Prediction predict(Settings settings, Duration limit);

    /// What DNS publishes of us and should not, or should and does not: keys that sign mail.
    /// @param limit how long DNS may take in all
    List<Problem> published(Settings settings, Duration limit);

    /// Calls on every door that mail could come home by, without a running server.
    Probe.Report probe(Settings settings) throws IOException;

    /// The server, until it is told to stop. Prints one line that begins with {@code ready} when it accepts mail. Logging is set up already.
    /// @return the exit code: 0 after an orderly stop, 75 if another process has the data folder
    int run(RunOptions options, PrintStream out, PrintStream err);

    /// The tour with real messages in a small make-believe Internet.
    /// @param keep stay until interrupted
    int tour(boolean keep, PrintStream out, PrintStream err);

    /// Gives a file that a command has made to whom the server runs as, if root runs the command: it would be root's, and the server could not read it. It gets owner, group and mode of the file that it
    /// is to replace; without one it becomes that of {@code connector.user}, and without that key of whom the data folder belongs to. Others may never read it.
    ///
    /// @param before the file that it replaces; may not be there
    default void entrust(Path fresh, Path before, Settings settings) throws IOException {}

    /// Checks every record of the spool, with or without a running server.
    SpoolCheck verifySpool(Path data) throws IOException;

    /// @param file the configuration
    /// @param acceptedLoops ids of findings that do not stop the start
    record RunOptions(Path file, Checked configuration, Set<String> acceptedLoops) {
        public RunOptions {
            acceptedLoops = Set.copyOf(acceptedLoops);
        }
    }

    /// What became of each record.
    /// @param records that were looked at
    /// @param messages in the queue, as the records have it
    /// @param broken each place with what is wrong there, for people
    record SpoolCheck(long records, long messages, java.util.List<Broken> broken) {
        public SpoolCheck {
            broken = java.util.List.copyOf(broken);
        }
    }

    /// @param place file and offset
    record Broken(String place, String problem) {}
}
