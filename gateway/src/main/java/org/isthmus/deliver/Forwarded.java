// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.isthmus.smtp.ClientAttributes;
import org.isthmus.smtp.ClientAttributes.Attribute;
import org.isthmus.smtp.Hello;
import org.isthmus.transit.Client;
import org.isthmus.transit.Origin;
import org.isthmus.transit.QueuedMessage;

/// From whom we have a message, as XFORWARD tells it. Postfix's XFORWARD_README.
final class Forwarded {
    static final String KEYWORD = "XFORWARD";

    private Forwarded() {}

    /// What there is to tell; what is not known is said to be unavailable.
    static ClientAttributes of(QueuedMessage message) {
        Map<Attribute, Optional<String>> said = new EnumMap<>(Attribute.class);
        switch (message.origin()) {
            case Origin.Received received -> client(received.client(), received.protocol(), said);
            case Origin.Report report -> said.put(Attribute.SOURCE, Optional.of("LOCAL"));
        }
        said.put(Attribute.IDENT, Optional.of(message.id().toString()));
        return new ClientAttributes(said);
    }

    private static void client(Client client, String protocol, Map<Attribute, Optional<String>> said) {
        Hello hello = client.hello();
        said.put(Attribute.NAME, Optional.empty());
        said.put(Attribute.ADDR, Optional.of(ClientAttributes.text(client.remote().getAddress())));
        said.put(Attribute.PORT, Optional.of(String.valueOf(client.remote().getPort())));
        // It knows these two words alone.
        said.put(Attribute.PROTO, Optional.of(protocol.toUpperCase(Locale.ROOT).equals("SMTP") ? "SMTP" : "ESMTP"));
        said.put(Attribute.HELO, hello == null || hello.name().isEmpty() ? Optional.empty() : Optional.of(hello.name()));
        said.put(Attribute.SOURCE, Optional.of("REMOTE"));
    }
}
