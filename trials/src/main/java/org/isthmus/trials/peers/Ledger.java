// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What clients were told about their letters. Only what was answered with 250 after the end of the data is a promise.
public final class Ledger {
    /// How an attempt to hand a letter over ended.
    public enum End {
        /// 250 after the end of data.
        PROMISED,
        /// All was sent, but no answer came: the server may have it or not. RFC 1047.
        DOUBTFUL,
        /// An answer that says no, or not now.
        REFUSED,
        /// Never sent to the end.
        BROKEN_OFF
    }

    /// One attempt.
    /// @param recipients those that were answered with 250 or 251
    /// @param refused the others, with what was answered
    /// @param whole the server was given the content to its end
    /// @param reply the last one that was read
    public record Entry(Letter letter, List<String> recipients, Map<String, String> refused, End end, boolean whole, String reply, Duration at) {
        public Entry {
            recipients = List.copyOf(recipients);
            refused = Map.copyOf(refused);
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Letter> letters = new LinkedHashMap<>();

    void add(Entry entry) {
        entries.add(entry);
        letters.put(entry.letter().id(), entry.letter());
    }

    /// In order of time.
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    public List<Entry> entries(End end) {
        return entries.stream().filter(entry -> entry.end() == end).toList();
    }

    /// The letter of this number, if anybody tried to send it.
    public @Nullable Letter letter(String id) {
        return letters.get(id);
    }
}
