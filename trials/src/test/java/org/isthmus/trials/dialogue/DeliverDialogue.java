// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A conversation of our client with a scripted server, read from a file. The server's lines are given, the client's are checked.
///
/// | word | meaning |
/// |---|---|
/// | `< text` | the server says this line |
/// | `<< text` | the server sends these octets, with `\r \n \t \0 \\ \xHH` |
/// | `> text` | the client must have sent this line; `*` stands for anything |
/// | `>> text` | the client must have sent exactly these octets, with the same escapes |
/// | `tls` | client and server shake hands, and from here on everything goes under TLS |
/// | `close`, `hang` | the server closes; says nothing more while the client waits |
/// | `refuse` | the next connection is refused |
/// | `connect N` | a further connection follows, to server N of the way (from 1) |
/// | `deliver` | another message follows, the same as before |
/// | `given KEY VALUE` | see {@link Given} |
/// | `outcome ADDRESS WORDS` | `delivered`, `deferred STATUS` or `failed STATUS`, of the last delivery |
/// | `ambiguous`, `reports here`, `reports there` | of the last delivery: a duplicate is possible; whose it is to report success |
///
/// Lines of the client in a row were sent before it read anything. All that it sends must be in the file, and everything in the file must happen.
record DeliverDialogue(Given given, List<List<Step>> connections, int deliveries, Map<String, String> outcomes, List<String> remarks) {

    /// One thing that happens on a connection.
    sealed interface Step {
        record Says(byte[] octets) implements Step {}

        record Hears(String line) implements Step {}

        record HearsOctets(byte[] octets) implements Step {}

        record Shakes() implements Step {}

        record Closes() implements Step {}

        record Hangs() implements Step {}

        record Refuses() implements Step {}

        /// What follows happens only once the next message is delivered.
        record Pauses() implements Step {}

        /// The connection is to this server of the way, from 1.
        record Connects(int server) implements Step {}
    }

    /// What is delivered: `protocol`, `servers`, `from`, `to` (several), `notify`, `content`, `body`, `utf8`, `ret`, `envid`, `by`, `mt-priority`, `xforward`, `reuse`, `inside`, `ourselves`, and
    /// `tls`: a mode of a next hop, or `implicit`.
    record Given(Map<String, String> values) {
        String get(String key, String otherwise) {
            return values.getOrDefault(key, otherwise);
        }

        boolean has(String key) {
            return values.containsKey(key);
        }
    }

    /// Whether a server falls silent, so that the client must wait its time.
    boolean hangs() {
        return connections.stream().anyMatch(steps -> steps.stream().anyMatch(Step.Hangs.class::isInstance));
    }

    /// Whether TLS is asked for, for which there must be a network.
    boolean secures() {
        return given.has("tls");
    }

    static DeliverDialogue read(Path file) throws IOException {
        Map<String, String> given = new LinkedHashMap<>();
        List<List<Step>> connections = new ArrayList<>(List.of(new ArrayList<>()));
        Map<String, String> outcomes = new LinkedHashMap<>();
        List<String> remarks = new ArrayList<>();
        int deliveries = 1;
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            int blank = line.indexOf(' ');
            String word = blank < 0 ? line : line.substring(0, blank);
            String rest = blank < 0 ? "" : line.substring(blank + 1);
            List<Step> steps = connections.getLast();
            switch (word) {
                case "", "#" -> {}
                case "given" -> given.put(rest.split(" ", 2)[0], rest.contains(" ") ? rest.split(" ", 2)[1] : "");
                case "<" -> steps.add(new Step.Says((rest + "\r\n").getBytes(StandardCharsets.UTF_8)));
                case "<<" -> steps.add(new Step.Says(octets(rest)));
                case ">" -> steps.add(new Step.Hears(rest));
                case ">>" -> steps.add(new Step.HearsOctets(octets(rest)));
                case "tls" -> steps.add(new Step.Shakes());
                case "close" -> steps.add(new Step.Closes());
                case "hang" -> steps.add(new Step.Hangs());
                case "refuse" -> steps.add(new Step.Refuses());
                case "connect" -> connections.add(new ArrayList<>(List.of(new Step.Connects(Integer.parseInt(rest)))));
                case "deliver" -> {
                    steps.add(new Step.Pauses());
                    deliveries++;
                }
                case "outcome" -> outcomes.put(rest.split(" ", 2)[0], rest.split(" ", 2)[1]);
                case "ambiguous", "reports" -> remarks.add(line);
                default -> throw new IOException(file + ":" + number + ": unknown word " + word);
            }
        }
        return new DeliverDialogue(new Given(given), connections, deliveries, outcomes, remarks);
    }

    /// Escapes to octets; what stands outside ASCII becomes UTF-8.
    static byte[] octets(String text) {
        StringBuilder raw = new StringBuilder();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] != '\\') {
                raw.append((char) (utf8[i] & 0xFF));
                continue;
            }
            char kind = (char) utf8[++i];
            raw.append(switch (kind) {
                case 'r' -> '\r';
                case 'n' -> '\n';
                case 't' -> '\t';
                case '0' -> '\0';
                case '\\' -> '\\';
                case 'x' -> (char) Integer.parseInt("" + (char) utf8[++i] + (char) utf8[++i], 16);
                default -> throw new IllegalArgumentException("unknown escape \\" + kind);
            });
        }
        return raw.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
