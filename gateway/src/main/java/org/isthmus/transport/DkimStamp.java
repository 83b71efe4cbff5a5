// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Cidr;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.dkim.BodyHash;
import org.isthmus.dkim.Canonical;
import org.isthmus.dkim.DkimSigner;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.message.HeaderReader;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Content;
import org.isthmus.transit.Origin;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;

/// Signs mail of our domains as it leaves (RFC 6376), beside what another stamp writes.
///
/// Signed is what goes outward, whose one author is in a domain with keys, and that is ours: a report, or from an authenticated user or a trusted network. What strangers send in our
/// name is not. One signature a key. A key that cannot be used costs the signature and is told in the log; it never costs the mail.
public final class DkimStamp implements Stamp {
    private static final int LARGEST_HEADER = 1 << 20;

    private final Stamp inner;
    private final LiveConfig config;
    private final Time time;
    private final DkimKeys keys;

    /// Which domain signs with what; made once a configuration.
    private record Signers(Map<Domain, List<Settings.Dkim>> byDomain) {
        static Signers of(Settings settings) {
            Map<Domain, List<Settings.Dkim>> byDomain = new HashMap<>();
            for (Settings.SiteDomain domain : settings.domains()) {
                if (domain.name() instanceof Settings.DomainPattern.Exact exact && !domain.dkim().isEmpty()) {
                    byDomain.put(exact.domain(), domain.dkim());
                }
            }
            return new Signers(byDomain);
        }
    }

    /// @param inner what writes the trace
    public DkimStamp(Stamp inner, LiveConfig config, Disk disk, Time time) {
        this.inner = inner;
        this.config = config;
        this.time = time;
        keys = new DkimKeys(disk);
    }

    @Override
    public Optional<Trace> trace(QueuedMessage message, Way way, int recipients) {
        return inner.trace(message, way, recipients);
    }

    @Override
    public String signature(QueuedMessage message, Way way, Content content) throws IOException {
        Map<Domain, List<Settings.Dkim>> signers = config.current().compiled(Signers.class, Signers::of).byDomain();
        if (signers.isEmpty() || way.inside() || message.facts().headerSize() > LARGEST_HEADER || !isOurs(message.origin())) {
            return "";
        }
        try (InputStream octets = content.open()) {
            byte[] head = octets.readNBytes(message.facts().headerSize());
            Header header = HeaderReader.read(head, 0, head.length);
            Domain author = author(header);
            List<Settings.Dkim> with = author == null ? List.of() : signers.getOrDefault(author, List.of());
            // A body that begins without the empty line is one that readers part in different ways.
            if (author == null || with.isEmpty() || octets.read() != '\r' || octets.read() != '\n') {
                return "";
            }
            return sign(author.ascii(), with, header, octets);
        }
    }

    private String sign(String domain, List<Settings.Dkim> with, Header header, InputStream body) throws IOException {
        BodyHash hash = new BodyHash(Canonical.RELAXED);
        byte[] buffer = new byte[16 * 1024];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            hash.feed(buffer, 0, count);
        }
        byte[] sum = hash.finish();
        StringBuilder fields = new StringBuilder();
        for (Settings.Dkim one : with) {
            keys.key(one.key()).ifPresent(key -> fields.append(new DkimSigner(domain, one.selector(), key, Canonical.RELAXED, Canonical.RELAXED).sign(header, sum, time.now())));
        }
        return fields.toString();
    }

    private boolean isOurs(Origin origin) {
        return switch (origin) {
            case Origin.Report report -> true;
            case Origin.Received(var client, var protocol) -> client.user() != null
                    || (client.remote().getAddress() != null && Cidr.anyContains(config.current().settings().trustedNetworks(), client.remote().getAddress()));
        };
    }

    /// Whether mail of ours with an author in the domain is signed: there is a key for it that can be used.
    public boolean signs(Domain domain) {
        return config.current().compiled(Signers.class, Signers::of).byDomain().getOrDefault(domain, List.of()).stream().anyMatch(one -> keys.key(one.key()).isPresent());
    }

    /// The domain of the one author; null if there is none, or more than one. RFC 6376 §5.4: From is what a reader sees.
    static @org.jspecify.annotations.Nullable Domain author(Header header) {
        List<HeaderField> fields = header.all("From");
        if (fields.size() != 1) {
            return null;
        }
        String text = fields.getFirst().text();
        int open = text.lastIndexOf('<');
        int close = text.lastIndexOf('>');
        String address = open >= 0 && close > open ? text.substring(open + 1, close) : text;
        boolean several = open != text.indexOf('<') || text.indexOf(',', Math.max(0, close)) >= 0;
        try {
            return !several && Mailbox.parse(address.strip()).host() instanceof Domain domain ? domain : null;
        } catch (SyntaxProblem e) {
            return null;
        }
    }
}
