// SPDX-License-Identifier: Apache-2.0
package org.isthmus.mtasts;

import java.util.List;
import java.util.Optional;
import org.isthmus.syntax.Characters;

/// What stands at {@code _mta-sts.DOMAIN}: that there is a policy, and which. RFC 8461 §3.1.
///
/// @param id changes whenever the policy does; 1 to 32 letters and digits
public record StsRecord(String id) {
    private static final String VERSION = "v=STSv1";

    /// The record among the TXT records of the name. None if there is none, more than one, or one that does not follow the grammar: then the domain is as one without a policy
    /// (RFC 8461 §3.1), except that a policy known from before still holds (§5.1).
    public static Optional<StsRecord> of(List<String> texts) {
        List<String> ours = texts.stream().filter(StsRecord::isVersion).toList();
        return ours.size() == 1 ? parse(ours.getFirst()) : Optional.empty();
    }

    private static boolean isVersion(String text) {
        String behind = text.startsWith(VERSION) ? text.substring(VERSION.length()).stripLeading() : "";
        return behind.startsWith(";");
    }

    private static Optional<StsRecord> parse(String text) {
        String id = null;
        String[] fields = text.split(";", -1);
        for (int i = 1; i < fields.length; i++) {
            String field = fields[i].strip();
            int equals = field.indexOf('=');
            if (field.isEmpty() && i == fields.length - 1) {
                break;
            }
            if (equals < 1) {
                return Optional.empty();
            }
            if (field.substring(0, equals).equals("id") && id == null) {
                id = field.substring(equals + 1);
            }
        }
        return id != null && isId(id) ? Optional.of(new StsRecord(id)) : Optional.empty();
    }

    private static boolean isId(String id) {
        return !id.isEmpty() && id.length() <= 32 && id.chars().allMatch(c -> c < 128 && Characters.letterOrDigit((char) c));
    }
}
