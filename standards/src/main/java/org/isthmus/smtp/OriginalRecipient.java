// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// ORCPT: the recipient as the sender named it, through all aliases. RFC 3461 §4.2, RFC 6533 §3 for {@code utf-8}.
///
/// @param type the address type, mostly {@code rfc822}
/// @param address decoded
public record OriginalRecipient(String type, String address) {}
