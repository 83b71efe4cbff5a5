// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dane;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// One TLSA record. RFC 6698 §2.1, with the names of RFC 7218.
///
/// @param usage 2 DANE-TA or 3 DANE-EE; 0 and 1 are not for SMTP (RFC 7672 §3.1.3)
/// @param selector 0 the whole certificate, 1 its public key
/// @param matching 0 all of it, 1 SHA-256, 2 SHA-512
/// @param data lower-case hexadecimal digits
public record TlsaRecord(int usage, int selector, int matching, String data) {
    /// DANE-TA.
    public static final int ANCHOR = 2;
    /// DANE-EE.
    public static final int END = 3;

    /// Whether a client of SMTP can do anything with it. RFC 7672 §2.2, §3.1.3: others are as if they did not exist, except that they still ask for TLS.
    public boolean isUsable() {
        if ((usage != ANCHOR && usage != END) || selector < 0 || selector > 1 || data.isEmpty() || (data.length() & 1) != 0 || !isHex()) {
            return false;
        }
        return switch (matching) {
            case 0 -> true;
            case 1 -> data.length() == 64;
            case 2 -> data.length() == 128;
            default -> false;
        };
    }

    private boolean isHex() {
        return data.chars().allMatch(HexFormat::isHexDigit);
    }

    /// Those that count: usable, and of each usage and selector only the strongest digest beside whole ones. RFC 7671 §9.
    public static List<TlsaRecord> usable(List<TlsaRecord> records) {
        List<TlsaRecord> kept = new ArrayList<>();
        for (TlsaRecord one : records) {
            boolean weaker = one.matching == 1
                    && records.stream().anyMatch(other -> other.isUsable() && other.matching == 2 && other.usage == one.usage && other.selector == one.selector);
            if (one.isUsable() && !weaker && !kept.contains(one)) {
                kept.add(one);
            }
        }
        return kept;
    }

    @Override
    public String toString() {
        return usage + " " + selector + " " + matching + " " + data;
    }
}
