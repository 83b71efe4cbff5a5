// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// How the client presented itself. RFC 5321 §4.1.1.1.
///
/// @param extended EHLO or LHLO rather than HELO
/// @param name what it called itself, as it wrote it; never trusted
public record Hello(boolean extended, String name) {}
