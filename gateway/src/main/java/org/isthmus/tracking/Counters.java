// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.util.Map;
import java.util.TreeMap;

/// How often what happened since the start. After a crash the facts that are repeated from the journal count too.
///
/// @param accepted messages from clients
/// @param reports messages that we made
/// @param delivered recipients, and so on
/// @param refused refusals by command and reply code: {@code RCPT 550 5.1.1}
/// @param lost events that were not kept, under pressure or for want of disk
/// @param loops loops that were met, by layer and class of the recipient: {@code L2 remote}
public record Counters(
        long accepted, long reports, long delivered, long deferred, long failed, long expanded, long removed, Map<String, Long> refused, long lost,
        Map<String, Long> loops) {

    public Counters {
        refused = Map.copyOf(refused);
        loops = Map.copyOf(loops);
    }

    /// Where no loop was met.
    public Counters(long accepted, long reports, long delivered, long deferred, long failed, long expanded, long removed, Map<String, Long> refused, long lost) {
        this(accepted, reports, delivered, deferred, failed, expanded, removed, refused, lost, Map.of());
    }

    /// The hand that counts.
    static final class Tally {
        /// Codes are our own and few; this is for the day when they are not.
        private static final int KINDS = 200;
        private static final String OTHERS = "others";

        private final Map<String, Long> refused = new TreeMap<>();
        private final Map<String, Long> loops = new TreeMap<>();
        private final long[] counts = new long[Kind.values().length];

        private enum Kind {
            ACCEPTED,
            REPORT,
            DELIVERED,
            DEFERRED,
            FAILED,
            EXPANDED,
            REMOVED,
            LOST
        }

        synchronized void count(Glance line) {
            switch (line.get("event", "")) {
                case "accepted" -> add(line.get("origin") == null ? Kind.ACCEPTED : Kind.REPORT, 1);
                case "settled" -> settled(line.get("outcome", ""));
                case "refused" -> count(refused, line.get("command", "?") + " " + code(line.get("reply", "?")));
                case "looped" -> count(loops, line.get("layer", "?") + " " + line.get("class", "?"));
                default -> { }
            }
        }

        synchronized void lost(long events) {
            add(Kind.LOST, events);
        }

        synchronized Counters counters() {
            return new Counters(of(Kind.ACCEPTED), of(Kind.REPORT), of(Kind.DELIVERED), of(Kind.DEFERRED), of(Kind.FAILED), of(Kind.EXPANDED),
                    of(Kind.REMOVED), refused, of(Kind.LOST), loops);
        }

        private void settled(String outcome) {
            switch (outcome) {
                case "delivered" -> add(Kind.DELIVERED, 1);
                case "deferred" -> add(Kind.DEFERRED, 1);
                case "failed" -> add(Kind.FAILED, 1);
                case "expanded" -> add(Kind.EXPANDED, 1);
                case "removed" -> add(Kind.REMOVED, 1);
                default -> { }
            }
        }

        private static void count(Map<String, Long> counts, String kind) {
            counts.merge(counts.containsKey(kind) || counts.size() < KINDS ? kind : OTHERS, 1L, Long::sum);
        }

        /// {@code 550 5.1.1} of a whole reply; the code alone where it has no status.
        private static String code(String reply) {
            String[] words = reply.split(" ", 3);
            return words.length > 1 && org.isthmus.smtp.EnhancedStatus.parse(words[1]).isPresent() ? words[0] + " " + words[1] : words[0];
        }

        private void add(Kind kind, long more) {
            counts[kind.ordinal()] += more;
        }

        private long of(Kind kind) {
            return counts[kind.ordinal()];
        }
    }
}
