// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.junit.jupiter.api.Test;

class CachingResolverTest {
    private final FakeTime time = new FakeTime();
    private final FakeResolver inner = new FakeResolver();
    private final CachingResolver cache = new CachingResolver(inner, time, new FakeThreads(), 100);

    @Test
    void anAnswerIsKeptForItsTtlWhichCountsDown() {
        inner.says(name -> found(60));
        assertThat(ttl(cache.mx("a.example"))).isEqualTo(Duration.ofSeconds(60));
        time.pass(Duration.ofSeconds(59));
        assertThat(ttl(cache.mx("A.Example"))).isEqualTo(Duration.ofSeconds(1));
        assertThat(inner.asked).hasSize(1);
        time.pass(Duration.ofSeconds(1));
        assertThat(ttl(cache.mx("a.example"))).isEqualTo(Duration.ofSeconds(60));
        assertThat(inner.asked).hasSize(2);
    }

    @Test
    void anAnswerWithoutTtlIsNotKept() {
        inner.says(name -> found(0));
        cache.mx("a.example");
        cache.mx("a.example");
        assertThat(inner.asked).hasSize(2);
    }

    @Test
    void longTtlsAreCut() {
        inner.says(name -> found(1_000_000));
        cache.mx("a.example");
        time.pass(Duration.ofDays(1));
        cache.mx("a.example");
        assertThat(inner.asked).hasSize(2);
        inner.says(name -> new Answer.NoSuchName<>(Duration.ofDays(2), false, "s"));
        cache.mx("b.example");
        time.pass(Duration.ofHours(3).minusSeconds(1));
        assertThat(cache.mx("b.example")).isEqualTo(new Answer.NoSuchName<>(Duration.ofSeconds(1), false, "s"));
        time.pass(Duration.ofSeconds(1));
        cache.mx("b.example");
        assertThat(inner.asked).hasSize(4);
    }

    @Test
    void negativeAnswersAreKept() {
        inner.says(name -> new Answer.NoData<>(Duration.ofSeconds(10), true, "s"));
        cache.mx("a.example");
        time.pass(Duration.ofSeconds(4));
        assertThat(cache.mx("a.example")).isEqualTo(new Answer.NoData<>(Duration.ofSeconds(6), true, "s"));
        assertThat(inner.asked).hasSize(1);
    }

    @Test
    void kindsAreKeptApart() {
        inner.says(name -> found(60));
        cache.mx("a.example");
        assertThat(cache.ipv4("a.example")).isInstanceOf(Answer.NoData.class);
        assertThat(cache.ipv6("a.example")).isInstanceOf(Answer.NoData.class);
        assertThat(cache.txt("a.example")).isInstanceOf(Answer.NoData.class);
        assertThat(cache.reverse(InetAddress.getLoopbackAddress())).isInstanceOf(Answer.NoData.class);
        assertThat(cache.mx("a.example")).isInstanceOf(Answer.Found.class);
    }

    @Test
    void aFailureIsKeptForHalfAMinute() {
        inner.says(name -> failed());
        cache.mx("a.example");
        time.pass(Duration.ofSeconds(29));
        assertThat(cache.mx("a.example")).isEqualTo(failed());
        assertThat(inner.asked).hasSize(1);
        time.pass(Duration.ofSeconds(1));
        cache.mx("a.example");
        assertThat(inner.asked).hasSize(2);
    }

    @Test
    void aDeadServerIsAskedNoMoreThanTwentyTimesASecond() {
        inner.says(name -> failed());
        for (int i = 0; i < 10_000; i++) {
            assertThat(cache.mx("d" + i + ".example")).isInstanceOf(Answer.Failed.class);
            time.pass(Duration.ofMillis(1));
        }
        assertThat(inner.asked.size()).isBetween(200, 20 + 10 * 20 + 1);
        inner.says(name -> found(60));
        time.pass(Duration.ofSeconds(1));
        assertThat(cache.mx("back.example")).isInstanceOf(Answer.Found.class);
        assertThat(cache.mx("again.example")).isInstanceOf(Answer.Found.class);
    }

    @Test
    void theMemoryIsBoundedAndForgetsWhatWasNotAskedForLongest() {
        inner.says(name -> found(3600));
        for (int i = 0; i < 100; i++) {
            cache.mx("d" + i + ".example");
        }
        cache.mx("d0.example");
        cache.mx("new.example");
        assertThat(inner.asked).hasSize(101);
        cache.mx("d0.example");
        assertThat(inner.asked).hasSize(101);
        cache.mx("d1.example");
        assertThat(inner.asked).hasSize(102);
    }

    @Test
    void flushForgets() {
        inner.says(name -> found(3600));
        cache.mx("a.example");
        cache.flush();
        cache.mx("a.example");
        assertThat(inner.asked).hasSize(2);
    }

    @Test
    void whatWasAskedBeforeAFlushIsNotKept() {
        inner.says(name -> {
            cache.flush();
            return found(3600);
        });
        cache.mx("a.example");
        cache.mx("a.example");
        assertThat(inner.asked).hasSize(2);
    }

    @Test
    void whoAsksWhileItIsBeingAskedGetsTheSameAnswer() {
        // The second caller arrives while the first one is in the inner resolver. Its wait is a channel, in which the first one
        // must have put the answer by the time it is back.
        List<Channel<?>> waits = new ArrayList<>();
        FakeThreads threads = new FakeThreads() {
            @Override
            public <T> Channel<T> channel(int capacity) {
                Channel<T> channel = super.channel(capacity);
                waits.add(channel);
                return channel;
            }
        };
        CachingResolver[] shared = new CachingResolver[1];
        shared[0] = new CachingResolver(inner, time, threads, 100);
        inner.says(name -> {
            if (waits.isEmpty()) {
                assertThat(shared[0].mx("a.example")).isEqualTo(new Answer.Failed<>("interrupted while waiting for DNS", "cache"));
                assertThat(Thread.interrupted()).isTrue();
            }
            return found(0);
        });
        assertThat(shared[0].mx("a.example")).isEqualTo(found(0));
        assertThat(inner.asked).hasSize(1);
        assertThat(waits).hasSize(1);
        assertThat(waits.getFirst().poll()).isEqualTo(found(0));
    }

    @Test
    void afterAFaultTheQuestionCanBeAskedAgain() {
        inner.says(name -> {
            throw new IllegalStateException("crash");
        });
        try {
            cache.mx("a.example");
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("crash");
        }
        inner.says(name -> found(5));
        assertThat(cache.mx("a.example")).isEqualTo(found(5));
    }

    private static Answer<DnsRecord.Mx> found(long seconds) {
        return new Answer.Found<>(List.of(new DnsRecord.Mx(10, "mx.example")), Duration.ofSeconds(seconds), true, "s");
    }

    private static Answer<DnsRecord.Mx> failed() {
        return new Answer.Failed<>("SERVFAIL", "s");
    }

    private static Duration ttl(Answer<?> answer) {
        return answer instanceof Answer.Found<?> found ? found.ttl() : Duration.ofSeconds(-1);
    }

    private static final class FakeResolver implements Resolver {
        final List<String> asked = new ArrayList<>();
        private Function<String, Answer<DnsRecord.Mx>> answer = name -> failed();

        void says(Function<String, Answer<DnsRecord.Mx>> next) {
            answer = next;
        }

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            asked.add(name);
            return answer.apply(name);
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            return new Answer.NoData<>(Duration.ZERO, false, "s");
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            return new Answer.NoData<>(Duration.ZERO, false, "s");
        }

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            return new Answer.NoData<>(Duration.ZERO, false, "s");
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            return new Answer.NoData<>(Duration.ZERO, false, "s");
        }
    }

    private static final class FakeTime implements Time {
        private Duration elapsed = Duration.ofDays(3);

        void pass(Duration duration) {
            elapsed = elapsed.plus(duration);
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plus(elapsed);
        }

        @Override
        public Duration elapsed() {
            return elapsed;
        }

        @Override
        public void sleep(Duration duration) {
            pass(duration);
        }
    }

    private static class FakeThreads implements Threads {
        @Override
        public Actor start(String name, Runnable body) {
            throw new UnsupportedOperationException("a cache starts nothing");
        }

        @Override
        public Actor startOnOwnThread(String name, Runnable body) {
            throw new UnsupportedOperationException("a cache starts nothing");
        }

        @Override
        public <T> Channel<T> channel(int capacity) {
            return new OneThreadChannel<>();
        }
    }

    /// Where a real channel would wait, the one thread of this test is interrupted instead.
    private static final class OneThreadChannel<T> implements Channel<T> {
        private final Queue<T> elements = new ArrayDeque<>();

        @Override
        public void send(T element) {
            elements.add(element);
        }

        @Override
        public boolean offer(T element) {
            return elements.add(element);
        }

        @Override
        public T receive() throws InterruptedException {
            if (elements.isEmpty()) {
                throw new InterruptedException();
            }
            return elements.remove();
        }

        @Override
        public T receive(Duration limit) throws InterruptedException {
            return receive();
        }

        @Override
        public T poll() {
            return elements.poll();
        }

        @Override
        public int drainTo(Collection<? super T> into, int most) {
            throw new UnsupportedOperationException("not used");
        }

        @Override
        public int size() {
            return elements.size();
        }
    }
}
