// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.platform.Platform;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.Chance;

/// Somebody else's server that hands mail on: a provider that follows an MX, a forwarder, a server behind us that gives back what it does not know.
final class Onward {
    private static final Set<String> PLAIN = Set.of("from", "to", "date", "subject", "message-id", "x-letter", "mime-version", "content-type");

    private final String name;
    private final Sink sink;
    private final Platform platform;
    private final Client client;
    private final InetSocketAddress next;
    private final boolean strips;
    private final Set<String> knows = new HashSet<>();
    private final Map<String, String> forwards = new HashMap<>();
    private final Ledger ledger = new Ledger();
    private int kept;

    /// @param options {@code to=ADDRESS:PORT}, {@code knows=ADDRESS}, {@code strips}, {@code ADDRESS=ADDRESS} for a forward
    Onward(String name, Sink sink, Platform platform, Chance chance, List<String> options) {
        this.name = name;
        this.sink = sink;
        this.platform = platform;
        this.client = new Client(platform, chance, ledger, name + ".example");
        InetSocketAddress to = null;
        boolean bare = false;
        for (String option : options) {
            String value = option.substring(option.indexOf('=') + 1);
            if (option.startsWith("to=")) {
                to = LoopWorld.at(value);
            } else if (option.startsWith("knows=")) {
                knows.add(value);
            } else if (option.equals("strips")) {
                bare = true;
            } else {
                forwards.put(option.substring(0, option.indexOf('=')), value);
            }
        }
        next = java.util.Objects.requireNonNull(to, "an onward server needs to=");
        strips = bare;
    }

    /// What it kept for itself.
    int kept() {
        return kept;
    }

    /// What its next server said when it refused a message whose content it had taken.
    List<String> refusals() {
        return ledger.entries(Ledger.End.REFUSED).stream().filter(entry -> !entry.recipients().isEmpty()).map(Ledger.Entry::reply).toList();
    }

    /// How often its next server took the content of a message and then refused it.
    long refused() {
        return refusals().size();
    }

    /// Takes mail, and hands it on within a second.
    void start() throws IOException {
        sink.start();
        platform.threads().start(name + " onward", () -> {
            int done = 0;
            try {
                while (true) {
                    platform.time().sleep(Duration.ofSeconds(1));
                    for (; done < sink.deliveries().size(); done++) {
                        handOn(sink.deliveries().get(done), done);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void handOn(Sink.Delivery delivery, int number) throws InterruptedException {
        if (Letter.isAlert(delivery.content())) {
            // Any store has a postmaster, who reads what he is told of the loop.
            return;
        }
        for (String recipient : delivery.recipients()) {
            if (knows.contains(recipient)) {
                kept++;
            } else {
                String to = forwards.getOrDefault(recipient, recipient);
                client.send(next, Client.Manner.PLAIN, List.of(new Letter(name + number, delivery.from(), List.of(to), content(delivery.content()))));
            }
        }
    }

    private byte[] content(byte[] arrived) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String text = new String(arrived, ISO_8859_1);
        int body = text.indexOf("\r\n\r\n");
        if (!strips) {
            out.writeBytes(("Received: by " + name + ".example; Tue, 01 Jan 2030 00:00:00 +0000\r\n").getBytes(ISO_8859_1));
            out.writeBytes(arrived);
            return out.toByteArray();
        }
        boolean keep = false;
        for (String line : text.substring(0, body).split("\r\n")) {
            boolean continues = line.startsWith(" ") || line.startsWith("\t");
            keep = continues ? keep : PLAIN.contains(line.substring(0, Math.max(0, line.indexOf(':'))).toLowerCase(Locale.ROOT));
            if (keep) {
                out.writeBytes((line + "\r\n").getBytes(ISO_8859_1));
            }
        }
        out.writeBytes(text.substring(body + 2).getBytes(ISO_8859_1));
        return out.toByteArray();
    }
}
