// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// The names that a certificate holds. RFC 9525: those of subjectAltName alone; a wildcard stands for one whole label, the first.
record CertificateNames(List<String> dns, List<String> addresses) {
    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    CertificateNames {
        dns = List.copyOf(dns);
        addresses = List.copyOf(addresses);
    }

    static CertificateNames of(X509Certificate certificate) {
        List<String> dns = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> one : all == null ? List.<List<?>>of() : all) {
                if (one.get(0) instanceof Integer kind && one.get(1) instanceof String text) {
                    if (kind == DNS) {
                        dns.add(text.toLowerCase(Locale.ROOT));
                    } else if (kind == ADDRESS) {
                        addresses.add(text);
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // Then it holds none.
        }
        return new CertificateNames(dns, addresses);
    }

    /// @param name of a host, or its address
    boolean hold(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String one : dns) {
            if (one.equals(lower) || (one.startsWith("*.") && matches(one, lower))) {
                return true;
            }
        }
        return !addresses.isEmpty() && isAddress(name) && addresses.stream().anyMatch(one -> same(one, name));
    }

    private static boolean matches(String wildcard, String name) {
        int dot = name.indexOf('.');
        // RFC 9525 §6.3: never across labels; a wildcard for all of a top-level domain is none.
        return dot > 0 && wildcard.indexOf('.', 2) > 0 && name.substring(dot).equals(wildcard.substring(1));
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static boolean same(String one, String other) {
        try {
            return InetAddress.ofLiteral(one).equals(InetAddress.ofLiteral(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// For people.
    String text() {
        List<String> all = new ArrayList<>(dns);
        all.addAll(addresses);
        return all.isEmpty() ? "no name" : String.join(", ", all);
    }
}
