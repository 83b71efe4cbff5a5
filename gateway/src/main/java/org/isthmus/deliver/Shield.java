// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// How deliveries come under TLS.
///
/// @param tls none where there is no TLS at all: what must have it then fails
/// @param rules what decides about servers that DNS names, beyond the configuration
record Shield(@Nullable ClientTls tls, TlsRules rules) {
    /// The configuration alone decides.
    static final TlsRules CONFIGURED = new TlsRules() {
        @Override
        public Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured) {
            return new Judgement.Ask(configured, Step.of("tls", "delivery.tls, or tls of the next hop", null, configured.text()));
        }
    };

    static Shield none() {
        return new Shield(null, CONFIGURED);
    }
}
