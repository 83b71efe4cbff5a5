// SPDX-License-Identifier: Apache-2.0

/// What the mail standards say: grammars, records, verification. Pure functions of their arguments;
/// nothing here opens a socket or a file, starts a thread or reads a clock.
module org.isthmus.standards {
    requires static transitive org.jspecify;

    exports org.isthmus.address;
    exports org.isthmus.dane;
    exports org.isthmus.dkim;
    exports org.isthmus.dns;
    exports org.isthmus.dsn;
    exports org.isthmus.message;
    exports org.isthmus.mtasts;
    exports org.isthmus.proxy;
    exports org.isthmus.sasl;
    exports org.isthmus.smtp;
    exports org.isthmus.syntax;
    exports org.isthmus.tlsrpt;
    exports org.isthmus.trace;
}
