// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.isthmus.transit.Lineage;

/// Lineage by the keys of the site: a message of ours has a trace token at the end of the left side of its Message-ID, and only this site could have written it. What is
/// forged, foreign or older than a token lives says nothing. docs/reference/trace-token.md. Safe for all threads.
public final class SiteLineage implements Lineage {
    private final SiteKeys keys;

    public SiteLineage(SiteKeys keys) {
        this.keys = keys;
    }

    @Override
    public String sign(long uid, int generation, Mailbox to, Instant now) {
        TraceKey key = keys.current();
        TraceToken token = new TraceToken(0, TraceToken.minuteOf(now), uid, 0, generation, Set.of(TraceToken.Flag.GENERATED), 0, List.of(key.recipient(uid, to)));
        return key.seal(token, TraceKey.Use.MESSAGE_ID).text();
    }

    @Override
    public OptionalInt ofMessageId(String id) {
        String text = id.strip();
        int from = text.startsWith("<") ? 1 : 0;
        int at = text.lastIndexOf('@');
        return at < from ? OptionalInt.empty() : SealedToken.atEndOf(text.substring(from, at)).map(sealed -> generation(sealed, TraceKey.Use.MESSAGE_ID)).orElse(OptionalInt.empty());
    }

    @Override
    public OptionalInt ofToken(String text) {
        return SealedToken.parse(text.strip()).map(sealed -> generation(sealed, TraceKey.Use.TRANSFER)).orElse(OptionalInt.empty());
    }

    private OptionalInt generation(SealedToken sealed, TraceKey.Use use) {
        return keys.check(sealed, use) instanceof TraceCheck.Ours ours ? OptionalInt.of(ours.token().lineage()) : OptionalInt.empty();
    }
}
