// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import org.isthmus.transit.Prints;
import org.isthmus.transit.QueueId;

/// One copy that left: what the {@link Ledger} keeps of one recipient of one delivery.
///
/// @param at when the peer took it
/// @param uid the message's name through all its passes
/// @param pass how often the message had been here before
/// @param outward it left the site; otherwise it was handed to a server inside
/// @param recipient the print of the address that it went to, {@link Ledger#print}
/// @param message its queue id at that time
/// @param prints by what it is known again
/// @param network the print of the network that had brought it, {@link Ledger#network}; 0 for a message of ours
/// @param config the version of the configuration that sent it there
/// @param route the class of way in words, as tokens have it: {@code mx}, {@code hop mailstore}
/// @param server who took it, by name and address
/// @param dns what DNS had said; empty where it was not asked
public record Departure(
        Instant at, long uid, int pass, boolean outward, long recipient, QueueId message, Prints prints, int network, long config, String route, String server, String dns) {

    /// The same, taken at a time, by which way and which server.
    public Departure taken(Instant when, boolean wentOutward, String way, String by) {
        return new Departure(when, uid, pass, wentOutward, recipient, message, prints, network, config, way, by, dns);
    }

    /// How it left, in words.
    String words() {
        return route + (server.isEmpty() ? "" : " to " + server);
    }
}
