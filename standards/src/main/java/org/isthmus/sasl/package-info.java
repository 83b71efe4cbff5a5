// SPDX-License-Identifier: Apache-2.0

/// **SASL** mechanisms as pure exchanges of octets, both sides: PLAIN (RFC 4616), LOGIN (as it is in use), SCRAM-SHA-256 and its PLUS form (RFC 5802, RFC 7677).
///
/// The main types are {@code ScramServer}, {@code ScramClient} and {@code PlainMessage}. Names and passwords are prepared by {@code SaslPrep} (RFC 4013). Uses nothing but the
/// cryptography of java.base; randomness is handed in. Who the users are, and how often one may try, is the business of others.
@NullMarked
package org.isthmus.sasl;

import org.jspecify.annotations.NullMarked;
