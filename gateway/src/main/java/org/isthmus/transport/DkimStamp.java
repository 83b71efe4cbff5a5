// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Cidr;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.dkim.BodyHash;
import org.isthmus.dkim.Canonical;
import org.isthmus.dkim.DkimKey;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signs mail of our domains as it leaves (RFC 6376), beside what another stamp writes.
///
/// Signed is what goes outward, whose one author is in a domain with keys, and that is ours: a report, or from an authenticated user or a trusted network. What strangers send in our
/// name is not. One signature a key. A key that cannot be used costs the signature and is told in the log; it never costs the mail.
public final class DkimStamp implements Stamp {
    private static final Logger LOG = LoggerFactory.getLogger(DkimStamp.class);
    private static final int LARGEST_KEY = 64 * 1024;
    private static final int LARGEST_HEADER = 1 << 20;

    private final Stamp inner;
    private final LiveConfig config;
    private final Disk disk;
    private final Time time;
    private final Map<Path, Loaded> keys = new ConcurrentHashMap<>();

    private record Loaded(Optional<Disk.Facts> facts, Optional<DkimKey> key) {}

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
        this.disk = disk;
        this.time = time;
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
            key(one.key()).ifPresent(key -> fields.append(new DkimSigner(domain, one.selector(), key, Canonical.RELAXED, Canonical.RELAXED).sign(header, sum, time.now())));
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

    /// Read again when the file changes.
    private Optional<DkimKey> key(Path file) {
        Loaded known = keys.get(file);
        try {
            Optional<Disk.Facts> facts = disk.facts(file);
            if (known != null && known.facts.equals(facts)) {
                return known.key;
            }
            Loaded fresh = new Loaded(facts, read(file));
            keys.put(file, fresh);
            return fresh.key;
        } catch (IOException e) {
            LOG.error("the DKIM key {} cannot be read; mail goes without its signature: {}", file, e.toString());
            return known == null ? Optional.empty() : known.key;
        }
    }

    private Optional<DkimKey> read(Path file) throws IOException {
        try (Disk.File open = disk.openToRead(file)) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST_KEY));
            open.read(octets, 0);
            return Optional.of(DkimKey.pem(new String(octets.array(), 0, octets.position(), StandardCharsets.US_ASCII)));
        } catch (SyntaxProblem e) {
            LOG.error("the DKIM key {} cannot be used; mail goes without its signature: {}", file, e.getMessage());
            return Optional.empty();
        }
    }
}
