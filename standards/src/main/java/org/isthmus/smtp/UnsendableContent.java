// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.io.IOException;

/// Content that cannot be sent by DATA. An {@link IOException} of its own, since it is not the connection that failed:
/// whoever sends must catch it first. Nothing of the offending octet was written.
public final class UnsendableContent extends IOException {
    private final Violation violation;

    public UnsendableContent(Violation violation) {
        super("the message holds " + violation.text());
        this.violation = violation;
    }

    public Violation violation() {
        return violation;
    }
}
