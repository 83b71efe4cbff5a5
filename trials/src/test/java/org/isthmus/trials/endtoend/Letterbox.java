// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A small SMTP server that takes everything and keeps whole messages with their envelopes, parameters and all. It offers 8BITMIME, SMTPUTF8, DSN and SIZE.
final class Letterbox implements AutoCloseable {
    /// @param mail what stood behind {@code MAIL FROM:}
    /// @param recipients what stood behind each {@code RCPT TO:}
    /// @param content octets as characters, in ISO 8859-1
    record Letter(String mail, List<String> recipients, String content) {
        /// The field of its header that begins with this name, unfolded; empty if there is none.
        String field(String name) {
            String header = content.substring(0, content.indexOf("\r\n\r\n") + 2).replaceAll("\r\n[ \t]+", " ");
            return header.lines().filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1)).findFirst().map(line -> line.substring(name.length() + 1).strip()).orElse("");
        }

        /// What its body holds, decoded and in UTF-8.
        String body() {
            String body = content.substring(content.indexOf("\r\n\r\n") + 4);
            if (field("Content-Transfer-Encoding").equalsIgnoreCase("quoted-printable")) {
                body = Pattern.compile("=([0-9A-F]{2})").matcher(body.replace("=\r\n", "")).replaceAll(found -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 16))));
            }
            boolean base64 = field("Content-Transfer-Encoding").equalsIgnoreCase("base64");
            return new String(base64 ? Base64.getMimeDecoder().decode(body) : body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket listener;
    private final List<Letter> letters = new ArrayList<>();

    Letterbox(String address) throws IOException {
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0), 100);
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized List<Letter> letters() {
        return List.copyOf(letters);
    }

    /// The letter with this subject; waits for it.
    Letter await(String subject) throws InterruptedException {
        Running.waitUntil("the letter " + subject, () -> letters().stream().map(letter -> letter.field("Subject")).toList(), () -> find(subject) != null);
        return find(subject);
    }

    /// @return null if there is none
    Letter find(String subject) {
        return letters().stream().filter(letter -> letter.field("Subject").equals(subject)).findFirst().orElse(null);
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            converse(new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
        } catch (IOException e) {
            // Whoever sent it has no more to say.
        }
    }

    private void converse(InputStream in, OutputStream out) throws IOException {
        String mail = "";
        List<String> recipients = new ArrayList<>();
        answer(out, "220 letterbox.example");
        for (String line = line(in); line != null; line = line(in)) {
            String verb = line.toUpperCase(Locale.ROOT);
            if (verb.startsWith("EHLO")) {
                answer(out, "250-letterbox.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 50000000");
            } else if (verb.startsWith("DATA")) {
                answer(out, "354 go ahead");
                keep(mail, recipients, message(in));
                answer(out, "250 2.0.0 taken");
            } else if (verb.startsWith("QUIT")) {
                answer(out, "221 2.0.0 bye");
                return;
            } else {
                if (verb.startsWith("MAIL FROM:")) {
                    mail = line.substring(10);
                    recipients.clear();
                } else if (verb.startsWith("RCPT TO:")) {
                    recipients.add(line.substring(8));
                }
                answer(out, "250 2.0.0 ok");
            }
        }
    }

    private synchronized void keep(String mail, List<String> recipients, String content) {
        letters.add(new Letter(mail, List.copyOf(recipients), content));
    }

    private static void answer(OutputStream out, String reply) throws IOException {
        out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static String message(InputStream in) throws IOException {
        StringBuilder message = new StringBuilder();
        for (String line = line(in); line != null; line = line(in)) {
            if (line.equals(".")) {
                return message.toString();
            }
            message.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
        throw new IOException("ended within a message");
    }

    /// A line without its end, in ISO 8859-1; null at the end of the stream.
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        int before = -1;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet == '\n' && before == '\r') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.substring(0, text.length() - 1);
            }
            line.write(octet);
            before = octet;
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
