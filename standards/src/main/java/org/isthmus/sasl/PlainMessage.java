// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The one message of PLAIN. RFC 4616 §2.
///
/// @param actAs whose rights are wanted; empty for the user's own
/// @param user who proves himself, not prepared
/// @param password not prepared
public record PlainMessage(String actAs, String user, String password) {
    /// Octets of each part. RFC 4616 has no more than 255 characters in mind.
    private static final int LONGEST = 1024;

    /// Reads a message.
    /// @throws SaslProblem if it is none
    public static PlainMessage parse(byte[] message) throws SaslProblem {
        int first = nul(message, 0);
        int second = nul(message, first + 1);
        if (first == message.length || second == message.length || nul(message, second + 1) != message.length) {
            throw SaslProblem.malformed("PLAIN has three parts with a NUL between them");
        }
        PlainMessage read = new PlainMessage(text(message, 0, first), text(message, first + 1, second), text(message, second + 1, message.length));
        if (read.user.isEmpty() || read.password.isEmpty()) {
            throw SaslProblem.malformed("PLAIN without a user or a password");
        }
        return read;
    }

    /// The octets of the message.
    public byte[] octets() {
        return (actAs + '\0' + user + '\0' + password).getBytes(StandardCharsets.UTF_8);
    }

    /// Shows no password.
    @Override
    public String toString() {
        return "PLAIN " + user;
    }

    private static int nul(byte[] message, int from) {
        int i = from;
        while (i < message.length && message[i] != 0) {
            i++;
        }
        return Math.min(i, message.length);
    }

    private static String text(byte[] message, int from, int to) throws SaslProblem {
        if (to - from > LONGEST) {
            throw SaslProblem.malformed("longer than any name or password");
        }
        return utf8(message, from, to);
    }

    /// @throws SaslProblem if it is not UTF-8
    static String utf8(byte[] message, int from, int to) throws SaslProblem {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw SaslProblem.malformed("not UTF-8");
        }
    }

    /// A name or a password by itself, as LOGIN sends them.
    /// @throws SaslProblem if it is empty, too long or not UTF-8
    public static String part(byte[] message) throws SaslProblem {
        if (message.length == 0) {
            throw SaslProblem.malformed("an empty name or password");
        }
        return text(message, 0, message.length);
    }
}
