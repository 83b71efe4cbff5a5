// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.isthmus.dane.DaneCheck;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;
import org.isthmus.transit.TlsRules.Trouble;

/// Judges a server's certificates by TLSA records.
final class DaneProof {
    private DaneProof() {}

    /// What the certificates prove. RFC 7672 §3.
    static TlsFacts.Proof judge(List<X509Certificate> chain, TlsDemand.Dane demand, Instant now) {
        return switch (DaneCheck.check(demand.records(), chain, demand.names(), now)) {
            case DaneCheck.Result.Match match -> TlsFacts.Proof.by("named by TLSA " + match.record().usage() + " " + match.record().selector() + " " + match.record().matching());
            case DaneCheck.Result.NothingUsable none -> TlsFacts.Proof.UNASKED;
            case DaneCheck.Result.Mismatch miss -> TlsFacts.Proof.none(Trouble.UNTRUSTED, miss.why());
            case DaneCheck.Result.WrongName wrong -> TlsFacts.Proof.none(Trouble.NAME, wrong.why());
            case DaneCheck.Result.OutOfTime out -> TlsFacts.Proof.none(Trouble.EXPIRED, out.why());
        };
    }
}
