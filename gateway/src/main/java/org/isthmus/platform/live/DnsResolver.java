// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.syntax.SyntaxProblem;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// DNS through given servers. dnsjava makes and reads the messages and carries them; what they mean is decided here.
///
/// Names are absolute: neither a search list nor the hosts file exists. Aliases are followed. Records of other names or types, which an answer may
/// contain for any reason, are passed over. No cache: {@link org.isthmus.platform.CachingResolver} stands in front.
public final class DnsResolver implements Resolver {
    /// How long one try may take.
    public static final Duration LIMIT = Duration.ofSeconds(5);
    // RFC 2308 §5: one to three hours have been found to work well.
    private static final long LONGEST_NEGATIVE = Duration.ofHours(3).toSeconds();
    // RFC 1034 §3.6.2 wants chains followed and names no length. Field: chains of more than eight exist.
    private static final int LONGEST_CHAIN = 16;

    private final DnsExchange exchange;

    /// @param servers asked at each question, so that a reload can change them; in order of preference
    public DnsResolver(Supplier<List<InetSocketAddress>> servers) {
        this(servers, LIMIT);
    }

    /// @param limit for one try
    public DnsResolver(Supplier<List<InetSocketAddress>> servers, Duration limit) {
        this.exchange = new DnsExchange(servers, limit);
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return ask(name, Type.MX, record -> record instanceof MXRecord mx ? Optional.of(new DnsRecord.Mx(mx.getPriority(), text(mx.getTarget()))) : Optional.empty());
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return ask(name, Type.A, record -> record instanceof ARecord a ? address(a.getAddress()) : Optional.empty());
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return ask(name, Type.AAAA, record -> record instanceof AAAARecord a ? address(a.getAddress()) : Optional.empty());
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return ask(name, Type.TXT, record -> record instanceof TXTRecord txt ? Optional.of(new DnsRecord.Text(joined(txt))) : Optional.empty());
    }

    @Override
    public Answer<DnsRecord.Tlsa> tlsa(String name) {
        return ask(name, Type.TLSA, record -> record instanceof TLSARecord tlsa
                ? Optional.of(new DnsRecord.Tlsa(tlsa.getCertificateUsage(), tlsa.getSelector(), tlsa.getMatchingType(), HexFormat.of().formatHex(tlsa.getCertificateAssociationData())))
                : Optional.empty());
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return ask(text(ReverseMap.fromAddress(address)), Type.PTR, record -> record instanceof PTRRecord ptr ? pointer(ptr) : Optional.empty());
    }

    private <T extends DnsRecord> Answer<T> ask(String name, int type, Function<Record, Optional<T>> reader) {
        Name asked;
        try {
            asked = Name.fromString(name + ".");
        } catch (TextParseException e) {
            // Too long, or with a label that is: such a name cannot exist.
            return new Answer.NoSuchName<>(Duration.ofSeconds(LONGEST_NEGATIVE), false, "none");
        }
        try {
            return new Chain<>(asked, type, reader).follow();
        } catch (RuntimeException e) {
            return new Answer.Failed<>("unreadable answer: " + e, "none");
        }
    }

    /// The way from a name over its aliases to records, over as many messages as it takes.
    private final class Chain<T extends DnsRecord> {
        private final int type;
        private final Function<Record, Optional<T>> reader;
        private Name current;
        private int aliases;
        private long ttl = Integer.MAX_VALUE;
        private boolean secure = true;

        Chain(Name asked, int type, Function<Record, Optional<T>> reader) {
            this.current = asked;
            this.type = type;
            this.reader = reader;
        }

        Answer<T> follow() {
            while (true) {
                switch (exchange.ask(current, type)) {
                    case DnsExchange.Reply.Failed failed -> {
                        return new Answer.Failed<>(failed.problem(), failed.server());
                    }
                    case DnsExchange.Reply.Answered answered -> {
                        Optional<Answer<T>> end = read(answered.message(), answered.server());
                        if (end.isPresent()) {
                            return end.get();
                        }
                    }
                }
            }
        }

        /// The end of the chain, or nothing if it goes on behind this message.
        private Optional<Answer<T>> read(Message message, String server) {
            secure &= message.getHeader().getFlag(Flags.AD);
            List<Record> answers = message.getSection(Section.ANSWER);
            boolean moved = false;
            while (true) {
                List<T> found = records(answers);
                if (!found.isEmpty()) {
                    return Optional.of(new Answer.Found<>(found, Duration.ofSeconds(ttl), secure, server));
                }
                Optional<CNAMERecord> alias = alias(answers);
                if (alias.isEmpty()) {
                    break;
                }
                if (++aliases > LONGEST_CHAIN) {
                    return Optional.of(new Answer.Failed<>("more than " + LONGEST_CHAIN + " aliases (CNAME) in a chain, or a circle of them", server));
                }
                lower(alias.get());
                current = alias.get().getTarget();
                moved = true;
            }
            if (message.getRcode() == Rcode.NXDOMAIN) {
                return Optional.of(new Answer.NoSuchName<>(negative(message), secure, server));
            }
            boolean incomplete = moved && soa(message).isEmpty();
            return incomplete ? Optional.empty() : Optional.of(new Answer.NoData<>(negative(message), secure, server));
        }

        private List<T> records(List<Record> answers) {
            List<T> found = new ArrayList<>();
            for (Record record : answers) {
                if (record.getType() == type && record.getName().equals(current)) {
                    Optional<T> read = reader.apply(record);
                    if (read.isPresent()) {
                        found.add(read.get());
                        lower(record);
                    }
                }
            }
            return found;
        }

        private Optional<CNAMERecord> alias(List<Record> answers) {
            for (Record record : answers) {
                if (record instanceof CNAMERecord alias && alias.getName().equals(current)) {
                    return Optional.of(alias);
                }
            }
            return Optional.empty();
        }

        private void lower(Record record) {
            // RFC 2181 §8: a TTL with the highest bit set is to be read as zero.
            ttl = Math.min(ttl, record.getTTL() > Integer.MAX_VALUE ? 0 : record.getTTL());
        }

        /// RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM; without an SOA it must not be kept.
        private Duration negative(Message message) {
            long own = soa(message).map(soa -> Math.min(soa.getTTL(), soa.getMinimum())).orElse(0L);
            return Duration.ofSeconds(Math.max(0, Math.min(LONGEST_NEGATIVE, Math.min(ttl, own))));
        }
    }

    private static Optional<SOARecord> soa(Message message) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa) {
                return Optional.of(soa);
            }
        }
        return Optional.empty();
    }

    /// Without the final dot; empty for the root.
    private static String text(Name name) {
        return name.equals(Name.root) ? "" : name.toString(true);
    }

    private static Optional<DnsRecord.Address> address(InetAddress address) {
        try {
            // Without the name that came with it, which would show up wherever the address is printed.
            return Optional.of(new DnsRecord.Address(InetAddress.getByAddress(address.getAddress())));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static String joined(TXTRecord txt) {
        StringBuilder text = new StringBuilder();
        for (byte[] part : txt.getStringsAsByteArrays()) {
            text.append(new String(part, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    private static Optional<DnsRecord.Pointer> pointer(PTRRecord ptr) {
        try {
            return Optional.of(new DnsRecord.Pointer(Domain.parse(text(ptr.getTarget()))));
        } catch (SyntaxProblem e) {
            // A reverse name can be any text; one that is no domain tells nothing.
            return Optional.empty();
        }
    }
}
