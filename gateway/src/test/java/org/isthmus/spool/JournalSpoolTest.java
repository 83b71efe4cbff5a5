// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.tracking.FactSink;
import org.isthmus.tracking.Facts;
import org.isthmus.transit.QueuedMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class JournalSpoolTest implements SpoolContract {
    private static final JournalSpool.Options SMALL = new JournalSpool.Options(4 << 20, Duration.ZERO, 1 << 20, 0);

    private final List<QueuedMessage> arrivals = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path folder;

    private final LivePlatform live = LivePlatform.open();
    private JournalSpool spool;

    @BeforeEach
    void open() throws IOException {
        Platform platform = live.platform();
        spool = JournalSpool.open(
                platform.disk(), platform.time(), platform.entropy(), platform.threads(), folder, arrivals::add, FactSink.NONE, Facts::encode, SMALL);
    }

    @AfterEach
    void close() throws IOException {
        spool.close();
        live.close();
    }

    @Override
    public Spool spool() {
        return spool;
    }

    @Override
    public Spool reopened() throws IOException {
        spool.close();
        open();
        return spool;
    }

    @Override
    public List<QueuedMessage> arrivals() {
        return arrivals;
    }
}
