// SPDX-License-Identifier: Apache-2.0

/// Those whom the connector talks to: clients that keep a ledger of what they were promised, and servers that keep what they were given, both with bad manners if asked.
///
/// They speak SMTP (RFC 5321) and LMTP (RFC 2033) by raw bytes over {@link org.isthmus.platform.Connection}, with none of the connector's own code, so that a mistake in it is not repeated here.
/// The main types are {@link org.isthmus.trials.peers.Client}, {@link org.isthmus.trials.peers.Sink} and {@link org.isthmus.trials.peers.Ledger}.
@NullMarked
package org.isthmus.trials.peers;

import org.jspecify.annotations.NullMarked;
