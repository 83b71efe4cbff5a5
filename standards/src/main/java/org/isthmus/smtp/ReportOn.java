// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// When the sender wants a report about a recipient: the values of NOTIFY but NEVER, which is the empty set. RFC 3461 §4.1.
public enum ReportOn {
    SUCCESS,
    FAILURE,
    DELAY
}
