// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

/// One field of a header as it stands in the message. RFC 5322 §2.2.
///
/// @param name as written, without the colon; compared without case
/// @param body all behind the colon, folding included, without the final CRLF; bytes outside ASCII as ISO-8859-1, so that nothing is lost
public record HeaderField(String name, String body) {
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// The body unfolded and trimmed. RFC 5322 §2.2.3.
    public String text() {
        return body.replace("\r\n", "").strip();
    }
}
