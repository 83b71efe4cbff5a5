// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import java.nio.file.Path;
import org.isthmus.platform.Disk;
import org.isthmus.platform.live.LivePlatform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The real disk keeps the same contract as the simulated one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveDiskTest implements DiskContract {
    private final LivePlatform live = LivePlatform.open();

    @TempDir
    private Path folder;

    @Override
    public Disk disk() {
        return live.platform().disk();
    }

    @Override
    public Path folder() {
        return folder;
    }

    @AfterAll
    void close() {
        live.close();
    }
}
