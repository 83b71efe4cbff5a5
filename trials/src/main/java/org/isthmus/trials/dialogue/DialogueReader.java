// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.trials.dialogue.Dialogue.Phrase;

/// Reads a dialogue file. Lines begin with a word of the language; a line that begins with none is a mistake.
public final class DialogueReader {
    private final String name;
    private final List<Phrase> given = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Phrase> checks = new ArrayList<>();

    private DialogueReader(String name) {
        this.name = name;
    }

    /// @param name for people, without the file's ending
    public static Dialogue read(String name, String text) {
        DialogueReader reader = new DialogueReader(name);
        reader.block(text.lines().toList(), 0, -1);
        return new Dialogue(name, reader.given, reader.lines, reader.checks);
    }

    /// Reads up to `end` or the end of the file; gives the index behind.
    /// @param turn which repetition this is, -1 outside one
    private int block(List<String> text, int from, int turn) {
        for (int i = from; i < text.size(); i++) {
            String line = text.get(i);
            if (line.startsWith("repeat ")) {
                int times = Integer.parseInt(line.substring(7).strip());
                int behind = i;
                for (int t = 1; t <= times; t++) {
                    behind = block(text, i + 1, t);
                }
                i = behind - 1;
            } else if (line.equals("end")) {
                return i + 1;
            } else {
                word(i + 1, turn < 0 ? line : line.replace("{#}", String.valueOf(turn)));
            }
        }
        return text.size();
    }

    private void word(int number, String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        String[] parts = line.split(" ", 2);
        String rest = parts.length > 1 ? parts[1] : "";
        switch (parts[0]) {
            case "given" -> given.add(new Phrase(number, rest));
            case ">" -> lines.add(new Line.Send(number, raw(number, rest + "\\r\\n")));
            case ">>" -> lines.add(new Line.Send(number, raw(number, rest)));
            case "<" -> lines.add(new Line.Hear(number, rest));
            case "<+" -> lines.add(new Line.Also(number, rest));
            case "<!" -> lines.add(new Line.Never(number, rest));
            case "wait" -> lines.add(new Line.Wait(number, duration(number, rest)));
            case "tls" -> lines.add(new Line.Secure(number));
            case "close" -> lines.add(new Line.Close(number));
            case "server" -> lines.add(new Line.ServerCloses(number));
            case "spool", "message", "refused" -> checks.add(new Phrase(number, line));
            default -> throw problem(number, "no word of the language: " + parts[0]);
        }
    }

    private Duration duration(int number, String text) {
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(count);
            case 'm' -> Duration.ofMinutes(count);
            case 'h' -> Duration.ofHours(count);
            default -> throw problem(number, "not a time: " + text);
        };
    }

    /// Octets with the escapes of the language: {@code \r \n \t \0 \\ \xHH}, and {@code {20*text}} for repetition.
    private byte[] raw(int number, String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int i = 0;
        while (i < text.length()) {
            int star = text.indexOf('*', i);
            int close = text.indexOf('}', i);
            if (text.charAt(i) == '{' && star > i && close > star && text.substring(i + 1, star).chars().allMatch(Character::isDigit) && star > i + 1) {
                byte[] once = raw(number, text.substring(star + 1, close));
                for (int n = Integer.parseInt(text.substring(i + 1, star)); n > 0; n--) {
                    octets.writeBytes(once);
                }
                i = close + 1;
            } else if (text.charAt(i) == '\\') {
                i = escape(number, text, i + 1, octets);
            } else {
                int end = text.offsetByCodePoints(i, 1);
                octets.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end;
            }
        }
        return octets.toByteArray();
    }

    private int escape(int number, String text, int at, ByteArrayOutputStream octets) {
        switch (text.charAt(at)) {
            case 'r' -> octets.write('\r');
            case 'n' -> octets.write('\n');
            case 't' -> octets.write('\t');
            case '0' -> octets.write(0);
            case '\\' -> octets.write('\\');
            case 'x' -> {
                octets.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
                return at + 3;
            }
            default -> throw problem(number, "no escape: \\" + text.charAt(at));
        }
        return at + 1;
    }

    /// Octets of a text with escapes, for checks.
    static byte[] octets(String text) {
        return new DialogueReader("").raw(0, text);
    }

    private IllegalArgumentException problem(int number, String what) {
        return new IllegalArgumentException(name + ".smtp:" + number + ": " + what);
    }
}
