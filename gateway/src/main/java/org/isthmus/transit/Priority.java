// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// How long and how eagerly a message is tried. From the header field Priority or X-Priority-like fields as the X.400 mapping of RFC 2156 §2.8 has them.
public enum Priority {
    URGENT,
    NORMAL,
    NON_URGENT
}
