// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.time.Duration;
import java.util.List;
import org.isthmus.predict.Prediction;
import picocli.CommandLine.Option;

/// Whether and how long a prediction asks DNS.
final class DnsOptions {
    private static final int SHOWN = 5;

    @Option(names = "--no-dns", description = "Look at the configuration alone.")
    private boolean none;

    @Option(names = "--dns-seconds", paramLabel = "N", description = "How long DNS may take in all. Default: ${DEFAULT-VALUE}.")
    private int seconds = 10;

    /// Zero for not at all.
    Duration limit() {
        if (seconds < 0 || seconds > 3600) {
            throw new Failure(Exit.USAGE, "--dns-seconds takes 0 to 3600, not " + seconds);
        }
        return none ? Duration.ZERO : Duration.ofSeconds(seconds);
    }

    /// What DNS left open.
    static void say(Prediction prediction, Terminal terminal) {
        List<String> unanswered = prediction.unanswered();
        if (!unanswered.isEmpty()) {
            String more = unanswered.size() > SHOWN ? " and " + (unanswered.size() - SHOWN) + " more" : "";
            terminal.line("DNS did not answer, so what hangs on it is not known: " + String.join("; ", unanswered.stream().limit(SHOWN).toList()) + more);
        } else if (!prediction.askedDns()) {
            terminal.line("DNS was not asked");
        }
    }
}
