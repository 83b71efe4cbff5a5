// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import org.isthmus.directory.AddressKey;

/// Mail from one address to another that is held, because machines at both answer each other.
///
/// @param from in small letters, as {@link AddressKey} has it
/// @param network of the clients whose mail it is; others may write as they like
/// @param automatic what machines wrote is held; otherwise what repeats the topic in about this size
/// @param topic the subject in small letters, without the marks of answers
/// @param last when the last message was held
public record PairHold(String from, String to, String network, boolean automatic, String topic, long size, Instant since, Instant last) {

    /// For the operator, and the same for all that is held for it.
    public String why() {
        return why(from, to);
    }

    static String why(String one, String other) {
        boolean inOrder = one.compareTo(other) < 0;
        return "machines at " + (inOrder ? one : other) + " and " + (inOrder ? other : one) + " answer each other";
    }

    /// Whether a letter is of the kind that is held.
    boolean covers(PairLetter letter) {
        boolean same = PairLetter.bare(letter.topic()).equals(topic);
        return automatic ? letter.isAutomatic() && (letter.saysItAnswers() || same) : !letter.isAutomatic() && same && PairLetter.alike(letter.size(), size);
    }

    PairHold at(Instant moment) {
        return new PairHold(from, to, network, automatic, topic, size, since, moment);
    }

    static String key(String from, String to, String network) {
        return from + "\n" + to + "\n" + network;
    }

    String key() {
        return key(from, to, network);
    }
}
