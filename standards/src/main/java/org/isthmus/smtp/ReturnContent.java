// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// How much of the message a failure report returns. RFC 3461 §4.3.
public enum ReturnContent {
    FULL,
    HDRS
}
