// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A mail program that others wrote, and what it can of what we can.
interface MailClient {
    /// What both may use.
    enum Extension {
        PIPELINING("PIPELINING"),
        CHUNKING("CHUNKING"),
        EIGHT_BIT("8BITMIME"),
        SMTPUTF8("SMTPUTF8"),
        DSN("DSN"),
        SIZE("SIZE");

        final String keyword;

        Extension(String keyword) {
            this.keyword = keyword;
        }
    }

    String name();

    Set<Errand.Way> ways();

    /// By which it can log in, in the order of the table.
    List<String> mechanisms();

    /// Whether it can show a certificate.
    boolean showsCertificates();

    /// What it uses of itself, or when it is told to.
    Set<Extension> extensions();

    /// Whether it sends mail: one that only logs in has nothing else to show.
    default boolean sends() {
        return true;
    }

    /// Does it.
    /// @param folder for files that it needs
    /// @return exit 0 if the server has taken all of it, and what it printed
    Running.Result run(Path folder, Errand errand) throws Exception;
}
