// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

@Timeout(60)
class DnsResolverTest {
    private final List<Server> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Server::close);
    }

    @Test
    void exchangersAreFoundWithTheLeastTtl() throws Exception {
        Server server = serve(query -> answer(query, Rcode.NOERROR, "a.example. 300 IN MX 10 mx1.a.example.", "a.example. 60 IN MX 20 mx2.a.example."));
        assertThat(resolver(server).mx("a.example"))
                .isEqualTo(new Answer.Found<>(
                        List.of(new DnsRecord.Mx(10, "mx1.a.example"), new DnsRecord.Mx(20, "mx2.a.example")), Duration.ofSeconds(60), false, server.name()));
    }

    @Test
    void aNullMxHasAnEmptyExchange() throws Exception {
        Server server = serve(query -> answer(query, Rcode.NOERROR, "a.example. 300 IN MX 0 ."));
        assertThat(found(resolver(server).mx("a.example"))).containsExactly(new DnsRecord.Mx(0, ""));
    }

    @Test
    void addressesTextsAndReverseNamesAreRead() throws Exception {
        Server server = serve(query -> switch (query.getQuestion().getType()) {
            case Type.A -> answer(query, Rcode.NOERROR, "a.example. 300 IN A 192.0.2.1");
            case Type.AAAA -> answer(query, Rcode.NOERROR, "a.example. 300 IN AAAA 2001:db8::1");
            case Type.TXT -> answer(query, Rcode.NOERROR, "a.example. 300 IN TXT \"v=spf1 \" \"-all\"");
            default -> answer(query, Rcode.NOERROR, "1.2.0.192.in-addr.arpa. 300 IN PTR host.a.example.", "1.2.0.192.in-addr.arpa. 300 IN PTR not\\032a\\032name.");
        });
        DnsResolver resolver = resolver(server);
        assertThat(found(resolver.ipv4("a.example"))).containsExactly(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.1")));
        assertThat(found(resolver.ipv6("a.example"))).containsExactly(new DnsRecord.Address(InetAddress.ofLiteral("2001:db8::1")));
        assertThat(found(resolver.txt("a.example"))).containsExactly(new DnsRecord.Text("v=spf1 -all"));
        assertThat(found(resolver.reverse(InetAddress.ofLiteral("192.0.2.1")))).containsExactly(new DnsRecord.Pointer(Domain.of("host.a.example")));
    }

    @Test
    void aliasesInOneAnswerAreFollowedWithTheLeastTtl() throws Exception {
        Server server = serve(query -> answer(query, Rcode.NOERROR, "b.example. 300 IN A 192.0.2.1", "a.example. 20 IN CNAME b.example."));
        assertThat(resolver(server).ipv4("a.example"))
                .isEqualTo(new Answer.Found<>(List.of(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.1"))), Duration.ofSeconds(20), false, server.name()));
    }

    @Test
    void nineAliasesInNineAnswersAreFollowed() throws Exception {
        Server server = serve(query -> {
            int number = Integer.parseInt(query.getQuestion().getName().getLabelString(0));
            return answer(query, Rcode.NOERROR, number == 9 ? "9.example. 60 IN A 192.0.2.9" : number + ".example. 60 IN CNAME " + (number + 1) + ".example.");
        });
        assertThat(found(resolver(server).ipv4("0.example"))).containsExactly(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.9")));
    }

    @Test
    void aCircleOfAliasesIsAFailure() throws Exception {
        Server server = serve(query -> answer(query, Rcode.NOERROR, "a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME a.example."));
        assertThat(resolver(server).ipv4("a.example")).isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.problem()).contains("CNAME"));
    }

    @Test
    void anAliasToANameThatDoesNotExist() throws Exception {
        Server server = serve(query -> withSoa(answer(query, Rcode.NXDOMAIN, "a.example. 60 IN CNAME gone.example."), 900, 900));
        assertThat(resolver(server).mx("a.example")).isEqualTo(new Answer.NoSuchName<>(Duration.ofSeconds(60), false, server.name()));
    }

    @Test
    void anAliasToANameWithoutSuchRecords() throws Exception {
        Server server = serve(query -> withSoa(answer(query, Rcode.NOERROR, "a.example. 3600 IN CNAME b.example."), 900, 60));
        assertThat(resolver(server).mx("a.example")).isEqualTo(new Answer.NoData<>(Duration.ofSeconds(60), false, server.name()));
    }

    @Test
    void negativeAnswersTakeTheirTtlFromTheSoaWithACap() throws Exception {
        Server server = serve(query -> {
            int seconds = Integer.parseInt(query.getQuestion().getName().getLabelString(0));
            return withSoa(answer(query, seconds % 2 == 0 ? Rcode.NXDOMAIN : Rcode.NOERROR), seconds, 100_000);
        });
        DnsResolver resolver = resolver(server);
        assertThat(resolver.mx("600.example")).isEqualTo(new Answer.NoSuchName<>(Duration.ofSeconds(600), false, server.name()));
        assertThat(resolver.mx("601.example")).isEqualTo(new Answer.NoData<>(Duration.ofSeconds(601), false, server.name()));
        assertThat(resolver.mx("90000.example")).isEqualTo(new Answer.NoSuchName<>(Duration.ofHours(3), false, server.name()));
    }

    @Test
    void aNegativeAnswerWithoutSoaIsNotToBeKept() throws Exception {
        Server server = serve(query -> answer(query, Rcode.NXDOMAIN));
        assertThat(resolver(server).mx("a.example")).isEqualTo(new Answer.NoSuchName<>(Duration.ZERO, false, server.name()));
    }

    @Test
    void theSecureBitNeedsAllAnswersToHaveIt() throws Exception {
        Server server = serve(query -> {
            boolean first = query.getQuestion().getName().getLabelString(0).equals("a");
            Message reply = answer(query, Rcode.NOERROR, first ? "a.example. 60 IN CNAME b.example." : "b.example. 60 IN A 192.0.2.1");
            if (query.getHeader().getFlag(Flags.AD) && !first) {
                reply.getHeader().setFlag(Flags.AD);
            }
            return reply;
        });
        assertThat(secure(resolver(server).ipv4("b.example"))).isTrue();
        assertThat(secure(resolver(server).ipv4("a.example"))).isFalse();
    }

    @Test
    void recordsOfOtherNamesAndTypesArePassedOver() throws Exception {
        Server server = serve(query -> answer(
                query, Rcode.NOERROR, "evil.example. 60 IN MX 1 evil.example.", "a.example. 60 IN A 192.0.2.66", "A.EXAMPLE. 60 IN MX 10 mx.a.example."));
        assertThat(found(resolver(server).mx("a.example"))).containsExactly(new DnsRecord.Mx(10, "mx.a.example"));
    }

    @Test
    void aTruncatedAnswerIsFetchedByTcp() throws Exception {
        String[] many = new String[200];
        for (int i = 0; i < many.length; i++) {
            many[i] = "a.example. 60 IN MX " + i + " mx" + i + ".a.example.";
        }
        Server server = serve(query -> answer(query, Rcode.NOERROR, many));
        assertThat(found(resolver(server).mx("a.example"))).hasSize(200);
    }

    @Test
    void theNextServerIsAskedAndRemembered() throws Exception {
        Server bad = serve(query -> answer(query, Rcode.SERVFAIL));
        Server good = serve(query -> answer(query, Rcode.NOERROR, "a.example. 60 IN MX 10 mx.a.example."));
        DnsResolver resolver = resolver(bad, good);
        assertThat(found(resolver.mx("a.example"))).hasSize(1);
        assertThat(found(resolver.mx("a.example"))).hasSize(1);
        assertThat(bad.asked).hasSize(1);
        assertThat(good.asked).hasSize(2);
    }

    @Test
    void troubleIsAFailureWithTheNameOfTheServer() throws Exception {
        for (int code : new int[] {Rcode.SERVFAIL, Rcode.REFUSED}) {
            Server server = serve(query -> answer(query, code));
            assertThat(resolver(server).mx("a.example")).isEqualTo(new Answer.Failed<>(Rcode.string(code), server.name()));
            assertThat(server.asked).hasSize(1);
        }
    }

    @Test
    void silenceIsAFailureAfterTwoTries() throws Exception {
        Server server = serve(query -> null);
        assertThat(resolver(server).mx("a.example"))
                .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.server()).isEqualTo(server.name()));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void aReferralIsNoAnswer() throws Exception {
        Server server = serve(query -> {
            Message reply = answer(query, Rcode.NOERROR);
            reply.getHeader().unsetFlag(Flags.RA);
            reply.addRecord(records("example. 60 IN NS ns.example.").getFirst(), Section.AUTHORITY);
            return reply;
        });
        assertThat(resolver(server).mx("a.example")).isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.problem()).contains("referral"));
    }

    @Test
    void aServerWithoutEdnsIsAskedWithoutIt() throws Exception {
        Server server = serve(query ->
                query.getOPT() != null ? answer(query, Rcode.FORMERR) : answer(query, Rcode.NOERROR, "a.example. 60 IN MX 10 mx.a.example."));
        assertThat(found(resolver(server).mx("a.example"))).hasSize(1);
    }

    @Test
    void anAnswerToAnotherQuestionIsNone() throws Exception {
        Server server = serve(query -> {
            Message other = Message.newQuery(Record.newRecord(Name.fromConstantString("b.example."), Type.MX, 1));
            other.getHeader().setID(query.getHeader().getID());
            return answer(other, Rcode.NOERROR, "a.example. 60 IN MX 10 evil.example.");
        });
        assertThat(resolver(server).mx("a.example")).isInstanceOf(Answer.Failed.class);
    }

    @Test
    void noGarbageThrows() throws Exception {
        Random random = new Random(20);
        Server server = serve(query -> {
            throw new UnsupportedOperationException("raw");
        });
        server.raw = query -> {
            byte[] reply = answer(query, Rcode.NOERROR, "a.example. 60 IN MX 10 mx.a.example.", "a.example. 60 IN CNAME b.example.").toWire();
            for (int i = 0; i < 4; i++) {
                reply[2 + random.nextInt(reply.length - 2)] = (byte) random.nextInt();
            }
            return reply;
        };
        DnsResolver resolver = new DnsResolver(() -> List.of(server.address()), Duration.ofMillis(40));
        for (int i = 0; i < 100; i++) {
            assertThat(resolver.mx("a.example")).isNotNull();
        }
    }

    @Test
    void namesThatCannotExistDoNot() {
        DnsResolver resolver = new DnsResolver(List::of);
        assertThat(resolver.mx("x".repeat(64) + ".example")).isInstanceOf(Answer.NoSuchName.class);
        assertThat(resolver.mx("a..example")).isInstanceOf(Answer.NoSuchName.class);
        assertThat(resolver.mx("a.".repeat(200) + "example")).isInstanceOf(Answer.NoSuchName.class);
        assertThat(resolver.mx("a.example")).isInstanceOf(Answer.Failed.class);
    }

    @Test
    void theServersOfTheSystemAreReadWithoutItsSearchList() {
        assertThat(SystemServers.parse(List.of("# a comment", "search corp.example", "nameserver 192.0.2.53", "nameserver\t2001:db8::53", "nameserver bogus")))
                .containsExactly(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53), new InetSocketAddress(InetAddress.ofLiteral("2001:db8::53"), 53));
        assertThat(SystemServers.parse(List.of())).containsExactly(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53));
    }

    private DnsResolver resolver(Server... servers) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Server server : servers) {
            addresses.add(server.address());
        }
        return new DnsResolver(() -> addresses, Duration.ofMillis(500));
    }

    private static <T extends DnsRecord> List<T> found(Answer<T> answer) {
        assertThat(answer).isInstanceOf(Answer.Found.class);
        return ((Answer.Found<T>) answer).records();
    }

    private static boolean secure(Answer<?> answer) {
        return answer instanceof Answer.Found<?> found && found.secure();
    }

    private static Message answer(Message query, int code, String... records) throws IOException {
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.getHeader().setRcode(code);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        for (Record record : records(records)) {
            reply.addRecord(record, Section.ANSWER);
        }
        return reply;
    }

    private static Message withSoa(Message reply, int ttl, int minimum) throws IOException {
        reply.addRecord(records("example. " + ttl + " IN SOA ns.example. hostmaster.example. 1 2 3 4 " + minimum).getFirst(), Section.AUTHORITY);
        return reply;
    }

    private static List<Record> records(String... lines) throws IOException {
        List<Record> records = new ArrayList<>();
        try (Master master = new Master(new java.io.ByteArrayInputStream(String.join("\n", lines).getBytes(java.nio.charset.StandardCharsets.US_ASCII)), Name.root)) {
            for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
                records.add(record);
            }
        }
        return records;
    }

    private Server serve(Server.Zone zone) throws IOException {
        Server server = new Server(zone);
        started.add(server);
        return server;
    }

    /// A DNS server on a free port of this machine, by UDP and TCP.
    private static final class Server {
        interface Zone {
            Message answer(Message query) throws IOException;
        }

        interface Raw {
            byte[] answer(Message query) throws IOException;
        }

        final List<Message> asked = new CopyOnWriteArrayList<>();
        private final InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        private final ServerSocket tcp;
        private final DatagramSocket udp;
        private volatile Raw raw;

        Server(Zone zone) throws IOException {
            tcp = new ServerSocket(0, 10, here);
            udp = new DatagramSocket(tcp.getLocalPort(), here);
            raw = query -> {
                Message reply = zone.answer(query);
                return reply == null ? null : reply.toWire();
            };
            Thread.ofVirtual().start(this::udp);
            Thread.ofVirtual().start(this::tcp);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(here, tcp.getLocalPort());
        }

        String name() {
            return "127.0.0.1:" + tcp.getLocalPort();
        }

        private void udp() {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
                    udp.receive(packet);
                    Message query = new Message(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
                    asked.add(query);
                    byte[] reply = raw.answer(query);
                    if (reply != null && reply.length > 1232) {
                        Message cut = answer(query, Rcode.NOERROR);
                        cut.getHeader().setFlag(Flags.TC);
                        reply = cut.toWire();
                    }
                    if (reply != null) {
                        udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                    }
                }
            } catch (IOException e) {
                // Closed: the test is over.
            }
        }

        private void tcp() {
            try {
                while (true) {
                    try (Socket client = tcp.accept()) {
                        DataInputStream in = new DataInputStream(client.getInputStream());
                        byte[] query = in.readNBytes(in.readUnsignedShort());
                        byte[] reply = raw.answer(new Message(query));
                        DataOutputStream out = new DataOutputStream(client.getOutputStream());
                        out.writeShort(reply.length);
                        out.write(reply);
                        out.flush();
                        in.read();
                    }
                }
            } catch (IOException e) {
                // Closed: the test is over.
            }
        }

        void close() {
            udp.close();
            try {
                tcp.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
