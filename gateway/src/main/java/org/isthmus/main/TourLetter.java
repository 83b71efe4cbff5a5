// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.Reply;

/// A message that a client of the tour sends.
///
/// @param client the address that it comes from
/// @param hello its name
record TourLetter(String client, String hello, String from, String to, String subject) {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /// What the server said in the end.
    /// @param command at which it ended: {@code MAIL}, {@code RCPT} or {@code end of data}
    record Answer(String command, Reply reply) {}

    /// Sends it, up to the first refusal.
    Answer send(InetSocketAddress server, Platform platform) throws IOException {
        return send(server, platform, content(platform));
    }

    /// The same with other content.
    Answer send(InetSocketAddress server, Platform platform, String content) throws IOException {
        try (TourWire wire = new TourWire(platform.network().connect(TourInternet.at(client, 0), server, LIMIT))) {
            wire.reply();
            wire.send("EHLO " + hello);
            wire.reply();
            Answer answer = ask(wire, "MAIL", "MAIL FROM:<" + from + ">");
            if (answer.reply().isPositive()) {
                answer = ask(wire, "RCPT", "RCPT TO:<" + to + ">");
            }
            if (answer.reply().isPositive()) {
                answer = ask(wire, "DATA", "DATA");
            }
            if (answer.reply().code() == 354) {
                wire.sendContent(content);
                answer = new Answer("end of data", wire.reply());
            }
            wire.send("QUIT");
            wire.reply();
            return answer;
        }
    }

    private static Answer ask(TourWire wire, String command, String line) throws IOException {
        wire.send(line);
        return new Answer(command, wire.reply());
    }

    private String content(Platform platform) {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(platform.time().now().atOffset(ZoneOffset.UTC)).replace("GMT", "+0000");
        String id = Long.toHexString(platform.entropy().below(Long.MAX_VALUE)) + "@" + hello;
        return String.join("\r\n", "From: <" + from + ">", "To: <" + to + ">", "Subject: " + subject, "Date: " + date, "Message-ID: <" + id + ">", "",
                "This message is part of a tour of Isthmus.", "");
    }
}
