// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;

/// A resolver with a memory. Pure over the seams, so the simulated world uses it too.
///
/// - An answer is kept for its TTL, at most a day; a negative one at most three hours (RFC 2308 §5); a failure for half a minute. What is left of the
///   TTL is what a later caller is told.
/// - The same question asked by many at a time goes out once.
/// - A server that only fails is spared: after twenty failures in a row, twenty questions a second go out and the rest fail at once.
/// - At most 50,000 answers; those that were not asked for longest go first.
public final class CachingResolver implements Resolver {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration LONGEST_NEGATIVE = Duration.ofHours(3);
    private static final Duration FAILURE = Duration.ofSeconds(30);
    private static final int FAILURES_IN_A_ROW = 20;
    private static final Duration SPACING = Duration.ofMillis(50);

    private final Resolver inner;
    private final Time time;
    private final Threads threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Question, Kept> memory;
    private final Map<Question, List<Channel<Answer<?>>>> asking = new HashMap<>();
    private int failures;
    private long generation;
    private Duration nextQuestion = Duration.ZERO;

    public CachingResolver(Resolver inner, Time time, Threads threads) {
        this(inner, time, threads, 50_000);
    }

    CachingResolver(Resolver inner, Time time, Threads threads, int most) {
        this.inner = inner;
        this.time = time;
        this.threads = threads;
        this.memory = new LinkedHashMap<>(1024, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Question, Kept> eldest) {
                return size() > most;
            }
        };
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return answer(new Question(Kind.MX, lower(name)), () -> inner.mx(name));
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return answer(new Question(Kind.IPV4, lower(name)), () -> inner.ipv4(name));
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return answer(new Question(Kind.IPV6, lower(name)), () -> inner.ipv6(name));
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return answer(new Question(Kind.TXT, lower(name)), () -> inner.txt(name));
    }

    @Override
    public Answer<DnsRecord.Tlsa> tlsa(String name) {
        return answer(new Question(Kind.TLSA, lower(name)), () -> inner.tlsa(name));
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return answer(new Question(Kind.REVERSE, address.getHostAddress()), () -> inner.reverse(address));
    }

    /// Forgets everything, failures too. What is being asked at this moment is answered but not kept.
    public void flush() {
        lock.lock();
        try {
            memory.clear();
            generation++;
            failures = 0;
        } finally {
            lock.unlock();
        }
    }

    private enum Kind {
        MX,
        IPV4,
        IPV6,
        TXT,
        TLSA,
        REVERSE
    }

    private record Question(Kind kind, String name) {}

    private record Kept(Answer<?> answer, Duration until) {}

    /// What the memory has to say about a question.
    private sealed interface Place {
        record Known(Answer<?> answer) implements Place {}

        /// Somebody else has asked; the answer comes here.
        record Asked(Channel<Answer<?>> answer) implements Place {}

        /// The caller has to ask.
        record Open(long generation) implements Place {}
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    // The kind in the question says which records its answer has.
    @SuppressWarnings("unchecked")
    private <T extends DnsRecord> Answer<T> answer(Question question, Supplier<Answer<T>> ask) {
        return switch (look(question)) {
            case Place.Known known -> (Answer<T>) known.answer();
            case Place.Asked asked -> (Answer<T>) await(asked.answer());
            case Place.Open open -> fetch(question, open.generation(), ask);
        };
    }

    private Place look(Question question) {
        Duration now = time.elapsed();
        lock.lock();
        try {
            Kept kept = memory.get(question);
            if (kept != null && kept.until.compareTo(now) > 0) {
                return new Place.Known(withTtl(kept.answer, kept.until.minus(now)));
            }
            List<Channel<Answer<?>>> others = asking.get(question);
            if (others != null) {
                Channel<Answer<?>> mine = threads.channel(1);
                others.add(mine);
                return new Place.Asked(mine);
            }
            if (spared(now)) {
                return new Place.Known(new Answer.Failed<>("the DNS servers only fail; they are asked again in a moment", "cache"));
            }
            asking.put(question, new ArrayList<>());
            return new Place.Open(generation);
        } finally {
            lock.unlock();
        }
    }

    private boolean spared(Duration now) {
        if (failures < FAILURES_IN_A_ROW) {
            return false;
        }
        if (nextQuestion.compareTo(now) > 0) {
            return true;
        }
        nextQuestion = now.plus(SPACING);
        return false;
    }

    private static Answer<?> await(Channel<Answer<?>> answer) {
        try {
            return answer.receive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Failed<>("interrupted while waiting for DNS", "cache");
        }
    }

    private <T extends DnsRecord> Answer<T> fetch(Question question, long asked, Supplier<Answer<T>> ask) {
        Answer<T> answer = new Answer.Failed<>("the question was broken off", "cache");
        boolean whole = false;
        try {
            answer = ask.get();
            whole = !Thread.currentThread().isInterrupted();
        } finally {
            for (Channel<Answer<?>> other : settle(question, answer, whole, asked)) {
                other.offer(answer);
            }
        }
        return answer;
    }

    /// Keeps an answer; gives those who wait for it.
    /// @param whole false if the caller was interrupted: then a failure says nothing about DNS
    private List<Channel<Answer<?>>> settle(Question question, Answer<?> answer, boolean whole, long asked) {
        Duration now = time.elapsed();
        boolean failed = answer instanceof Answer.Failed<?>;
        lock.lock();
        try {
            if (asked == generation && (whole || !failed)) {
                failures = failed ? Math.min(failures + 1, FAILURES_IN_A_ROW) : 0;
                Duration keep = keep(answer);
                if (keep.isPositive()) {
                    memory.put(question, new Kept(answer, now.plus(keep)));
                }
            }
            List<Channel<Answer<?>>> others = asking.remove(question);
            return others == null ? List.of() : others;
        } finally {
            lock.unlock();
        }
    }

    private static Duration keep(Answer<?> answer) {
        return switch (answer) {
            case Answer.Found<?> found -> least(found.ttl(), LONGEST);
            case Answer.NoSuchName<?> none -> least(none.ttl(), LONGEST_NEGATIVE);
            case Answer.NoData<?> none -> least(none.ttl(), LONGEST_NEGATIVE);
            case Answer.Failed<?> failed -> FAILURE;
        };
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Answer<?> withTtl(Answer<?> answer, Duration ttl) {
        return switch (answer) {
            case Answer.Found<?> found -> new Answer.Found<>(found.records(), ttl, found.secure(), found.server());
            case Answer.NoSuchName<?> none -> new Answer.NoSuchName<>(ttl, none.secure(), none.server());
            case Answer.NoData<?> none -> new Answer.NoData<>(ttl, none.secure(), none.server());
            case Answer.Failed<?> failed -> failed;
        };
    }
}
