// SPDX-License-Identifier: Apache-2.0

/// What is due when: retries, per-destination limits, fairness. Routes again, has delivered, settles, has reported.
///
/// The main type is {@code Scheduler}. Memory holds ids and times, no bodies. May use {@code route}, {@code loop}, {@code deliver}, {@code report}, {@code spool},
/// {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards. RFC 5321 §4.5.4 (retry strategies).
@NullMarked
package org.isthmus.schedule;

import org.jspecify.annotations.NullMarked;
