// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// A place in a configuration file.
///
/// @param file as the operator named it
/// @param line from 1; 0 for what stands in no line, like a default
public record SourceLine(String file, int line) {
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
