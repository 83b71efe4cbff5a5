// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.directory.OperatorFiles;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.jspecify.annotations.Nullable;

/// Predictions for a machine that has the address 203.0.113.7, without files.
final class Predictions {
    private static final Platform LIVE = LivePlatform.open(List::of).platform();
    static final Duration LIMIT = Duration.ofSeconds(2);

    private Predictions() {}

    static Prediction of(Settings settings, @Nullable Resolver dns) {
        return of(settings, dns, new OperatorFiles(), KnownForwards.NONE);
    }

    static Prediction of(Settings settings, @Nullable Resolver dns, OperatorFiles files, KnownForwards known) {
        SiteIdentity identity = SiteIdentity.of(settings, Map.of(), List.of(InetAddress.ofLiteral("203.0.113.7")));
        Predictor predictor = new Predictor(new Snapshot(1, settings), identity, new FileDirectory(files, files), known);
        return dns == null ? predictor.withoutDns() : predictor.withDns(dns, LIVE, LIMIT);
    }
}
