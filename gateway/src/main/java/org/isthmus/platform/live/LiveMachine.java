// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.platform.Machine;

/// The process as the JVM and Linux's `/proc` see it. Elsewhere descriptors are not known.
final class LiveMachine implements Machine {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String OPEN_FILES = "Max open files";
    /// From this share on a collection is asked for now and then: what a past one left may be long dead.
    private static final double SCARCE = 0.8;
    private static final long BETWEEN_COLLECTIONS = 30_000_000_000L;

    private final List<MemoryPoolMXBean> heap =
            ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP).toList();
    private final long descriptorLimit = descriptorLimit();
    private long collected = System.nanoTime();

    @Override
    public double memory() {
        long used = 0;
        long left = 0;
        for (MemoryPoolMXBean pool : heap) {
            MemoryUsage now = pool.getUsage();
            MemoryUsage after = pool.getCollectionUsage();
            used += now == null ? 0 : now.getUsed();
            left += after == null ? 0 : after.getUsed();
        }
        double share = (double) Math.min(used, left) / Runtime.getRuntime().maxMemory();
        if (share >= SCARCE && System.nanoTime() - collected > BETWEEN_COLLECTIONS) {
            collected = System.nanoTime();
            System.gc();
        }
        return share;
    }

    @Override
    public double descriptors() {
        if (descriptorLimit == 0) {
            return 0;
        }
        long open = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path one : all) {
                open++;
            }
        } catch (IOException e) {
            // None is left to look with.
            return 1;
        }
        return (double) open / descriptorLimit;
    }

    private static long descriptorLimit() {
        try {
            for (String line : Files.readString(LIMITS, StandardCharsets.US_ASCII).split("\n")) {
                if (line.startsWith(OPEN_FILES)) {
                    return Long.parseLong(line.substring(OPEN_FILES.length()).strip().split(" ")[0]);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Not Linux, or no limit.
        }
        return 0;
    }
}
