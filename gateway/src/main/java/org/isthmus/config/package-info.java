// SPDX-License-Identifier: Apache-2.0

/// From the operator's text to one immutable {@link org.isthmus.config.Snapshot}.
///
/// HOCON text (files, includes, {@code conf.d}) becomes {@link org.isthmus.config.Settings}, a tree of records that validate themselves; problems are
/// collected, each with file, line, reason and suggestion. {@link org.isthmus.config.LiveConfig} holds the present snapshot; a transaction and an
/// attempt each pin one and nobody reads twice. May use {@code transit}, {@code platform} and the standards.
@NullMarked
package org.isthmus.config;

import org.jspecify.annotations.NullMarked;
