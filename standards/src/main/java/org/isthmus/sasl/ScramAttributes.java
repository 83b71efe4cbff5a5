// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.util.Base64;

/// The attributes of a SCRAM message, read in their fixed order. RFC 5802 §5.1, §7.
final class ScramAttributes {
    private final String[] parts;
    private int next;

    ScramAttributes(String text) {
        parts = text.split(",", -1);
    }

    /// The value of the next attribute, which must have this name.
    String take(char name) throws SaslProblem {
        if (next >= parts.length || parts[next].length() < 2 || parts[next].charAt(0) != name || parts[next].charAt(1) != '=') {
            // RFC 5802 §5.1: m= announces an extension that must be understood, and none is.
            throw SaslProblem.malformed("SCRAM: expected the attribute " + name);
        }
        return parts[next++].substring(2);
    }

    byte[] takeBase64(char name) throws SaslProblem {
        return base64(take(name));
    }

    static byte[] base64(String text) throws SaslProblem {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw SaslProblem.malformed("SCRAM: not base64");
        }
    }

    /// RFC 5802 §5.1: "," and "=" within a name are written =2C and =3D.
    static String name(String written) throws SaslProblem {
        StringBuilder name = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '=') {
                name.append(c);
            } else if (written.startsWith("=2C", i) || written.startsWith("=3D", i)) {
                name.append(written.charAt(i + 1) == '2' ? ',' : '=');
                i += 2;
            } else {
                throw SaslProblem.malformed("SCRAM: a name with '=' in it");
            }
        }
        return name.toString();
    }

    static String written(String name) {
        return name.replace("=", "=3D").replace(",", "=2C");
    }

    /// RFC 5802 §7: printable US-ASCII without the comma.
    static boolean isNonce(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 127 && c != ',');
    }
}
