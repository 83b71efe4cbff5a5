// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/// A message of a load test. From its first field on nobody on the way may change a byte, so the hash over that is its identity.
record Parcel(String id, List<String> recipients, byte[] content) {
    static final String FIELD = "X-Parcel: ";

    /// @param domains one message in ten has several recipients, of any of these; one recipient in twenty exists nowhere
    static Parcel random(String id, List<String> domains, RandomGenerator random) {
        int people = random.nextInt(10) == 0 ? 2 + random.nextInt(5) : 1;
        List<String> recipients = new ArrayList<>();
        for (int i = 0; i < people; i++) {
            String user = random.nextInt(20) == 0 ? MailSink.GHOST : "user";
            recipients.add(user + i + "@" + domains.get(random.nextInt(domains.size())));
        }
        int dice = random.nextInt(100);
        int size = dice < 80 ? random.nextInt(8_000) : dice < 97 ? random.nextInt(100_000) : 1_000_000 + random.nextInt(1_000_000);
        return new Parcel(id, recipients, text(id, size, random));
    }

    private static byte[] text(String id, int size, RandomGenerator random) {
        StringBuilder text = new StringBuilder(size + 300);
        text.append(FIELD).append(id).append("\r\nFrom: a@sender.example\r\nTo: b@site.example\r\nSubject: parcel\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <")
                .append(id).append("@sender.example>\r\n\r\n");
        while (text.length() < size) {
            // Lines that begin with dots are those that get lost or doubled.
            text.append(".".repeat(random.nextInt(3))).append(Long.toString(random.nextLong(), 36).repeat(1 + random.nextInt(4))).append("\r\n");
        }
        return text.append("end\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    String hash() {
        return hash(content);
    }

    static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /// The part of a received message that must be what was sent.
    static byte[] from(byte[] received) {
        byte[] field = FIELD.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + field.length <= received.length; i++) {
            if ((i == 0 || received[i - 1] == '\n') && Arrays.equals(received, i, i + field.length, field, 0, field.length)) {
                return Arrays.copyOfRange(received, i, received.length);
            }
        }
        return received;
    }

    /// The id in what {@link #from} found.
    static String id(byte[] content) {
        String start = new String(content, 0, Math.min(content.length, 200), StandardCharsets.ISO_8859_1);
        return start.startsWith(FIELD) ? start.substring(FIELD.length()).lines().findFirst().orElse("") : "";
    }
}
