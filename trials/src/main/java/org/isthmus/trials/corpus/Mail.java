// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;

/// A message as text, which those on its way change.
///
/// @param header fields, each ended by CRLF
record Mail(String header, String body) {

    static Mail of(byte[] content) {
        String text = new String(content, ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        return end < 0 ? new Mail(text, "") : new Mail(text.substring(0, end + 2), text.substring(end + 4));
    }

    /// With fields in front, as every hop puts its own. Lines end with LF here.
    Mail top(String fields) {
        return new Mail(fields.replace("\n", "\r\n") + header, body);
    }

    /// With fields behind the others.
    Mail bottom(String fields) {
        return new Mail(header + fields.replace("\n", "\r\n"), body);
    }

    Mail footer(String text) {
        return new Mail(header, body + text.replace("\n", "\r\n"));
    }

    /// With another text in a field.
    Mail with(String name, String value) {
        return new Mail(without(name).header() + name + ": " + value + "\r\n", body);
    }

    /// Without all fields of a name.
    Mail without(String name) {
        StringBuilder kept = new StringBuilder();
        boolean dropped = false;
        for (String line : header.split("\r\n")) {
            boolean folded = line.startsWith(" ") || line.startsWith("\t");
            dropped = folded ? dropped : line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":");
            if (!dropped) {
                kept.append(line).append("\r\n");
            }
        }
        return new Mail(kept.toString(), body);
    }

    /// The text of the first field of a name; empty if there is none.
    String text(String name) {
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        StringBuilder text = null;
        for (String line : header.split("\r\n")) {
            boolean folded = line.startsWith(" ") || line.startsWith("\t");
            if (text != null) {
                if (!folded) {
                    return text.toString();
                }
                text.append(line);
            } else if (line.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                text = new StringBuilder(line.substring(prefix.length()).strip());
            }
        }
        return text == null ? "" : text.toString();
    }

    byte[] octets() {
        return (header + "\r\n" + body).getBytes(ISO_8859_1);
    }
}
