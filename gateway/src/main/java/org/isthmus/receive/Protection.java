// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tls.ServerTls;
import org.isthmus.tls.TlsConnection;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;

/// Whether and how a session comes under TLS. RFC 3207; RFC 8314 §3.3 for implicit TLS. Belongs to one session's thread.
final class Protection {
    private static final List<String> KEYWORD = List.of("STARTTLS");
    private static final List<String> SECURE = List.of("REQUIRETLS");
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final ServerTls tls;
    private final Settings.Listener listener;
    private final ClientConnection connection;
    private @Nullable Step negotiated;

    Protection(ServerTls tls, Settings.Listener listener, ClientConnection connection) {
        this.tls = tls;
        this.listener = listener;
        this.connection = connection;
    }

    /// For the trace of each message: what was negotiated; null in the clear.
    @Nullable Step negotiated() {
        return negotiated;
    }

    /// Whether it begins with a handshake; where that is impossible for lack of a certificate, nothing is said in the clear instead.
    boolean isImplicit() {
        return listener.tls() == Settings.Listener.Tls.IMPLICIT;
    }

    /// What EHLO offers. RFC 3207 §4.2, RFC 8689 §2: one in the clear, the other under TLS.
    List<String> keywords(Settings settings) {
        if (connection.isSecure()) {
            return settings.tls().requiretls() ? SECURE : List.of();
        }
        return objection(settings) == null ? KEYWORD : List.of();
    }

    /// Why a wish of MAIL cannot be granted; null if it can.
    @Nullable Reply refusal(TlsWish wish, Settings settings) {
        if (wish != TlsWish.REQUIRED) {
            return null;
        }
        return !settings.tls().requiretls() ? Replies.NO_REQUIRETLS.with() : connection.isSecure() ? null : Replies.TLS_FOR_REQUIRETLS.with();
    }

    /// Why there is no STARTTLS here and now; null if there is.
    @Nullable ReplyFault objection(Settings settings) {
        if (connection.isSecure()) {
            return ReplyFault.ALREADY;
        }
        if (listener.tls() != Settings.Listener.Tls.STARTTLS) {
            return ReplyFault.NEVER;
        }
        return tls.isReady(listener, settings) ? null : ReplyFault.NOT_NOW;
    }

    /// Why STARTTLS is not done.
    enum ReplyFault {
        ALREADY,
        NEVER,
        NOT_NOW
    }

    /// Shakes hands; from then on the connection is under TLS.
    /// @throws IOException if it came to nothing; the connection is closed
    TlsFacts begin(Settings settings, Duration idle) throws IOException {
        TlsConnection secure = tls.accept(connection.present(), listener, settings, idle.compareTo(LONGEST) < 0 ? idle : LONGEST);
        connection.secured(secure);
        TlsFacts facts = secure.facts();
        negotiated = Step.of("tls", "listeners." + listener.name() + ".tls", listener.at(), facts.text());
        return facts;
    }
}
