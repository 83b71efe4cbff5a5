// SPDX-License-Identifier: Apache-2.0

/// Outcomes to delivery status notifications.
///
/// RFC 3461 (who is told what), RFC 3464 (how), RFC 5321 §4.5.5 and §6.1 (never about a report). The main type is {@link org.isthmus.report.Reporter}, which {@link org.isthmus.report.DsnReporter} implements. Makes messages, sends none:
/// {@code schedule} puts them into the spool. May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.report;

import org.jspecify.annotations.NullMarked;
