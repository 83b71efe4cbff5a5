// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The characters of an export. Version 5.00 is UTF-16 with a byte order mark; REGEDIT4 is the code page of the machine, of which the Western European one is
/// taken. Editors turn either into UTF-8, with or without a mark.
final class RegistryText {
    private static final Charset WESTERN = Charset.forName("windows-1252");

    private RegistryText() {}

    /// @throws CharacterCodingException if it is UTF-16 that is broken
    static String of(byte[] octets) throws CharacterCodingException {
        if (starts(octets, 0xFF, 0xFE)) {
            return decode(octets, 2, StandardCharsets.UTF_16LE);
        }
        if (starts(octets, 0xFE, 0xFF)) {
            return decode(octets, 2, StandardCharsets.UTF_16BE);
        }
        if (starts(octets, 0xEF, 0xBB, 0xBF)) {
            return decode(octets, 3, StandardCharsets.UTF_8);
        }
        // The first character of either header is ASCII, so without a mark its other octet is 0.
        if (octets.length > 1 && octets[1] == 0) {
            return decode(octets, 0, StandardCharsets.UTF_16LE);
        }
        if (octets.length > 1 && octets[0] == 0) {
            return decode(octets, 0, StandardCharsets.UTF_16BE);
        }
        try {
            return decode(octets, 0, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            return new String(octets, WESTERN);
        }
    }

    private static boolean starts(byte[] octets, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= octets.length || (octets[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static String decode(byte[] octets, int from, Charset charset) throws CharacterCodingException {
        return charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(octets, from, octets.length - from)).toString();
    }

    /// The text of a value that is written as octets, up to its end marks.
    /// @param wide UTF-16, as version 5.00 writes it; REGEDIT4 writes one octet a character
    /// @throws CharacterCodingException if it is UTF-16 that is broken, an odd number of octets among others
    static String value(byte[] octets, boolean wide) throws CharacterCodingException {
        return wide ? decode(octets, 0, StandardCharsets.UTF_16LE) : new String(Arrays.copyOf(octets, octets.length), WESTERN);
    }
}
