// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import java.util.Locale;

/// What went wrong with TLS. RFC 8460 §4.3.
public enum FailureType {
    STARTTLS_NOT_SUPPORTED,
    CERTIFICATE_HOST_MISMATCH,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_NOT_TRUSTED,
    /// Something else with the handshake.
    VALIDATION_FAILURE,
    /// A TLSA record that cannot be right, or names another certificate.
    TLSA_INVALID,
    /// DNSSEC failed.
    DNSSEC_INVALID,
    /// DANE was asked for and there is none.
    DANE_REQUIRED,
    STS_POLICY_FETCH_ERROR,
    STS_POLICY_INVALID,
    STS_WEBPKI_INVALID;

    /// As the report writes it: {@code starttls-not-supported}.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
