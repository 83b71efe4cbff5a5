// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.sasl.ChannelBinding;
import org.isthmus.transit.Client;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;

/// What an exchange can be tied to.
final class Bindings {
    private Bindings() {}

    /// Empty where nothing can be: in the clear, and with TLS 1.2.
    static List<ChannelBinding> of(Client client) {
        TlsFacts tls = client.tls();
        List<ChannelBinding> found = new ArrayList<>();
        if (tls != null && tls.isBindable()) {
            add(found, ChannelBinding.EXPORTER, tls.bindings().exporter());
            add(found, ChannelBinding.SERVER_END_POINT, tls.bindings().serverEndPoint());
        }
        return found;
    }

    private static void add(List<ChannelBinding> to, String type, byte @Nullable [] data) {
        if (data != null) {
            to.add(new ChannelBinding(type, data));
        }
    }
}
