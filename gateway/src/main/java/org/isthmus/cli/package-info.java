// SPDX-License-Identifier: Apache-2.0

/// The command line, over the control socket where a running server is needed.
///
/// docs/interface: every verb of {@code isthmus}, human tables and JSON, exit codes as sysexits.h has them. May use everything but {@code main}.
@NullMarked
package org.isthmus.cli;

import org.jspecify.annotations.NullMarked;
