// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a MAIL command says besides the reverse-path.
///
/// @param size SIZE, in octets, as announced. RFC 1870 §6.1
/// @param body BODY. RFC 6152 §3
/// @param smtpUtf8 SMTPUTF8. RFC 6531 §3.4
/// @param returnContent RET; none if the sender did not say. RFC 3461 §4.3
/// @param envelopeId ENVID, decoded from xtext, at most 100 characters. RFC 3461 §4.4
/// @param timing BY, MT-PRIORITY, HOLDFOR and HOLDUNTIL
/// @param tls REQUIRETLS; or what the header said instead, once that has been read
public record MailParameters(
        OptionalLong size,
        BodyType body,
        boolean smtpUtf8,
        @Nullable ReturnContent returnContent,
        @Nullable String envelopeId,
        Timing timing,
        TlsWish tls) {

    /// With nothing said of time and turn.
    public MailParameters(OptionalLong size, BodyType body, boolean smtpUtf8, @Nullable ReturnContent returnContent, @Nullable String envelopeId) {
        this(size, body, smtpUtf8, returnContent, envelopeId, Timing.NONE);
    }

    /// With nothing said of TLS.
    public MailParameters(OptionalLong size, BodyType body, boolean smtpUtf8, @Nullable ReturnContent returnContent, @Nullable String envelopeId, Timing timing) {
        this(size, body, smtpUtf8, returnContent, envelopeId, timing, TlsWish.UNSAID);
    }

    /// The same with other timing.
    public MailParameters with(Timing other) {
        return new MailParameters(size, body, smtpUtf8, returnContent, envelopeId, other, tls);
    }

    /// The same with another wish for TLS.
    public MailParameters with(TlsWish other) {
        return other == tls ? this : new MailParameters(size, body, smtpUtf8, returnContent, envelopeId, timing, other);
    }

    /// Nothing said.
    public static final MailParameters NONE = new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, null);
}
