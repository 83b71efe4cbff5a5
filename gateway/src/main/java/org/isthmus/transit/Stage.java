// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// The stages of one delivery, each with a time limit of its own. RFC 5321 §4.5.3.2.
public enum Stage {
    CONNECT,
    GREETING,
    HELLO,
    TLS,
    AUTH,
    MAIL,
    RCPT,
    DATA,
    DATA_BLOCK,
    END_OF_DATA,
    QUIT
}
