// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.address.ReversePath;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Cause;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Stage;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;

/// What the sender of a message wants of TLS, at one server. RFC 8689 §4.2.
///
/// A server that lacks what he requires is one that can never be used for the message, so that he hears of it at once; what may be trouble of the moment (a time-out, a
/// handshake that was cut, DNS) waits as it always does. Two kinds of mail go on without: reports, which would be lost otherwise (§5), and what goes to the site's own
/// side, whose hops the operator answers for: it is delivery (§4.4). Both take the wish along where the server knows it.
final class RequiredTls {
    static final String KEYWORD = "REQUIRETLS";
    private static final EnhancedStatus NEEDED = EnhancedStatus.of("5.7.10");
    private static final EnhancedStatus UNKNOWN = EnhancedStatus.of("5.7.30");

    private RequiredTls() {}

    /// What counts on this way.
    static TlsWish wish(QueuedMessage message, Way way) {
        TlsWish wish = message.envelope().parameters().tls();
        boolean lenient = way.inside() || way.protocol() == Way.Protocol.LMTP || message.envelope().from() instanceof ReversePath.Null;
        return wish == TlsWish.REQUIRED && lenient ? TlsWish.UNSAID : wish;
    }

    /// Whether MAIL says it.
    static boolean isSaid(QueuedMessage message, ClientSession session) {
        return message.envelope().parameters().tls() == TlsWish.REQUIRED && isKnown(session);
    }

    /// Whether the server promises to see to it. What is said in the clear promises nothing.
    static boolean isKnown(ClientSession session) {
        return session.isShielded() && session.offered().has(KEYWORD);
    }

    /// RFC 8689 §4.2.1: of a server that does not know it.
    static Broken unknown(Server server) {
        return new Broken(new Cause.Unsupported(server.peer(), KEYWORD, UNKNOWN), Broken.Kind.FOR_GOOD);
    }

    /// A server that is not to be used.
    static Broken avoided(Cause cause) {
        return new Broken(cause, cause.status().isPermanent() ? Broken.Kind.FOR_GOOD : Broken.Kind.AVOIDED, TlsRules.Trouble.UNTRUSTED);
    }

    /// What broke at a server, to a message that must have TLS.
    static Broken strictly(Broken broken) {
        TlsRules.Trouble trouble = broken.tls();
        if (trouble == null) {
            return broken;
        }
        boolean lacks = trouble != TlsRules.Trouble.HANDSHAKE && broken.why() instanceof Cause.Unreachable;
        return lacks && broken.why() instanceof Cause.Unreachable why
                ? new Broken(new Cause.Unreachable(why.peer(), Stage.TLS, why.problem(), NEEDED), Broken.Kind.FOR_GOOD, trouble)
                : new Broken(broken.why(), Broken.Kind.AVOIDED, trouble);
    }
}
