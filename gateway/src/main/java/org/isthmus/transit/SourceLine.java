// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// A place in a configuration file.
///
/// @param file as the operator named it
/// @param line from 1
public record SourceLine(String file, int line) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
