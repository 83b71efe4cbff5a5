// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// {@code -c FILE}, as most commands take it.
final class ConfigurationOption {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE",
            description = "The configuration. Default: $ISTHMUS_CONF, else /etc/isthmus/isthmus.conf, else ./isthmus.conf.")
    private @Nullable Path file;

    @Nullable Path file() {
        return file;
    }
}
