// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.tracking.FactSink;
import org.isthmus.tracking.Facts;
import org.isthmus.transit.QueuedMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
        spool = open(folder, arrivals::add);
    }

    private JournalSpool open(Path at, Consumer<QueuedMessage> to) throws IOException {
        Platform platform = live.platform();
        return JournalSpool.open(platform.disk(), platform.time(), platform.entropy(), platform.threads(), at, to, FactSink.NONE, Facts::encode, SMALL);
    }

    @AfterEach
    void close() throws IOException {
        spool.close();
        live.close();
    }

    @Test
    void anInterruptDoesNotChangeWhatBecomesOfAMessage() throws IOException {
        Thread.currentThread().interrupt();
        Draft draft = spool.draft(0);
        assertThatThrownBy(() -> draft.commit(Samples.envelope(1), Samples.origin(), Samples.facts(new byte[0]), Samples.steps(1)))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        draft.close();
        assertThat(spool.ids()).isEmpty();
        assertThat(arrivals).isEmpty();
    }

    @Test
    void whoTakesArrivalsMayFail() throws IOException {
        try (JournalSpool other = open(folder.resolve("other"), message -> {
            throw new IllegalStateException("not now");
        })) {
            QueuedMessage message = SpoolContract.commit(other, 1, new byte[3]);
            assertThat(other.ids()).containsExactly(message.id());
        }
    }

    /// Two long-lived messages among thousands that come and go: the journal stays small, and reading one of them is not disturbed when it is copied to another segment.
    @Test
    void oldSegmentsAreEmptiedUnderTheReader() throws IOException {
        QueuedMessage small = SpoolContract.commit(spool, 2, Samples.content(500_000, 1));
        spool.settle(small.id(), Samples.settling(Samples.delivered(1)));
        QueuedMessage large = SpoolContract.commit(spool, 1, Samples.content(2_000_000, 2));
        try (InputStream in = spool.content(small.id()).open()) {
            byte[] first = in.readNBytes(10);
            for (int round = 0; round < 40; round++) {
                churn(20);
            }
            assertThat(first).isEqualTo(Samples.content(10, 1));
            assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(Samples.content(500_000, 1), 10, 500_000));
        }
        assertThat(SpoolContract.content(spool, small.id())).isEqualTo(Samples.content(500_000, 1));
        assertThat(spool.read(small.id()).states().get(1)).isEqualTo(Samples.delivered(1).state());
        assertThat(SpoolContract.content(reopened(), large.id())).isEqualTo(Samples.content(2_000_000, 2));
        try (Stream<Path> files = Files.list(folder.resolve("journal"))) {
            assertThat(files.count()).isLessThan(20);
        }
    }

    private void churn(int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            QueuedMessage message = SpoolContract.commit(spool, 1, Samples.content(200_000, i));
            spool.settle(message.id(), Samples.settling(Samples.delivered(0)));
        }
    }

    @Test
    void writersSideBySideAllGetTheirs() throws IOException, InterruptedException {
        List<Threads.Actor> actors = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int writer = i;
            actors.add(live.platform().threads().start("writer " + i, () -> {
                try {
                    for (int j = 0; j < 50; j++) {
                        QueuedMessage message = SpoolContract.commit(spool, 2, Samples.content(j * 100, writer));
                        spool.settle(message.id(), Samples.settling(Samples.delivered(0)));
                        if (j % 2 == 0) {
                            spool.settle(message.id(), Samples.settling(Samples.delivered(1)));
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        for (Threads.Actor actor : actors) {
            actor.join();
        }
        assertThat(arrivals).hasSize(800);
        assertThat(spool.ids()).hasSize(400);
        Spool again = reopened();
        assertThat(again.ids()).hasSize(400);
        for (QueuedMessage message : SpoolContract.replay(again)) {
            assertThat(message.states().getFirst()).isEqualTo(Samples.delivered(0).state());
        }
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
