// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Watched;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Files that are read again when they change.
class WatchedTest {
    private static final Path ONE = Path.of("/one");
    private static final Path TWO = Path.of("/two");

    /// The words of both files.
    private static final class Words implements Watched.Use<String> {
        private final Disk disk;
        final List<String> told = new ArrayList<>();
        int made;

        Words(Disk disk) {
            this.disk = disk;
        }

        @Override
        public String make(@Nullable String before) throws IOException {
            made++;
            String text = read(disk, ONE) + read(disk, TWO);
            if (text.contains("useless")) {
                throw new Watched.Useless("it is useless");
            }
            if (text.contains("bad")) {
                throw new IOException("it is bad");
            }
            return text;
        }

        @Override
        public void taken(String content, boolean again) {
            told.add((again ? "again " : "first ") + content);
        }

        @Override
        public void failed(String why, boolean again) {
            told.add(why + (again ? ", old one stays" : ", none"));
        }
    }

    private interface Body {
        void run(Platform platform, Words words) throws Exception;
    }

    private static void inWorld(Body body) {
        World world = new World(7);
        SimulatedHost host = world.host("host", "192.0.2.1");
        world.run(() -> {
            write(host.platform(), ONE, "a");
            write(host.platform(), TWO, "b");
            pass(host.platform(), 5000);
            body.run(host.platform(), new Words(host.platform().disk()));
        });
    }

    private static Watched<String> watched(Platform platform, Words words, Watched.Haste haste) {
        return new Watched<>(List.of(ONE, TWO), haste, platform.disk(), platform.time(), words);
    }

    private static void write(Platform platform, Path path, String text) throws IOException {
        platform.disk().delete(path);
        try (Disk.File file = platform.disk().create(path)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        }
    }

    private static String read(Disk disk, Path path) throws IOException {
        try (Disk.File file = disk.openToRead(path)) {
            ByteBuffer text = ByteBuffer.allocate((int) file.size());
            file.read(text, 0);
            return new String(text.array(), StandardCharsets.US_ASCII);
        }
    }

    private static void pass(Platform platform, int millis) throws InterruptedException {
        platform.time().sleep(Duration.ofMillis(millis));
    }

    @Test
    void anyOfTheFilesCounts() {
        inWorld((platform, words) -> {
            Watched<String> watched = watched(platform, words, Watched.Haste.WHEN_CALM);
            assertThat(watched.content()).isEqualTo("ab");
            write(platform, TWO, "c");
            pass(platform, 2500);
            assertThat(watched.content()).isEqualTo("ac");
            pass(platform, 2500);
            assertThat(watched.content()).isEqualTo("ac");
            assertThat(words.made).isEqualTo(2);
            assertThat(words.told).containsExactly("first ab", "again ac");
        });
    }

    @Test
    void whatIsStillBeingWrittenIsLeftAlone() {
        inWorld((platform, words) -> {
            Watched<String> watched = watched(platform, words, Watched.Haste.WHEN_CALM);
            watched.content();
            pass(platform, 2000);
            write(platform, ONE, "A");
            pass(platform, 500);
            assertThat(watched.content()).isEqualTo("ab");
            write(platform, TWO, "B");
            pass(platform, 800);
            assertThat(watched.content()).isEqualTo("ab");
            pass(platform, 1500);
            assertThat(watched.content()).isEqualTo("AB");
            assertThat(words.told).containsExactly("first ab", "again AB");
        });
    }

    @Test
    void inHasteItIsReadAtOnceAndOnceMoreWithoutAWord() {
        inWorld((platform, words) -> {
            Watched<String> watched = watched(platform, words, Watched.Haste.AT_ONCE);
            watched.content();
            pass(platform, 2000);
            write(platform, ONE, "A");
            pass(platform, 100);
            assertThat(watched.content()).isEqualTo("Ab");
            pass(platform, 5000);
            watched.content();
            pass(platform, 5000);
            watched.content();
            assertThat(words.made).isEqualTo(3);
            assertThat(words.told).containsExactly("first ab", "again Ab");
        });
    }

    @Test
    void whatCannotBeUsedDoesNotTakeThePlaceOfWhatCould() {
        inWorld((platform, words) -> {
            Watched<String> watched = watched(platform, words, Watched.Haste.WHEN_CALM);
            watched.content();
            for (String broken : List.of("bad", "useless")) {
                write(platform, ONE, broken);
                for (int i = 0; i < 3; i++) {
                    pass(platform, 2500);
                    assertThat(watched.content()).isEqualTo("ab");
                    assertThat(watched.trouble()).isEqualTo("it is " + broken);
                }
            }
            platform.disk().delete(ONE);
            pass(platform, 2500);
            assertThat(watched.content()).isEqualTo("ab");
            write(platform, ONE, "a");
            pass(platform, 2500);
            watched.content();
            assertThat(watched.trouble()).isNull();
            assertThat(words.told).containsExactly("first ab", "it is bad, old one stays", "it is useless, old one stays", "it does not exist, old one stays", "again ab");
            // What is bad may become good by itself, and is tried each time; what is useless waits for a change.
            assertThat(words.made).isEqualTo(1 + 3 + 1 + 1 + 1);
        });
    }

    @Test
    void whoComesWhileItIsReadForTheFirstTimeWaits() {
        inWorld((platform, words) -> {
            Watched<String> watched = watched(platform, words, Watched.Haste.WHEN_CALM);
            List<Threads.Actor> actors = new ArrayList<>();
            List<String> got = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                actors.add(platform.threads().start("asker", () -> got.add(String.valueOf(watched.content()))));
            }
            for (Threads.Actor actor : actors) {
                actor.join();
            }
            assertThat(got).hasSize(20).containsOnly("ab");
            assertThat(words.made).isEqualTo(1);
        });
    }

    @Test
    void whatNeverWasGoodIsNothingAndSaysWhy() {
        inWorld((platform, words) -> {
            platform.disk().delete(TWO);
            Watched<String> watched = watched(platform, words, Watched.Haste.WHEN_CALM);
            assertThat(watched.content()).isNull();
            assertThat(watched.trouble()).isEqualTo("it does not exist");
            write(platform, TWO, "b");
            pass(platform, 1500);
            assertThat(watched.content()).isEqualTo("ab");
            assertThat(words.told).containsExactly("it does not exist, none", "first ab");
        });
    }
}
