// SPDX-License-Identifier: Apache-2.0

/// The control socket: how commands talk to the running server.
///
/// {@code <data>/control.sock}, a Unix socket of mode 0600. A frame is four octets of length, most significant first, and as many octets of UTF-8 JSON; each request has
/// one reply. {@link org.isthmus.cli.control.ControlServer} answers by {@link org.isthmus.cli.control.Operations}; what comes in is taken for hostile. The replies are what
/// {@code -o json} prints.
@NullMarked
package org.isthmus.cli.control;

import org.jspecify.annotations.NullMarked;
