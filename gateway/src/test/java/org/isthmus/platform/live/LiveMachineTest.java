// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveMachineTest {
    @TempDir
    Path folder;

    @Test
    void openDescriptorsAreCounted() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        LiveMachine machine = new LiveMachine();
        double before = machine.descriptors();
        assertThat(before).isBetween(0.0, 0.9);
        List<RandomAccessFile> files = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                files.add(new RandomAccessFile(folder.resolve("f" + i).toFile(), "rw"));
            }
            assertThat(machine.descriptors()).isGreaterThan(before);
        } finally {
            for (RandomAccessFile file : files) {
                file.close();
            }
        }
    }

    @Test
    void theHeapInUseIsAShareOfTheLargest() {
        assertThat(new LiveMachine().memory()).isBetween(0.0, 1.0);
    }
}
