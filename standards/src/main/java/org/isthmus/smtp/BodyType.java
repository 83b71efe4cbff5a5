// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// The BODY parameter of MAIL. RFC 6152 §3, RFC 3030 §3.
public enum BodyType {
    SEVENBIT("7BIT"),
    EIGHTBITMIME("8BITMIME"),
    BINARYMIME("BINARYMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    public String keyword() {
        return keyword;
    }
}
