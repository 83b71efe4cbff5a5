// SPDX-License-Identifier: Apache-2.0

/// The PROXY protocol: the header by which a load balancer says whose connection it hands on. Versions 1 and 2 of
/// <https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt>.
@NullMarked
package org.isthmus.proxy;

import org.jspecify.annotations.NullMarked;
