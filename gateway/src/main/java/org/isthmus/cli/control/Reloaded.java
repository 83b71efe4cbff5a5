// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.util.List;
import org.isthmus.config.Problem;

/// How a reload went.
///
/// @param done the new configuration is in force; false if the old one was kept
/// @param version of the configuration in force now
/// @param problems found in the new one, warnings too
public record Reloaded(boolean done, long version, List<Problem> problems) {
    public Reloaded {
        problems = List.copyOf(problems);
    }
}
