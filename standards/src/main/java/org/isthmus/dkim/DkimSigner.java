// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.message.HeaderReader;

/// Signs messages for one domain with one key. RFC 6376 §5.
///
/// @param domain {@code d=}, as A-labels
/// @param selector {@code s=}
/// @param header the form of the header
/// @param body the form of the body
public record DkimSigner(String domain, String selector, DkimKey key, Canonical header, Canonical body) {
    /// RFC 6376 §5.4.1: what is signed if it is there. Those of the second set are signed once more than they are there, so that none can be added.
    private static final Set<String> SIGNED = Set.of(
            "from", "sender", "reply-to", "subject", "date", "message-id", "to", "cc", "mime-version", "content-type", "content-transfer-encoding", "content-id", "content-description",
            "resent-date", "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-message-id", "in-reply-to", "references",
            "list-id", "list-help", "list-unsubscribe", "list-unsubscribe-post", "list-subscribe", "list-post", "list-owner", "list-archive",
            "tls-report-domain", "tls-report-submitter");
    private static final List<String> SEALED = List.of("from", "subject", "date", "to", "cc", "reply-to", "message-id", "content-type", "mime-version");

    /// The field {@code DKIM-Signature} with its final CRLF, to be put in front of the message.
    /// @param fields the message's header
    /// @param bodyHash of its body in our form
    /// @param now for {@code t=}
    public String sign(Header fields, byte[] bodyHash, Instant now) {
        return sign(fields, names(fields), bodyHash, " v=1; a=" + key.algorithm() + "; c=" + header.text() + "/" + body.text() + "; d=" + domain + ";\r\n\ts=" + selector
                + "; t=" + now.getEpochSecond() + ";\r\n\th=");
    }

    /// For a whole message in memory.
    public String sign(byte[] message, Instant now) {
        Header fields = HeaderReader.read(message, 0, message.length);
        int start = fields.size();
        if (start + 1 < message.length && message[start] == '\r' && message[start + 1] == '\n') {
            start += 2;
        }
        BodyHash hash = new BodyHash(body);
        hash.feed(message, start, message.length - start);
        return sign(fields, hash.finish(), now);
    }

    private String sign(Header fields, List<String> names, byte[] bodyHash, String tags) {
        String value = tags + folded(names) + ";\r\n\tbh=" + Base64.getEncoder().encodeToString(bodyHash) + ";\r\n\tb=";
        byte[] signature = key.sign(input(header, fields, names, value));
        StringBuilder text = new StringBuilder("DKIM-Signature:").append(value);
        String b = Base64.getEncoder().encodeToString(signature);
        for (int i = 0; i < b.length(); i += 72) {
            text.append(i == 0 ? "" : "\r\n\t ").append(b, i, Math.min(b.length(), i + 72));
        }
        return text.append("\r\n").toString();
    }

    /// What is signed: the named fields, each name taking the next one from below, and the signature itself with an empty {@code b=}. RFC 6376 §3.7, §5.4.2.
    static byte[] input(Canonical form, Header fields, List<String> names, String signature) {
        Map<String, List<HeaderField>> left = new HashMap<>();
        fields.fields().forEach(field -> left.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), name -> new ArrayList<>()).add(field));
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (String name : names) {
            List<HeaderField> of = left.get(name.toLowerCase(Locale.ROOT));
            if (of != null && !of.isEmpty()) {
                HeaderField field = of.removeLast();
                input.writeBytes((form.field(field.name(), field.body()) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        input.writeBytes(form.field("DKIM-Signature", signature).getBytes(StandardCharsets.ISO_8859_1));
        return input.toByteArray();
    }

    private static List<String> names(Header fields) {
        List<String> names = new ArrayList<>();
        fields.fields().reversed().stream().map(field -> field.name().toLowerCase(Locale.ROOT)).filter(SIGNED::contains).forEach(names::add);
        names.addAll(SEALED);
        return names;
    }

    private static String folded(List<String> names) {
        StringBuilder text = new StringBuilder();
        int line = 0;
        for (String name : names) {
            if (line > 0 && line + name.length() > 66) {
                text.append(":\r\n\t ");
                line = 0;
            } else if (!text.isEmpty()) {
                text.append(':');
            }
            text.append(name);
            line += name.length() + 1;
        }
        return text.toString();
    }
}
