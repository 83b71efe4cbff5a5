// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Stands between a client and a server in the clear, passes on what they say, and remembers it in its order.
final class Tap implements AutoCloseable {
    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final List<Said> said = new ArrayList<>();

    /// @param text octets as characters, in ISO 8859-1, as they came in one piece
    private record Said(boolean byClient, String text) {}

    Tap(InetSocketAddress server) throws IOException {
        this.server = server;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        Thread.ofPlatform().daemon().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Socket onward = new Socket(server.getAddress(), server.getPort());
                Thread.ofPlatform().daemon().start(() -> pass(client, onward, true));
                Thread.ofPlatform().daemon().start(() -> pass(onward, client, false));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to, boolean byClient) {
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (this) {
                    said.add(new Said(byClient, new String(buffer, 0, count, StandardCharsets.ISO_8859_1)));
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // One of the two has gone.
        }
    }

    /// The command lines that were said before the content, and those behind it.
    synchronized List<String> commands() {
        List<String> commands = new ArrayList<>();
        for (Said one : said) {
            if (one.byClient) {
                one.text.lines().filter(line -> line.matches("(?i)(EHLO|MAIL|RCPT|DATA|BDAT|AUTH|QUIT|STARTTLS|RSET).*")).forEach(commands::add);
            }
        }
        return commands;
    }

    /// Whether the client said a command before the answer to the one before was there: RCPT behind MAIL, without a reply between.
    synchronized boolean isPipelined() {
        boolean mailUnanswered = false;
        for (Said one : said) {
            String text = one.text;
            int mail = text.indexOf("MAIL FROM");
            boolean together = one.byClient && mail >= 0 && text.indexOf("RCPT TO", mail) > 0;
            if (together || (one.byClient && mailUnanswered && text.contains("RCPT TO"))) {
                return true;
            }
            mailUnanswered = one.byClient && (mail >= 0 || mailUnanswered);
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
