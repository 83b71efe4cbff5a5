// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Properties;

/// Which Isthmus this is, as the build wrote it down.
///
/// @param name the version
/// @param commit of the source; {@code unknown} where it was built outside a repository
public record Build(String name, String commit) {
    public static final Build VERSION = read();

    private static Build read() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(new InputStreamReader(in, UTF_8));
            }
        } catch (IOException e) {
            // The program runs as well without knowing its version.
        }
        return new Build(properties.getProperty("version", "unknown"), properties.getProperty("commit", "unknown"));
    }

    @Override
    public String toString() {
        return "Isthmus " + name + " (commit " + commit + ")";
    }
}
