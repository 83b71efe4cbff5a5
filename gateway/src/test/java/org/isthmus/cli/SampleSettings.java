// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.nio.file.Path;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;

/// The smallest configuration.
final class SampleSettings {
    private SampleSettings() {}

    static Settings of(Path data) {
        return ConfigLoader.parse("""
                connector { hostname = "mx1.example.com", data = "%s", postmaster = "postmaster@example.com" }
                listeners { internet { address = "127.0.0.1:0" } }
                loop { accept = [LP07] }
                """.formatted(data)).orThrow();
    }
}
