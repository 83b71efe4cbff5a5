// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.time.Instant;
import org.isthmus.transit.Client;

/// A session as an operator sees it.
///
/// @param messages accepted so far
/// @param doing `greeting`, `idle`, `envelope`, `content` or `closing`
public record SessionView(Client client, Instant began, int messages, String doing) {}
