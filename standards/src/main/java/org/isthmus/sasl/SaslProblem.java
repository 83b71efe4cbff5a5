// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

/// What a peer said is no message of its mechanism, or must not be believed. The message is for operators and holds no secret.
public final class SaslProblem extends Exception {
    private final Kind kind;

    /// What is wrong.
    public enum Kind {
        /// Not in the form of the mechanism.
        MALFORMED,
        /// In the right form, but the proof is wrong: password, nonce, channel binding.
        UNPROVED
    }

    SaslProblem(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    static SaslProblem malformed(String message) {
        return new SaslProblem(Kind.MALFORMED, message);
    }

    static SaslProblem unproved(String message) {
        return new SaslProblem(Kind.UNPROVED, message);
    }
}
