// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.isthmus.platform.Platform;
import org.isthmus.trials.world.Chance;

/// A server somewhere that sends on what it is given to another address, as users and lists have it done: alias to outside and back. It works when it is told to, so that a
/// scenario counts the trips.
public final class Forwarder {
    private final Sink sink;
    private final Platform platform;
    private final Chance chance;
    private final InetSocketAddress server;
    private final String to;
    private final UnaryOperator<byte[]> change;
    private final Ledger ledger = new Ledger();
    private int done;

    /// @param sink where mail for it arrives
    /// @param platform of the host that it runs on
    /// @param server whom it hands everything to
    /// @param to the address it forwards to
    /// @param change what it does to the content: nothing, or what some do
    public Forwarder(Sink sink, Platform platform, Chance chance, InetSocketAddress server, String to, UnaryOperator<byte[]> change) {
        this.sink = sink;
        this.platform = platform;
        this.chance = chance;
        this.server = server;
        this.to = to;
        this.change = change;
    }

    /// Takes the lines of some header fields out, as strict lists and old gateways do.
    public static UnaryOperator<byte[]> without(String... fields) {
        return content -> {
            String text = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            String header = text.substring(0, end + 2);
            for (String field : fields) {
                header = header.replaceAll("(?im)^" + field + ":.*\r\n([ \t].*\r\n)*", "");
            }
            return (header + text.substring(end + 2)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        };
    }

    /// Sends on what has arrived since the last time, with a Received field of its own and the sender as it was.
    /// @return what it was told, in order
    public List<Ledger.Entry> forward() throws InterruptedException {
        List<Ledger.Entry> told = new ArrayList<>();
        List<Sink.Delivery> deliveries = sink.deliveries();
        while (done < deliveries.size()) {
            Sink.Delivery delivery = deliveries.get(done++);
            byte[] field = "Received: from somewhere by forwarder.example with ESMTP id F".concat(done + "; Tue, 01 Jan 2030 00:00:00 +0000\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            byte[] content = change.apply(delivery.content());
            byte[] all = new byte[field.length + content.length];
            System.arraycopy(field, 0, all, 0, field.length);
            System.arraycopy(content, 0, all, field.length, content.length);
            int before = ledger.entries().size();
            new Client(platform, chance, ledger, "forwarder.example").send(server, Client.Manner.PLAIN, List.of(new Letter("F" + done, delivery.from(), List.of(to), all)));
            told.add(ledger.entries().get(before));
        }
        return told;
    }
}
