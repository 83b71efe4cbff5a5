// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.isthmus.address.Domain;
import org.isthmus.mtasts.StsPolicy;
import org.isthmus.platform.Disk;
import org.isthmus.syntax.SyntaxProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One file a domain, named by it: the id, the time, and the policy as it was written. A memory of the last thousand or so stands in front.
public final class StsFolder implements StsPolicies.StsFile {
    private static final Logger LOG = LoggerFactory.getLogger(StsFolder.class);
    private static final int MOST = 1000;

    private final Disk disk;
    private final Path folder;
    private final AtomicLong writes = new AtomicLong();
    private final Map<Domain, Optional<StsPolicies.Kept>> memory = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Domain, Optional<StsPolicies.Kept>> eldest) {
            return size() > MOST;
        }
    };

    /// @param folder made when the first policy is kept
    public StsFolder(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /// The same for reading alone: what is to be written is kept in memory.
    StsPolicies.StsFile untouched() {
        return new StsPolicies.StsFile() {
            private final Map<Domain, StsPolicies.Kept> fresh = new ConcurrentHashMap<>();

            @Override
            public Optional<StsPolicies.Kept> read(Domain domain) {
                return Optional.ofNullable(fresh.get(domain)).or(() -> StsFolder.this.read(domain));
            }

            @Override
            public void write(Domain domain, StsPolicies.Kept kept) {
                fresh.put(domain, kept);
            }
        };
    }

    @Override
    public Optional<StsPolicies.Kept> read(Domain domain) {
        synchronized (memory) {
            Optional<StsPolicies.Kept> known = memory.get(domain);
            if (known != null) {
                return known;
            }
        }
        Optional<StsPolicies.Kept> kept = load(domain);
        synchronized (memory) {
            memory.putIfAbsent(domain, kept);
        }
        return kept;
    }

    private Optional<StsPolicies.Kept> load(Domain domain) {
        try (Disk.File open = disk.openToRead(folder.resolve(domain.ascii()))) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), 2L * StsPolicy.MOST_OCTETS));
            open.read(octets, 0);
            String[] parts = new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8).split("\n", 3);
            return parts.length < 3 ? Optional.empty() : Optional.of(new StsPolicies.Kept(parts[0], Instant.parse(parts[1]), StsPolicy.parse(parts[2])));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | SyntaxProblem | DateTimeException e) {
            LOG.warn("the MTA-STS policy of {} that was kept cannot be read and is fetched anew: {}", domain, e.toString());
            return Optional.empty();
        }
    }

    @Override
    public void write(Domain domain, StsPolicies.Kept kept) {
        synchronized (memory) {
            memory.put(domain, Optional.of(kept));
        }
        String text = kept.id() + "\n" + kept.fetched() + "\n" + String.join("\n", kept.policy().lines()) + "\n";
        Path next = folder.resolve(".new-" + writes.incrementAndGet());
        try {
            disk.createFolders(folder);
            disk.replace(folder.resolve(domain.ascii()), next, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("the MTA-STS policy of {} cannot be kept across a restart: {}", domain, e.toString());
        }
    }
}
