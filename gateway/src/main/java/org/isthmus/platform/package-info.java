// SPDX-License-Identifier: Apache-2.0

/// The outside world as interfaces: time, chance, threads, network, names, disk.
///
/// Everything that can differ between two runs comes in through here, and nothing else does: outside {@code platform.live} nobody reads a
/// clock, rolls dice, opens a socket or touches a file. Production code is straight and blocking, on virtual threads. It blocks only in
/// calls of these interfaces and holds no lock across one, so that a simulated platform can own time, chance and order.
///
/// The main type is {@link org.isthmus.platform.Platform}. May use {@code dns}. Small rooms take only what they need, never the whole platform.
@NullMarked
package org.isthmus.platform;

import org.jspecify.annotations.NullMarked;
