// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// A trace token as it travels, its signature not yet looked at: anybody may have written it. It tells which key would open it and nothing else.
public final class SealedToken {
    /// Characters of the shortest token: one that names no recipients.
    public static final int SHORTEST = length(0);
    /// Characters of the longest token. RFC 3461 §4.4 allows 100 in an ENVID.
    public static final int LONGEST = length(TraceToken.MOST_RECIPIENTS);

    static final int VERSION = 1;
    static final int FIXED_OCTETS = 26;
    static final int RECIPIENT_OCTETS = 5;
    static final int MAC_OCTETS = 12;
    private static final int SITE_OFFSET = 2;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final byte[] octets;
    private final String text;

    private SealedToken(byte[] octets, String text) {
        this.octets = octets;
        this.text = text;
    }

    static SealedToken of(byte[] octets) {
        return new SealedToken(octets, ENCODER.encodeToString(octets));
    }

    /// How many characters a token has that names so many recipients itself.
    public static int length(int recipients) {
        return ((FIXED_OCTETS + RECIPIENT_OCTETS * recipients + MAC_OCTETS) * 4 + 2) / 3;
    }

    /// Reads what may be a token of any site. Whatever is given, this is quick and does not throw.
    /// @param text without blanks or brackets around it
    /// @return nothing if it has not the form of a token
    public static Optional<SealedToken> parse(CharSequence text) {
        int length = text.length();
        if (length < SHORTEST || length > LONGEST || text.charAt(0) != 'A') {
            return Optional.empty();
        }
        int octets = length * 3 / 4;
        int recipients = (octets - FIXED_OCTETS - MAC_OCTETS) / RECIPIENT_OCTETS;
        if (length(recipients) != length) {
            return Optional.empty();
        }
        for (int i = 0; i < length; i++) {
            if (!digit(text.charAt(i))) {
                return Optional.empty();
            }
        }
        String written = text.toString();
        byte[] decoded = Base64.getUrlDecoder().decode(written.getBytes(StandardCharsets.ISO_8859_1));
        SealedToken token = of(decoded);
        // The last character has bits to spare: one token has one spelling.
        return decoded[0] == VERSION && token.text.equals(written) ? Optional.of(token) : Optional.empty();
    }

    private static boolean digit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    /// The token that stands at the end of the {@code id} of a Received field, behind its last dot, or of the left side of a Message-ID.
    /// @param id {@code 06ABCDEF01234.AQ7...}
    public static Optional<SealedToken> atEndOf(CharSequence id) {
        int at = id.length() - 1;
        while (at >= 0 && id.charAt(at) != '.' && id.length() - at <= LONGEST) {
            at--;
        }
        return at >= 0 && id.charAt(at) == '.' ? parse(id.subSequence(at + 1, id.length())) : Optional.empty();
    }

    /// The key that it names, 0 to 255.
    public int keyId() {
        return Byte.toUnsignedInt(octets[1]);
    }

    /// The site that it names, by a hash.
    public int site() {
        return ByteBuffer.wrap(octets).getInt(SITE_OFFSET);
    }

    /// As it is written: {@link #SHORTEST} to {@link #LONGEST} characters of base64url, all of which may stand in an atom.
    public String text() {
        return text;
    }

    byte[] octets() {
        return octets;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedToken token && Arrays.equals(octets, token.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return text;
    }
}
