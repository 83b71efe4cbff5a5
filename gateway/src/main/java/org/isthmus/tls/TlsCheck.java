// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What an operator should know about the certificates that listeners show: that one is of our own making, cannot be used, is out of its time or soon will be, or does not
/// hold our name. Files are read.
public final class TlsCheck {
    private static final String ID = "certificate";
    private static final Duration SOON = Duration.ofDays(14);

    private final Settings settings;
    private final Disk disk;
    private final Instant now;
    private final List<Problem> found = new ArrayList<>();
    private final Set<List<Settings.Tls.Shown>> seen = new HashSet<>();

    private TlsCheck(Settings settings, Disk disk, Instant now) {
        this.settings = settings;
        this.disk = disk;
        this.now = now;
    }

    /// Everything there is to say.
    public static List<Problem> check(Settings settings, Disk disk, Instant now) {
        TlsCheck check = new TlsCheck(settings, disk, now);
        settings.listeners().stream().filter(one -> one.tls() != Settings.Listener.Tls.OFF).forEach(check::listener);
        return List.copyOf(check.found);
    }

    private void listener(Settings.Listener listener) {
        boolean selfMade = listener.certificate() == null && settings.tls().all().isEmpty();
        List<Settings.Tls.Shown> shown = ServerTls.shown(listener, settings);
        if (!seen.add(shown)) {
            return;
        }
        SourceLine at = listener.certificate() == null && !selfMade ? settings.place("tls.certificate") : listener.at();
        if (selfMade) {
            found.add(Problem.warning(ID, at, "listeners." + listener.name() + " shows a certificate of our own making (" + shown.getFirst().certificate()
                    + "): mail is not read on the way, but nobody can tell that this is " + settings.connector().hostname().text(), "tls { certificate = PATH, key = PATH }"));
            return;
        }
        List<X509Certificate> usable = new ArrayList<>();
        for (Settings.Tls.Shown one : shown) {
            try {
                X509Certificate certificate = ShownIdentity.read(disk, one).chain().getFirst();
                usable.add(certificate);
                dates(certificate, one, at);
            } catch (IOException e) {
                found.add(Problem.error(ID, at, e.getMessage() == null ? e.toString() : e.getMessage(), null));
            }
        }
        names(usable, shown, at);
    }

    private void dates(X509Certificate certificate, Settings.Tls.Shown shown, @Nullable SourceLine at) {
        String trouble = Trust.dates(certificate, now);
        if (trouble == null && now.plus(SOON).isAfter(certificate.getNotAfter().toInstant())) {
            trouble = "expires at " + certificate.getNotAfter().toInstant();
        }
        if (trouble != null) {
            found.add(Problem.warning(ID, at, "the certificate " + shown.certificate() + " " + trouble, null));
        }
    }

    private void names(List<X509Certificate> usable, List<Settings.Tls.Shown> shown, @Nullable SourceLine at) {
        String name = settings.connector().hostname().ascii();
        if (!usable.isEmpty() && usable.stream().noneMatch(certificate -> CertificateNames.of(certificate).hold(name))) {
            found.add(Problem.warning(ID, at, "the certificate " + shown.getFirst().certificate() + " is for " + CertificateNames.of(usable.getFirst()).text() + ", and connector.hostname is " + name
                    + ": clients that check it will turn away", null));
        }
    }
}
