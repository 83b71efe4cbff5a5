// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.file.Path;
import org.isthmus.address.Mailbox;

/// Files of lines {@code address: address}, which say what an address becomes. Safe for all threads; answers from memory.
@FunctionalInterface
public interface Tables {
    Mapped mapped(Path table, Mailbox address);
}
