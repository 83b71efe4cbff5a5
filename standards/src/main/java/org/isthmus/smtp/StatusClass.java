// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// The first digit of an enhanced status. RFC 3463 §3.1.
public enum StatusClass {
    SUCCESS(2),
    PERSISTENT_TRANSIENT_FAILURE(4),
    PERMANENT_FAILURE(5);

    private final int digit;

    StatusClass(int digit) {
        this.digit = digit;
    }

    public int digit() {
        return digit;
    }
}
