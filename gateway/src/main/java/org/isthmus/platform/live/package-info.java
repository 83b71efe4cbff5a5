// SPDX-License-Identifier: Apache-2.0

/// The real world: the system clock, strong chance, virtual threads, sockets, files, and DNS through dnsjava.
///
/// A thin veneer; only {@code main} sees it. May use {@code platform} and {@code dns}.
@NullMarked
package org.isthmus.platform.live;

import org.jspecify.annotations.NullMarked;
