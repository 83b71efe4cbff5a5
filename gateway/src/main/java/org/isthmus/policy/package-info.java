// SPDX-License-Identifier: Apache-2.0

/// Checks at connect, EHLO, MAIL, RCPT and end of data. Each gives a {@code Verdict}; the first refusal wins.
///
/// The main question is who may send what where: nobody may relay but trusted networks and authenticated users. May use {@code loop}, {@code directory},
/// {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.policy;

import org.jspecify.annotations.NullMarked;
