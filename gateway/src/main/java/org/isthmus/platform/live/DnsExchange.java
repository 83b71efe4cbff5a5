// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;

/// One question to the servers: UDP, then TCP when truncated; two rounds over all of them, beginning with the one that answered last.
final class DnsExchange {
    private static final int ROUNDS = 2;
    // RFC 9715 §3.2, DNS flag day 2020: what passes nearly everywhere without being fragmented.
    private static final int UDP_SIZE = 1232;

    private final Supplier<List<InetSocketAddress>> servers;
    private final Duration limit;
    private volatile int preferred;

    /// @param limit for one try
    DnsExchange(Supplier<List<InetSocketAddress>> servers, Duration limit) {
        this.servers = servers;
        this.limit = limit;
    }

    /// What came of a question.
    sealed interface Reply {
        /// NOERROR or NXDOMAIN.
        record Answered(Message message, String server) implements Reply {}

        record Failed(String problem, String server) implements Reply {}
    }

    Reply ask(Name name, int type) {
        List<InetSocketAddress> all = servers.get();
        Reply.Failed last = new Reply.Failed("no DNS server is known", "none");
        int first = preferred;
        for (int round = 0; round < ROUNDS; round++) {
            boolean silent = false;
            for (int i = 0; i < all.size(); i++) {
                int index = Math.floorMod(first + i, all.size());
                Try result = once(all.get(index), name, type, true);
                switch (result) {
                    case Try.Done done -> {
                        preferred = index;
                        return new Reply.Answered(done.message(), text(all.get(index)));
                    }
                    case Try.Refused refused -> last = new Reply.Failed(refused.problem(), text(all.get(index)));
                    case Try.Lost lost -> {
                        last = new Reply.Failed(lost.problem(), text(all.get(index)));
                        silent = true;
                    }
                    case Try.Interrupted interrupted -> {
                        return new Reply.Failed("interrupted while waiting for DNS", text(all.get(index)));
                    }
                }
            }
            if (!silent) {
                // Every server has said that it cannot tell; asking again at once would only add to its load.
                return last;
            }
        }
        return last;
    }

    private sealed interface Try {
        record Done(Message message) implements Try {}

        record Refused(String problem) implements Try {}

        record Lost(String problem) implements Try {}

        record Interrupted() implements Try {}
    }

    private Try once(InetSocketAddress server, Name name, int type, boolean edns) {
        try {
            SimpleResolver resolver = new SimpleResolver(server);
            resolver.setTimeout(limit);
            if (edns) {
                resolver.setEDNS(0, UDP_SIZE, 0, List.of());
            } else {
                resolver.setEDNS(-1, 0, 0, List.of());
            }
            Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
            // RFC 6840 §5.7: AD in a question asks for AD in the answer, without asking for the signatures.
            query.getHeader().setFlag(Flags.AD);
            Message answer = resolver.sendAsync(query).toCompletableFuture().get(limit.toMillis() * 2 + 1000, TimeUnit.MILLISECONDS);
            return judge(server, name, type, edns, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Try.Interrupted();
        } catch (TimeoutException e) {
            return new Try.Lost("no answer within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Try.Lost(words(e.getCause() == null ? e : e.getCause()));
        } catch (RuntimeException e) {
            // Hostile answers may reach corners of the parser that nobody thought of.
            return new Try.Lost("unreadable answer: " + e);
        }
    }

    private Try judge(InetSocketAddress server, Name name, int type, boolean edns, Message answer) {
        Record question = answer.getQuestion();
        if (!answer.getHeader().getFlag(Flags.QR) || question == null || question.getType() != type || !question.getName().equals(name)) {
            return new Try.Lost("answer to another question");
        }
        int code = answer.getRcode();
        if (code == Rcode.NOERROR || code == Rcode.NXDOMAIN) {
            return lame(answer) ? new Try.Refused("referral instead of an answer: the server does no recursion") : new Try.Done(answer);
        }
        if (edns && (code == Rcode.FORMERR || code == Rcode.NOTIMP)) {
            // RFC 6891 §7: an old server that does not know EDNS.
            return once(server, name, type, false);
        }
        return new Try.Refused(Rcode.string(code));
    }

    /// RFC 2308 §2.2: no answer, no SOA, but name servers: "ask those".
    private static boolean lame(Message answer) {
        return answer.getRcode() == Rcode.NOERROR
                && !answer.getHeader().getFlag(Flags.RA)
                && !answer.getHeader().getFlag(Flags.AA)
                && answer.getSection(Section.ANSWER).isEmpty()
                && answer.getSection(Section.AUTHORITY).stream().anyMatch(record -> record.getType() == org.xbill.DNS.Type.NS);
    }

    private String words(Throwable problem) {
        String text = problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
        return text.toLowerCase(java.util.Locale.ROOT).contains("timed out") ? "no answer within " + limit.toSeconds() + " s" : text;
    }

    static String text(InetSocketAddress server) {
        String host = server.isUnresolved() ? server.getHostString() : server.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + server.getPort();
    }
}
