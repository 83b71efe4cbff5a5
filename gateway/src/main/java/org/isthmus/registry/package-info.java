// SPDX-License-Identifier: Apache-2.0

/// The settings of the connector's ancestor: an export of the registry of an Exchange Internet Mail Connector becomes an Isthmus configuration that means
/// the same.
///
/// {@link org.isthmus.registry.RegistryReader} reads the file format, {@link org.isthmus.registry.KnownValues} knows what each value meant and what it is
/// here, {@link org.isthmus.registry.RegistryImport} puts the two together. Pure: octets in, text or problems out. May use {@code config}, {@code transit}
/// and the standards.
@NullMarked
package org.isthmus.registry;

import org.jspecify.annotations.NullMarked;
