// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import org.isthmus.message.Header;
import org.jspecify.annotations.Nullable;

/// A notification that was read.
///
/// @param dsn the machine's part
/// @param text the part for people, decoded; empty if there is none
/// @param returned the header of the message that is reported about; none if nothing came back
/// @param wholeMessage all of that message came back
public record DeliveryReport(Dsn dsn, String text, @Nullable Header returned, boolean wholeMessage) {}
