// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.nio.charset.StandardCharsets;

/// One field of a header as it stands in the message. RFC 5322 §2.2.
///
/// @param name as written, without the colon; compared without case
/// @param body all behind the colon, folding included, without the final CRLF; bytes outside ASCII as ISO-8859-1, so that nothing is lost
public record HeaderField(String name, String body) {
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// The body unfolded and trimmed. RFC 5322 §2.2.3. Lines within returned content may end with LF alone.
    public String text() {
        return body.replace("\r\n", "").replace("\n", "").strip();
    }

    /// {@link #text} with its octets read as UTF-8. RFC 6532.
    public String utf8Text() {
        return new String(text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
