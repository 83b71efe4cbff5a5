// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.zip.CRC32C;

/// CRC32C of pieces.
final class Checksum {
    private Checksum() {}

    static int of(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    static int of(byte[] first, int from, int length, byte[] second, int from2, int length2) {
        CRC32C crc = new CRC32C();
        crc.update(first, from, length);
        crc.update(second, from2, length2);
        return (int) crc.getValue();
    }
}
