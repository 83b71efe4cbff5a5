// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Duration;

/// How unkind a network is; each probability is drawn once per connection.
///
/// @param latency what a piece of data takes at most; also the time of a handshake
/// @param pieces that writes arrive split into small pieces, down to single bytes
/// @param refused that nobody seems to listen
/// @param unreachable that there is no way to the host
/// @param silent that a connection attempt gets no answer
/// @param reset that the connection is reset at some byte
/// @param ended that it is ended in order (FIN) at some byte
/// @param hung that from some byte on nothing comes through, in neither direction
public record NetworkFaults(Duration latency, double pieces, double refused, double unreachable, double silent, double reset, double ended, double hung) {

    /// No faults, no splitting, a millisecond.
    public static final NetworkFaults NONE = new NetworkFaults(Duration.ofMillis(1), 0, 0, 0, 0, 0, 0, 0);

    /// A network in which all goes well, but not all at once: half of the connections are split into pieces.
    public static final NetworkFaults CALM = new NetworkFaults(Duration.ofMillis(50), 0.5, 0, 0, 0, 0, 0, 0);

    /// Each kind of fault in so many of the connections.
    public static NetworkFaults stormy(double each) {
        return new NetworkFaults(Duration.ofSeconds(1), 0.5, each, each, each, each, each, each);
    }

    public NetworkFaults withLatency(Duration most) {
        return new NetworkFaults(most, pieces, refused, unreachable, silent, reset, ended, hung);
    }

    public NetworkFaults withPieces(double probability) {
        return new NetworkFaults(latency, probability, refused, unreachable, silent, reset, ended, hung);
    }

    public NetworkFaults withRefused(double probability) {
        return new NetworkFaults(latency, pieces, probability, unreachable, silent, reset, ended, hung);
    }

    public NetworkFaults withUnreachable(double probability) {
        return new NetworkFaults(latency, pieces, refused, probability, silent, reset, ended, hung);
    }

    public NetworkFaults withSilent(double probability) {
        return new NetworkFaults(latency, pieces, refused, unreachable, probability, reset, ended, hung);
    }

    public NetworkFaults withReset(double probability) {
        return new NetworkFaults(latency, pieces, refused, unreachable, silent, probability, ended, hung);
    }

    public NetworkFaults withEnded(double probability) {
        return new NetworkFaults(latency, pieces, refused, unreachable, silent, reset, probability, hung);
    }

    public NetworkFaults withHung(double probability) {
        return new NetworkFaults(latency, pieces, refused, unreachable, silent, reset, ended, probability);
    }
}
