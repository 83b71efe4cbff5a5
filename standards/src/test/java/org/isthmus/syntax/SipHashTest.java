// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The vectors are those of the authors' paper, appendix A, and of their reference program.
final class SipHashTest {
    private static byte[] counting(int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) i;
        }
        return octets;
    }

    private static final SipHash.Key KEY = SipHash.Key.of(counting(16));

    private static long sum(int length) {
        return new SipHash(KEY).put(counting(length), 0, length).sum();
    }

    @Test
    void isTheFunctionOfThePaper() {
        assertThat(sum(15)).isEqualTo(0xa129ca6149be45e5L);
        assertThat(sum(0)).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(sum(1)).isEqualTo(0x74f839c593dc67fdL);
        assertThat(sum(8)).isEqualTo(0x93f5f5799a932462L);
    }

    @Test
    void beginsAnew() {
        SipHash hash = new SipHash(KEY);
        long first = hash.put("text").put(7L).sum();
        assertThat(hash.reset().put("text").put(7L).sum()).isEqualTo(first);
        assertThat(hash.reset().put("text").put(8L).sum()).isNotEqualTo(first);
        assertThat(new SipHash(new SipHash.Key(1, 2)).put("text").put(7L).sum()).isNotEqualTo(first);
    }
}
