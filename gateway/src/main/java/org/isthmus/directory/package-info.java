// SPDX-License-Identifier: Apache-2.0

/// Who exists: recipients of the site's domains, their aliases, sub-addresses and catch-alls.
///
/// The main type is {@code Directory}. Files are read again when they change; the last good content stays in use while a new one is bad.
/// May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.directory;

import org.jspecify.annotations.NullMarked;
