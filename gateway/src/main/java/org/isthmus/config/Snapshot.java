// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// One version of the configuration, immutable. Tables that rooms compile from it live and die with it.
public final class Snapshot {
    private final long version;
    private final Settings settings;
    private final Map<Class<?>, Object> compiled = new ConcurrentHashMap<>();

    public Snapshot(long version, Settings settings) {
        this.version = version;
        this.settings = settings;
    }

    /// Counts reloads, from 1.
    public long version() {
        return version;
    }

    public Settings settings() {
        return settings;
    }

    /// What a room made of these settings; made at the first call and kept. {@code make} must be a pure function of the settings and quick.
    public <T> T compiled(Class<T> kind, Function<Settings, T> make) {
        Object table = compiled.get(kind);
        if (table == null) {
            table = compiled.computeIfAbsent(kind, k -> make.apply(settings));
        }
        return kind.cast(table);
    }
}
