// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// A new state of one recipient.
///
/// @param recipient its number: its place in the envelope
public record Settlement(int recipient, RecipientState state) {}
