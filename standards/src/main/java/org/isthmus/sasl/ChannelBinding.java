// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

/// What ties an exchange to the TLS connection around it. RFC 5056; the names are of the IANA registry.
///
/// @param type {@code tls-exporter} (RFC 9266) or {@code tls-server-end-point} (RFC 5929 §4)
public record ChannelBinding(String type, byte[] data) {
    public static final String EXPORTER = "tls-exporter";
    public static final String SERVER_END_POINT = "tls-server-end-point";
}
