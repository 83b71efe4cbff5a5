// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.Reply;
import org.jspecify.annotations.Nullable;

/// A provider in the tour's Internet where somebody has his mail sent on to an address of ours.
final class TourForwarder implements Closeable {
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final TourHost host;
    private final InetSocketAddress target;
    private final String to;
    private final Platform platform;
    private final AtomicInteger passes = new AtomicInteger();
    private final Channel<Reply> answers;
    private volatile boolean closed;

    /// @param target the server of the address that mail is sent on to
    /// @param to that address
    TourForwarder(TourHost host, InetSocketAddress target, String to, Platform platform) {
        this.host = host;
        this.target = target;
        this.to = to;
        this.platform = platform;
        answers = platform.threads().channel(16);
        platform.threads().start(host.name() + " forwards", this::forward);
    }

    /// How many messages it has sent on, or tried to.
    int passes() {
        return passes.get();
    }

    /// What the target said to the next message that was sent on; null if none is in time.
    @Nullable Reply next(Duration limit) throws InterruptedException {
        return answers.receive(limit);
    }

    private void forward() {
        try {
            while (!closed) {
                TourHost.Taken taken = host.next(GLANCE);
                if (taken != null) {
                    forward(taken);
                }
            }
        } catch (InterruptedException | IOException e) {
            // The tour is over.
        }
    }

    private void forward(TourHost.Taken taken) throws IOException {
        passes.incrementAndGet();
        String content = "Received: by " + host.name() + " with ESMTP; " + now() + "\n" + taken.content();
        TourLetter letter = new TourLetter(host.address().getAddress().getHostAddress(), host.name(), taken.from(), to, "");
        answers.offer(letter.send(target, platform, content.replace("\n", "\r\n")).reply());
    }

    private String now() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(platform.time().now().atOffset(ZoneOffset.UTC)).replace("GMT", "+0000");
    }

    @Override
    public void close() throws IOException {
        closed = true;
        host.close();
    }
}
