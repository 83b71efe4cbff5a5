// SPDX-License-Identifier: Apache-2.0

/// The server, its command line and its tour. One runnable program; it exports nothing.
module org.isthmus.gateway {
    requires org.isthmus.standards;
    requires static org.jspecify;
    requires typesafe.config;
    requires info.picocli;
    requires org.dnsjava;
    requires org.bouncycastle.provider;
    requires org.slf4j;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires tools.jackson.databind;
    requires tools.jackson.core;
    requires java.management;
    requires java.net.http;
    requires jdk.net;
    requires jdk.unsupported;

    opens org.isthmus.cli to info.picocli;
}
