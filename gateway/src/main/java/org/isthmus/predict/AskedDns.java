// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;

/// DNS for the length of one prediction: every name is asked once, many at a time, and nobody waits beyond a limit. What did not answer is remembered, and so is how long the
/// answers hold. To be used by one thread.
final class AskedDns implements Resolver {
    private static final int AT_ONCE = 32;
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Resolver inner;
    private final Time time;
    private final Threads threads;
    private final Duration limit;
    private final Duration end;
    private final Map<Question, Answer<?>> answers = new ConcurrentHashMap<>();
    private final Set<String> unanswered = new TreeSet<>();
    private Duration fresh = LONGEST;

    private record Question(String type, String name) {}

    private record Told(Question question, Answer<?> answer) {}

    /// @param limit how long all questions together may take
    AskedDns(Resolver inner, Time time, Threads threads, Duration limit) {
        this.inner = inner;
        this.time = time;
        this.threads = threads;
        this.limit = limit;
        this.end = time.elapsed().plus(limit);
    }

    /// Asks for the exchangers of many domains, and for the addresses of these, many at a time.
    void prefetch(Collection<String> domains) {
        List<Question> questions = new ArrayList<>();
        domains.forEach(domain -> questions.add(new Question("MX", lower(domain))));
        askAll(questions);
        Set<String> hosts = new TreeSet<>();
        for (String domain : domains) {
            if (answers.get(new Question("MX", lower(domain))) instanceof Answer.Found<?> found) {
                found.records().forEach(record -> {
                    if (record instanceof DnsRecord.Mx mx && !mx.isNull()) {
                        hosts.add(lower(mx.exchange()));
                    }
                });
            } else if (answers.get(new Question("MX", lower(domain))) instanceof Answer.NoData<?>) {
                hosts.add(lower(domain));
            }
        }
        addresses(hosts);
    }

    /// The same for the addresses of hosts.
    void addresses(Collection<String> hosts) {
        List<Question> questions = new ArrayList<>();
        for (String host : hosts) {
            questions.add(new Question("A", lower(host)));
            questions.add(new Question("AAAA", lower(host)));
        }
        askAll(questions);
    }

    /// Names of which it could not be told what DNS says, each with why.
    Set<String> unanswered() {
        return Set.copyOf(unanswered);
    }

    /// How many names did not answer so far.
    int failures() {
        return unanswered.size();
    }

    /// How many questions there were.
    int questions() {
        return answers.size();
    }

    /// For how long the answers hold: the least TTL of all, at most an hour.
    Duration fresh() {
        return fresh;
    }

    private void askAll(List<Question> wanted) {
        List<Question> questions = wanted.stream().filter(question -> !answers.containsKey(question)).distinct().toList();
        if (questions.isEmpty()) {
            return;
        }
        Channel<Question> open = threads.channel(questions.size());
        Channel<Told> told = threads.channel(questions.size());
        questions.forEach(open::offer);
        List<Threads.Actor> askers = new ArrayList<>();
        for (int i = 0; i < Math.min(AT_ONCE, questions.size()); i++) {
            askers.add(threads.start("predict dns " + i, () -> {
                for (Question question = open.poll(); question != null && time.elapsed().compareTo(end) < 0; question = open.poll()) {
                    told.offer(new Told(question, ask(question)));
                }
            }));
        }
        collect(told, questions.size());
        askers.forEach(Threads.Actor::interrupt);
    }

    /// Waits for so many answers, but not beyond the limit.
    private void collect(Channel<Told> told, int count) {
        try {
            for (int i = 0; i < count; i++) {
                Duration left = end.minus(time.elapsed());
                Told one = left.isPositive() ? told.receive(left) : told.poll();
                if (one == null) {
                    return;
                }
                answers.put(one.question(), one.answer());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer<?> ask(Question question) {
        return switch (question.type()) {
            case "MX" -> inner.mx(question.name());
            case "A" -> inner.ipv4(question.name());
            default -> inner.ipv6(question.name());
        };
    }

    // The type in the question says which records its answer has.
    @SuppressWarnings("unchecked")
    private <T extends DnsRecord> Answer<T> answer(String type, String name) {
        Question question = new Question(type, lower(name));
        askAll(List.of(question));
        Answer<?> answer = answers.computeIfAbsent(question, late -> new Answer.Failed<DnsRecord>("no answer within " + limit.toSeconds() + " s", "the time limit of prediction"));
        note(question, answer);
        return (Answer<T>) answer;
    }

    private void note(Question question, Answer<?> answer) {
        Duration ttl = switch (answer) {
            case Answer.Found<?> found -> found.ttl();
            case Answer.NoSuchName<?> none -> none.ttl();
            case Answer.NoData<?> none -> none.ttl();
            case Answer.Failed<?> failed -> {
                unanswered.add(question.name() + " " + question.type() + ": " + failed.problem());
                yield LONGEST;
            }
        };
        fresh = ttl.compareTo(fresh) < 0 ? ttl : fresh;
    }

    private static String lower(String name) {
        return name.toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return answer("MX", name);
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return answer("A", name);
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return answer("AAAA", name);
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return inner.txt(name);
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return inner.reverse(address);
    }
}
