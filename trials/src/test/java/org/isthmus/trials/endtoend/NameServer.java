// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// A name server of a test's own: it knows the records that it was given and nobody else's.
final class NameServer implements AutoCloseable {
    private static final int TTL = 60;

    private final DatagramSocket socket;
    private final List<Record> zone = new CopyOnWriteArrayList<>();

    NameServer() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        Thread.ofPlatform().daemon().name("name server").start(this::serve);
    }

    /// As a configuration writes it.
    String text() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /// A domain with one mail exchanger at an address.
    NameServer mx(String domain, String exchanger, String address) throws IOException {
        add(domain, Type.MX, "10 " + exchanger + ".");
        return exists(exchanger, Type.A) ? this : add(exchanger, Type.A, address);
    }

    NameServer add(String name, int type, String data) throws IOException {
        zone.add(Record.fromString(Name.fromString(name + "."), type, DClass.IN, TTL, data, Name.root));
        return this;
    }

    private boolean exists(String name, int type) throws TextParseException {
        Name wanted = Name.fromString(name + ".");
        return zone.stream().anyMatch(record -> record.getName().equals(wanted) && record.getType() == type);
    }

    private void serve() {
        byte[] octets = new byte[1500];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(octets, octets.length);
                socket.receive(packet);
                byte[] answer = answer(new Message(java.util.Arrays.copyOf(octets, packet.getLength()))).toWire();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private Message answer(Message query) {
        Record question = query.getQuestion();
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(question, Section.QUESTION);
        boolean known = false;
        for (Record record : zone) {
            if (record.getName().equals(question.getName())) {
                known = true;
                if (record.getType() == question.getType()) {
                    answer.addRecord(record, Section.ANSWER);
                }
            }
        }
        answer.getHeader().setRcode(known ? Rcode.NOERROR : Rcode.NXDOMAIN);
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
