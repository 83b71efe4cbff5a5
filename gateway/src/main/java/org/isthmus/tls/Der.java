// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The few elements of ASN.1 in DER that a certificate of our own is made of. ITU-T X.690.
final class Der {
    private Der() {}

    static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 128) {
            out.write(length);
        } else {
            byte[] octets = BigInteger.valueOf(length).toByteArray();
            byte[] bare = octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets;
            out.write(128 | bare.length);
            out.writeBytes(bare);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return element(0x30, parts);
    }

    static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    static byte[] integer(BigInteger value) {
        return element(0x02, value.toByteArray());
    }

    static byte[] octets(byte[] content) {
        return element(0x04, content);
    }

    static byte[] bits(byte[] content) {
        return element(0x03, new byte[1], content);
    }

    static byte[] utf8(String text) {
        return element(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] oid(int... octets) {
        byte[] content = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            content[i] = (byte) octets[i];
        }
        return element(0x06, content);
    }

    /// The content of the first element with this tag within a sequence; null if there is none, or it is no DER.
    static byte @Nullable [] find(byte[] sequence, int tag) {
        int at = 0;
        int end = sequence.length;
        boolean inside = false;
        while (at + 2 <= end) {
            int found = sequence[at] & 0xff;
            int length = sequence[at + 1] & 0xff;
            int content = at + 2;
            if (length > 128) {
                int count = length - 128;
                if (count > 3 || content + count > end) {
                    return null;
                }
                length = new BigInteger(1, Arrays.copyOfRange(sequence, content, content + count)).intValue();
                content += count;
            }
            if (content + length > end) {
                return null;
            }
            if (!inside && found == 0x30) {
                inside = true;
                at = content;
            } else if (found == tag) {
                return Arrays.copyOfRange(sequence, content, content + length);
            } else {
                at = content + length;
            }
        }
        return null;
    }
}
