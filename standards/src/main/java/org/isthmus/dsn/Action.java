// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

/// What happened to a recipient. RFC 3464 §2.3.3.
public enum Action {
    FAILED,
    DELAYED,
    DELIVERED,
    RELAYED,
    EXPANDED
}
