// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.platform.Time;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.trace.TraceToken;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Signs what leaves, by SMTP, to the Internet and to servers inside alike: those may send it back. Not what goes by LMTP, which is final delivery.
/// docs/decisions/0010-where-the-trace-stands.md.
public final class TraceStamp implements Stamp {
    private final LiveConfig config;
    private final SiteKeys keys;
    private final Time time;

    public TraceStamp(LiveConfig config, SiteKeys keys, Time time) {
        this.config = config;
        this.keys = keys;
        this.time = time;
    }

    @Override
    public Optional<Trace> trace(QueuedMessage message, Way way, int recipients) {
        Settings settings = config.current().settings();
        if (!settings.loop().trace() || way.protocol() == Way.Protocol.LMTP) {
            return Optional.empty();
        }
        return Optional.of(new Signed(settings, message, way, recipients <= TraceToken.MOST_RECIPIENTS, keys.current()));
    }

    /// The class of ways that a token remembers: mail that would go out by the same class again has not been cured by a change of the configuration.
    /// @return {@code mx}, {@code literal}, or {@code hop } and a name
    public static String routeClass(NextHop hop) {
        return switch (hop) {
            case NextHop.Exchangers exchangers -> "mx";
            case NextHop.Literal literal -> "literal";
            case NextHop.Named named -> "hop " + named.name();
        };
    }

    private final class Signed implements Trace {
        private final String field;
        private final int node;
        private final QueuedMessage message;
        private final Way way;
        private final boolean naming;
        private final TraceKey key;

        /// @param naming the token names the recipients: as many as are accepted, so that its length is known beforehand
        Signed(Settings settings, QueuedMessage message, Way way, boolean naming, TraceKey key) {
            this.field = settings.loop().traceHeader();
            this.node = settings.connector().hostname().ascii().hashCode() & 0xff;
            this.message = message;
            this.way = way;
            this.naming = naming;
            this.key = key;
        }

        @Override
        public String field() {
            return field;
        }

        @Override
        public int length(int recipients) {
            return SealedToken.length(naming ? recipients : 0);
        }

        @Override
        public String token(List<Mailbox> recipients) {
            Set<TraceToken.Flag> flags = flags();
            if (!naming) {
                flags.add(TraceToken.Flag.ASK_LEDGER);
                return sealed(flags, List.of());
            }
            List<Long> prints = new ArrayList<>(recipients.size());
            for (Mailbox recipient : recipients) {
                prints.add(key.recipient(message.passage().uid(), recipient));
            }
            return sealed(flags, prints);
        }

        /// RFC 3461 §5.2.1 (a): a relay gives no ENVID to a message that came without one. To those that we make ourselves we may.
        @Override
        public @Nullable String envelopeId() {
            return message.origin() instanceof Origin.Report ? sealed(flags(), List.of()) : null;
        }

        private String sealed(Set<TraceToken.Flag> flags, List<Long> prints) {
            Passage passage = message.passage();
            TraceToken token = new TraceToken(node, TraceToken.minuteOf(time.now()), passage.uid(), passage.pass(), passage.generation(), flags,
                    key.route(routeClass(way.hop())), prints);
            return key.seal(token, TraceKey.Use.TRANSFER).text();
        }

        private Set<TraceToken.Flag> flags() {
            Set<TraceToken.Flag> flags = EnumSet.noneOf(TraceToken.Flag.class);
            if (!way.inside()) {
                flags.add(TraceToken.Flag.OUTWARD);
            }
            if (way.homeward()) {
                flags.add(TraceToken.Flag.LOOPBACK);
            }
            if (message.origin() instanceof Origin.Report) {
                flags.add(TraceToken.Flag.GENERATED);
            }
            return flags;
        }

        @Override
        public boolean isOurs(String text) {
            return SealedToken.parse(text)
                    .map(sealed -> keys.check(sealed, TraceKey.Use.TRANSFER))
                    .filter(check -> check instanceof TraceCheck.Ours || check instanceof TraceCheck.Expired)
                    .isPresent();
        }
    }
}
