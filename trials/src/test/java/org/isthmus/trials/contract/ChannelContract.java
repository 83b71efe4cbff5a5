// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads.Actor;
import org.junit.jupiter.api.Test;

/// What every {@link Channel} and every {@link Actor} does.
public interface ChannelContract extends PlatformContract {

    @Test
    default void keepsTheOrder() throws Exception {
        in(p -> {
            Channel<Integer> channel = p.threads().channel(3);
            p.threads().start("sender", () -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        channel.send(i);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(channel.receive()).isEqualTo(i);
            }
        });
    }

    @Test
    default void holdsNoMoreThanItsCapacity() throws Exception {
        in(p -> {
            Channel<String> channel = p.threads().channel(2);
            assertThat(channel.offer("a")).isTrue();
            channel.send("b");
            assertThat(channel.offer("c")).isFalse();
            assertThat(channel.size()).isEqualTo(2);
            assertThat(channel.poll()).isEqualTo("a");
            assertThat(channel.offer("c")).isTrue();
            assertThat(channel.poll()).isEqualTo("b");
            assertThat(channel.poll()).isEqualTo("c");
            assertThat(channel.poll()).isNull();
            assertThat(channel.size()).isZero();
        });
    }

    @Test
    default void refusesACapacityBelowOne() throws Exception {
        in(p -> assertThatThrownBy(() -> p.threads().channel(0)).isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    default void receiveWithALimitGivesUpAfterIt() throws Exception {
        in(p -> {
            Channel<String> channel = p.threads().channel(1);
            Duration before = p.time().elapsed();
            assertThat(channel.receive(Duration.ofMillis(30))).isNull();
            assertThat(p.time().elapsed().minus(before)).isGreaterThanOrEqualTo(Duration.ofMillis(29));
            assertThat(channel.receive(Duration.ZERO)).isNull();
            assertThat(channel.receive(Duration.ofSeconds(-1))).isNull();
            channel.send("there");
            assertThat(channel.receive(Duration.ZERO)).isEqualTo("there");
            channel.send("and there");
            assertThat(channel.receive(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("and there");
        });
    }

    @Test
    default void receiveWithALimitTakesWhatComesInTime() throws Exception {
        in(p -> {
            Channel<String> channel = p.threads().channel(1);
            p.threads().start("sender", () -> assertThat(channel.offer("in time")).isTrue());
            assertThat(channel.receive(Duration.ofHours(1))).isEqualTo("in time");
        });
    }

    @Test
    default void drainsAtMostSoMany() throws Exception {
        in(p -> {
            Channel<Integer> channel = p.threads().channel(10);
            for (int i = 0; i < 5; i++) {
                channel.send(i);
            }
            List<Integer> into = new ArrayList<>(List.of(-1));
            assertThat(channel.drainTo(into, 0)).isZero();
            assertThat(channel.drainTo(into, 3)).isEqualTo(3);
            assertThat(channel.drainTo(into, 100)).isEqualTo(2);
            assertThat(channel.drainTo(into, 100)).isZero();
            assertThat(into).containsExactly(-1, 0, 1, 2, 3, 4);
        });
    }

    @Test
    default void drainingMakesRoomForAllWhoWaitToSend() throws Exception {
        in(p -> {
            Channel<Integer> channel = p.threads().channel(3);
            List<Actor> senders = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int number = i;
                senders.add(p.threads().start("sender " + i, () -> {
                    try {
                        channel.send(number);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            List<Integer> got = new ArrayList<>();
            while (got.size() < 6) {
                got.add(channel.receive());
                channel.drainTo(got, 10);
            }
            for (Actor sender : senders) {
                sender.join();
            }
            assertThat(got).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
        });
    }

    @Test
    default void eachElementIsReceivedOnce() throws Exception {
        in(p -> {
            Channel<Integer> channel = p.threads().channel(2);
            AtomicInteger sum = new AtomicInteger();
            AtomicInteger count = new AtomicInteger();
            List<Actor> actors = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                actors.add(p.threads().start("sender " + i, () -> {
                    try {
                        for (int j = 0; j < 25; j++) {
                            channel.send(number * 25 + j);
                        }
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }));
                actors.add(p.threads().start("receiver " + i, () -> {
                    try {
                        for (int j = 0; j < 25; j++) {
                            sum.addAndGet(channel.receive());
                            count.incrementAndGet();
                        }
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            for (Actor actor : actors) {
                actor.join();
            }
            assertThat(count.get()).isEqualTo(100);
            assertThat(sum.get()).isEqualTo(99 * 100 / 2);
        });
    }

    @Test
    default void anInterruptEndsAWait() throws Exception {
        in(p -> {
            Channel<String> empty = p.threads().channel(1);
            Channel<String> full = p.threads().channel(1);
            full.send("x");
            List<String> ended = new ArrayList<>();
            for (Interruptible wait : List.<Interruptible>of(empty::receive, () -> empty.receive(Duration.ofHours(1)), () -> full.send("y"), () -> p.time().sleep(Duration.ofHours(1)))) {
                Channel<String> done = p.threads().channel(1);
                Actor actor = p.threads().start("waits", () -> {
                    try {
                        wait.run();
                        done.offer("went on");
                    } catch (InterruptedException e) {
                        done.offer("interrupted, mark " + Thread.currentThread().isInterrupted());
                    }
                });
                p.time().sleep(Duration.ofMillis(5));
                actor.interrupt();
                ended.add(done.receive());
            }
            assertThat(ended).containsOnly("interrupted, mark false").hasSize(4);
            assertThat(full.poll()).isEqualTo("x");
            assertThat(full.poll()).isNull();
        });
    }

    /// A wait that an interrupt ends.
    @FunctionalInterface
    interface Interruptible {
        void run() throws InterruptedException;
    }

    @Test
    default void anInterruptBeforeTheWaitEndsItToo() throws Exception {
        in(p -> {
            Channel<String> channel = p.threads().channel(1);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> channel.receive(Duration.ofHours(1))).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            channel.send("x");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> channel.send("y")).isInstanceOf(InterruptedException.class);
            assertThat(channel.poll()).isEqualTo("x");
        });
    }

    @Test
    default void anInterruptedMarkDoesNotKeepFromWhatNeverWaits() throws Exception {
        in(p -> {
            Channel<String> channel = p.threads().channel(1);
            Thread.currentThread().interrupt();
            assertThat(channel.offer("x")).isTrue();
            assertThat(channel.poll()).isEqualTo("x");
            assertThat(channel.poll()).isNull();
            assertThat(channel.drainTo(new ArrayList<>(), 5)).isZero();
            assertThat(Thread.interrupted()).isTrue();
        });
    }

    @Test
    default void anInterruptedReceiverLosesNothing() throws Exception {
        in(p -> {
            Channel<Integer> channel = p.threads().channel(1);
            AtomicInteger received = new AtomicInteger();
            List<Actor> receivers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                receivers.add(p.threads().start("receiver " + i, () -> {
                    try {
                        while (true) {
                            channel.receive();
                            received.incrementAndGet();
                        }
                    } catch (InterruptedException e) {
                        // As told.
                    }
                }));
            }
            for (int i = 0; i < 30; i++) {
                channel.send(i);
                if (i == 10 || i == 20) {
                    receivers.get(i / 20).interrupt();
                }
            }
            receivers.get(0).join();
            receivers.get(1).join();
            while (channel.size() > 0) {
                p.time().sleep(Duration.ofMillis(1));
            }
            p.time().sleep(Duration.ofMillis(20));
            receivers.get(2).interrupt();
            receivers.get(2).join();
            assertThat(received.get()).isEqualTo(30);
        });
    }

    @Test
    default void joinWaitsForTheEnd() throws Exception {
        in(p -> {
            AtomicReference<String> state = new AtomicReference<>("before");
            for (boolean own : new boolean[] {false, true}) {
                Runnable body = () -> {
                    try {
                        p.time().sleep(Duration.ofMillis(10));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    state.set("done " + own);
                };
                Actor actor = own ? p.threads().startOnOwnThread("one", body) : p.threads().start("one", body);
                actor.join();
                assertThat(state.get()).isEqualTo("done " + own);
                actor.join();
                actor.interrupt();
            }
        });
    }

    @Test
    default void joinCanBeInterrupted() throws Exception {
        in(p -> {
            Channel<String> never = p.threads().channel(1);
            Channel<String> done = p.threads().channel(1);
            Actor sleeper = p.threads().start("sleeper", () -> {
                try {
                    never.receive();
                } catch (InterruptedException e) {
                    // As told.
                }
            });
            Actor joiner = p.threads().start("joiner", () -> {
                try {
                    sleeper.join();
                    done.offer("joined");
                } catch (InterruptedException e) {
                    done.offer("interrupted");
                }
            });
            p.time().sleep(Duration.ofMillis(5));
            joiner.interrupt();
            assertThat(done.receive()).isEqualTo("interrupted");
            sleeper.interrupt();
            sleeper.join();
        });
    }
}
