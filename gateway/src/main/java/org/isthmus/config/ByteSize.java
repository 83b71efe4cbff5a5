// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

/// A size in octets, written with a unit: {@code 50 MiB}.
public record ByteSize(long octets) {
    public static ByteSize mebibytes(long count) {
        return new ByteSize(count * 1024 * 1024);
    }

    @Override
    public String toString() {
        return octets % (1024 * 1024) == 0 ? octets / (1024 * 1024) + " MiB" : octets % 1024 == 0 ? octets / 1024 + " KiB" : octets + " B";
    }
}
