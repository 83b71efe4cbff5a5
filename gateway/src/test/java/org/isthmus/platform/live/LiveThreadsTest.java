// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class LiveThreadsTest {
    private final LiveThreads threads = new LiveThreads();

    @Test
    void aChannelKeepsOrder() throws Exception {
        Channel<Integer> channel = threads.channel(3);
        channel.send(1);
        assertThat(channel.offer(2)).isTrue();
        channel.send(3);
        assertThat(channel.offer(4)).isFalse();
        assertThat(channel.size()).isEqualTo(3);
        assertThat(channel.receive()).isEqualTo(1);
        List<Integer> rest = new ArrayList<>();
        assertThat(channel.drainTo(rest, 10)).isEqualTo(2);
        assertThat(rest).containsExactly(2, 3);
        assertThat(channel.poll()).isNull();
        assertThat(channel.drainTo(rest, 10)).isZero();
    }

    @Test
    void aReceiveWithALimitComesBackEmpty() throws Exception {
        Channel<Integer> channel = threads.channel(1);
        assertThat(channel.receive(Duration.ZERO)).isNull();
        assertThat(channel.receive(Duration.ofMillis(2))).isNull();
        channel.send(7);
        assertThat(channel.receive(Duration.ofDays(1_000_000))).isEqualTo(7);
    }

    @Test
    void manySendersAndReceiversLoseNothing() throws Exception {
        Channel<Integer> channel = threads.channel(2);
        AtomicLong sum = new AtomicLong();
        List<Threads.Actor> actors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            actors.add(threads.start("sender", () -> times(1000, () -> channel.send(1))));
            actors.add(threads.start("receiver", () -> times(1000, () -> sum.addAndGet(channel.receive()))));
        }
        for (Threads.Actor actor : actors) {
            actor.join();
        }
        assertThat(sum).hasValue(8000);
        assertThat(channel.size()).isZero();
    }

    @Test
    void drainingWakesAllWhoWaitForRoom() throws Exception {
        Channel<Integer> channel = threads.channel(2);
        times(2, () -> channel.send(0));
        Threads.Actor one = threads.start("one", () -> times(1, () -> channel.send(1)));
        Threads.Actor two = threads.start("two", () -> times(1, () -> channel.send(2)));
        channel.drainTo(new ArrayList<>(), 2);
        one.join();
        two.join();
        assertThat(channel.size()).isEqualTo(2);
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        for (boolean own : new boolean[] {false, true}) {
            AtomicReference<String> ended = new AtomicReference<>("no");
            Channel<Integer> channel = threads.channel(1);
            Runnable body = () -> {
                try {
                    channel.receive();
                } catch (InterruptedException e) {
                    ended.set("interrupted");
                }
            };
            Threads.Actor actor = own ? threads.startOnOwnThread("waiter", body) : threads.start("waiter", body);
            actor.interrupt();
            actor.join();
            assertThat(ended).hasValue("interrupted");
        }
    }

    @Test
    void aFaultIsLoggedWithTheNameOfTheActor() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(LiveThreads.class);
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        logger.addAppender(seen);
        logger.setAdditive(false);
        threads.start("committer", () -> {
                    throw new IllegalStateException("broken invariant");
                })
                .join();
        logger.setAdditive(true);
        logger.detachAppender(seen);
        assertThat(seen.list).hasSize(1);
        assertThat(seen.list.getFirst().getFormattedMessage()).contains("committer");
        assertThat(seen.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("broken invariant");
    }

    @Test
    void aChannelHasRoom() {
        assertThatThrownBy(() -> threads.channel(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersLieBelowTheirBoundAndReachAllOfIt() {
        LiveEntropy entropy = new LiveEntropy();
        boolean[] seen = new boolean[7];
        for (int i = 0; i < 2000; i++) {
            seen[(int) entropy.below(7)] = true;
        }
        assertThat(seen).containsOnly(true);
        assertThat(entropy.below(1)).isZero();
        assertThat(entropy.below(Long.MAX_VALUE)).isNotNegative();
        assertThatThrownBy(() -> entropy.below(0)).isInstanceOf(IllegalArgumentException.class);
        byte[] first = new byte[16];
        byte[] second = new byte[16];
        entropy.fill(first);
        entropy.fill(second);
        assertThat(first).isNotEqualTo(second);
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static void times(int count, Step step) {
        try {
            for (int i = 0; i < count; i++) {
                step.run();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
