// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.isthmus.dane.DaneCheck;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;

/// Judges a server's certificates by TLSA records.
final class DaneProof {
    private DaneProof() {}

    /// What the certificates prove. RFC 7672 §3.
    static TlsFacts.Proof judge(List<X509Certificate> chain, TlsDemand.Dane demand, Instant now) {
        return switch (DaneCheck.check(demand.records(), chain, demand.names(), now)) {
            case DaneCheck.Result.Match match -> new TlsFacts.Proof(true, "named by TLSA " + match.record().usage() + " " + match.record().selector() + " " + match.record().matching());
            case DaneCheck.Result.NothingUsable none -> TlsFacts.Proof.UNASKED;
            case DaneCheck.Result.Mismatch miss -> new TlsFacts.Proof(false, miss.why());
            case DaneCheck.Result.WrongName wrong -> new TlsFacts.Proof(false, wrong.why());
            case DaneCheck.Result.OutOfTime out -> new TlsFacts.Proof(false, out.why());
        };
    }
}
