// SPDX-License-Identifier: Apache-2.0

/// **Loop control**: what a recipient is to the site, who "we" are, and what happens to mail that would come back.
///
/// In this release: recipient classes and the loopback policy of the origin (layer 1), the site identity by listener address and port (layer 2), the
/// challenge on the wire (layer 3), the keys of the site and the signed trace (layer 4), and the hop count (layer 7). The seams of the other layers are here: {@code transit.Recognition} for the wire, {@code Verdict}s on returning traces.
/// May use {@code directory}, {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.loop;

import org.jspecify.annotations.NullMarked;
