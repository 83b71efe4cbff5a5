// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.nio.file.Path;
import java.util.List;
import org.isthmus.dane.TlsaRecord;
import org.jspecify.annotations.Nullable;

/// How much TLS a delivery asks of one server. Equal demands may share a connection.
public sealed interface TlsDemand {
    /// None, even where it is offered.
    record Off() implements TlsDemand {}

    /// If it is offered, whatever the server shows; in the clear where it fails. RFC 7435.
    record Opportunistic() implements TlsDemand {}

    /// Never in the clear; whatever the server shows.
    record Required() implements TlsDemand {}

    /// Never in the clear, and with a certificate that an authority signed and that holds one of the names. RFC 9525.
    /// @param authorities a PEM file; none for those of the Java installation
    record Verify(List<String> names, @Nullable Path authorities) implements TlsDemand {
        public Verify {
            names = List.copyOf(names);
        }
    }

    /// As {@link Verify}, because an MTA-STS policy says so. RFC 8461 §4.1.
    /// @param names the server's name; the policy has been asked whether it is one of its exchangers
    /// @param policy what said so, for people
    /// @param authorities a PEM file; none for those of the Java installation
    record Sts(List<String> names, String policy, @Nullable Path authorities) implements TlsDemand {
        public Sts {
            names = List.copyOf(names);
        }
    }

    /// As much as another demand; how a policy would fare is told besides. So it is with MTA-STS in testing (RFC 8461 §5), and where the sender waived TLS (RFC 8689 §4.2.2).
    /// @param asked what is asked
    /// @param policy by which the certificate is judged too; that stops nothing
    /// @param named whether the policy names the server
    record Testing(TlsDemand asked, TlsDemand policy, boolean named) implements TlsDemand {}

    /// With a certificate that DNS names, the answer being secure. RFC 7672.
    /// @param records all that are usable; with none, TLS is asked but nothing is checked (RFC 7672 §2.2)
    /// @param names that a certificate of usage 2 may hold; the first is asked for by SNI
    record Dane(List<TlsaRecord> records, List<String> names) implements TlsDemand {
        public Dane {
            records = List.copyOf(records);
            names = List.copyOf(names);
        }
    }

    /// Whether mail must not go in the clear.
    default boolean binding() {
        return switch (this) {
            case Off off -> false;
            case Opportunistic opportunistic -> false;
            case Required required -> true;
            case Verify verify -> true;
            case Sts sts -> true;
            case Testing testing -> testing.asked().binding();
            case Dane dane -> true;
        };
    }

    /// In a trace.
    default String text() {
        return switch (this) {
            case Off off -> "off";
            case Opportunistic opportunistic -> "opportunistic";
            case Required required -> "required";
            case Verify verify -> "verify " + String.join(", ", verify.names());
            case Sts sts -> "MTA-STS " + String.join(", ", sts.names());
            case Testing testing -> testing.asked().text() + ", watching " + testing.policy().text();
            case Dane dane -> "DANE with " + dane.records().size() + " TLSA records";
        };
    }
}
