// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Client;

/// The {@code with} value of Received. RFC 5321 §4.4, RFC 3848 for TLS and authenticated sessions, RFC 6531 §4.3 for SMTPUTF8.
final class Protocol {
    private Protocol() {}

    static String name(Client client, MailParameters parameters) {
        Hello hello = client.hello();
        if (hello == null || !hello.extended()) {
            return "SMTP";
        }
        String base = parameters.smtpUtf8() ? "UTF8SMTP" : "ESMTP";
        String secured = client.tls() == null ? base : base + "S";
        return client.user() == null ? secured : secured + "A";
    }
}
