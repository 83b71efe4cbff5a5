// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

/// Where a block with states stands.
///
/// @param adds it holds recipients too, so that later states do not make it superfluous
record Place(Segment segment, int offset, boolean adds) {}
