// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads {@code tls}, and the certificates and files that other objects name.
final class TlsReader {
    private final Section root;

    TlsReader(Section root) {
        this.root = root;
    }

    Settings.Tls tls() {
        Optional<Section> written = root.section("tls");
        if (written.isEmpty()) {
            return Settings.Tls.NONE;
        }
        Section section = written.get();
        Optional<Settings.Tls.Shown> first = shown(section);
        List<Settings.Tls.Shown> more = new ArrayList<>();
        if (section.has("certificates")) {
            for (Section one : section.sections("certificates")) {
                if (!one.has("certificate")) {
                    root.problems().error("missing-key", one.at(), one.name("certificate") + " is missing: the file of the certificate", "certificate = mx1.crt, key = mx1.key");
                }
                shown(one).ifPresent(more::add);
                one.finish();
            }
        }
        boolean requireTls = section.one("requiretls", Kind.FLAG).orElse(true);
        boolean waivable = section.one("tls-required-no", Kind.FLAG).orElse(true);
        section.finish();
        return new Settings.Tls(first.map(Settings.Tls.Shown::certificate).orElse(null), first.map(Settings.Tls.Shown::key).orElse(null), more, requireTls, waivable);
    }

    /// A certificate and its key, which are named together or not at all.
    static Optional<Settings.Tls.Shown> shown(Section section) {
        Path certificate = file(section, "certificate");
        Path key = file(section, "key");
        boolean half = section.has("certificate") != section.has("key");
        if (half) {
            String missing = section.has("key") ? "certificate" : "key";
            section.problems().error("missing-key", section.at(), section.name(missing) + " is missing: a certificate and its key are named together", missing + " = \"/etc/isthmus/tls." + (missing.equals("key") ? "key" : "crt") + "\"");
        }
        return certificate == null || key == null ? Optional.empty() : Optional.of(new Settings.Tls.Shown(certificate, key));
    }

    /// A file, which must be there; null if none is named.
    static @Nullable Path file(Section section, String key) {
        Optional<String> written = section.one(key, Kind.PATH);
        if (written.isEmpty()) {
            return null;
        }
        Path file = section.file(key, written.get());
        section.checkFile(key, file);
        return file;
    }
}
