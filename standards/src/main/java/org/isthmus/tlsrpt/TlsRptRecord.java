// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What stands at {@code _smtp._tls.DOMAIN}: where reports are wanted. RFC 8460 §3.
///
/// @param destinations {@code mailto:} and {@code https:}, in order, at least one
public record TlsRptRecord(List<URI> destinations) {
    private static final String VERSION = "v=TLSRPTv1";
    private static final int MOST = 10;

    public TlsRptRecord {
        destinations = List.copyOf(destinations);
    }

    /// The record among the TXT records of the name; none if there is none, more than one, or one without a place that we can reach.
    public static Optional<TlsRptRecord> of(List<String> texts) {
        List<String> ours = texts.stream().filter(text -> text.startsWith(VERSION) && text.substring(VERSION.length()).stripLeading().startsWith(";")).toList();
        return ours.size() == 1 ? parse(ours.getFirst()) : Optional.empty();
    }

    /// The address of a {@code mailto:} place; the first if it names several, what is asked of the header is left out. RFC 6068 §2. Empty for other places.
    public static Optional<String> address(URI place) {
        if (!"mailto".equalsIgnoreCase(place.getScheme())) {
            return Optional.empty();
        }
        String raw = place.getRawSchemeSpecificPart();
        int end = raw.indexOf('?');
        String first = (end < 0 ? raw : raw.substring(0, end)).split(",", 2)[0];
        return first.isBlank() ? Optional.empty() : Optional.of(URI.create("mailto:" + first).getSchemeSpecificPart().strip());
    }

    private static Optional<TlsRptRecord> parse(String text) {
        List<URI> destinations = new ArrayList<>();
        for (String field : text.substring(text.indexOf(';') + 1).split(";")) {
            String one = field.strip();
            if (!one.startsWith("rua")) {
                continue;
            }
            String behind = one.substring(3).stripLeading();
            for (String uri : behind.startsWith("=") ? behind.substring(1).split(",") : new String[0]) {
                place(uri.strip()).filter(place -> destinations.size() < MOST).ifPresent(destinations::add);
            }
        }
        return destinations.isEmpty() ? Optional.empty() : Optional.of(new TlsRptRecord(destinations));
    }

    private static Optional<URI> place(String text) {
        try {
            URI uri = new URI(text);
            boolean known = address(uri).isPresent() || ("https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null);
            return known ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
