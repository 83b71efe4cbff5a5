// SPDX-License-Identifier: Apache-2.0

/// What a domain asks of the TLS of its servers, before a connection to one is made; and what came of it, for its report.
///
/// DANE (RFC 7672) by DNS that is secured, MTA-STS (RFC 8461) by HTTPS, TLS reporting (RFC 8460). The main type is {@link org.isthmus.transport.TransportRules}.
/// May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards. Promises that what cannot be told defers and never fails, and that a policy in
/// testing changes nothing but the report.
@NullMarked
package org.isthmus.transport;

import org.jspecify.annotations.NullMarked;
