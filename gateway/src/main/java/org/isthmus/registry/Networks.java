// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Cidr;

/// The relay lists: {@code net} or {@code net;mask} in dotted form. A list is a set of IPv4 addresses; the deny list was asked first, so what it names is taken
/// out of what the allow list names.
final class Networks {
    private Networks() {}

    /// An entry as it was meant.
    /// @param reaches whether any client ever matched: the rule was (client AND mask) = net, so a net with bits outside its mask matched nobody (Q258140)
    record Entry(Cidr network, boolean reaches) {}

    /// @throws IllegalArgumentException saying what is wrong
    static Entry entry(String text) {
        int semicolon = text.indexOf(';');
        long net = address((semicolon < 0 ? text : text.substring(0, semicolon)).strip());
        long mask = semicolon < 0 ? 0xFFFFFFFFL : address(text.substring(semicolon + 1).strip());
        int bits = Long.bitCount(mask);
        if (mask != mask(bits)) {
            throw new IllegalArgumentException("has a mask with gaps, which no network has");
        }
        return new Entry(cidr(net & mask, bits), (net & ~mask) == 0);
    }

    /// What is left of some networks when others are taken out, as the fewest networks that say it.
    static List<Cidr> without(List<Cidr> allowed, List<Cidr> denied) {
        List<Cidr> left = allowed;
        for (Cidr out : denied) {
            List<Cidr> next = new ArrayList<>();
            left.forEach(one -> next.addAll(without(one, out)));
            left = next;
        }
        return left;
    }

    private static List<Cidr> without(Cidr one, Cidr out) {
        if (one.bits() >= out.bits()) {
            return out.contains(one.address()) ? List.of() : List.of(one);
        }
        if (!one.contains(out.address())) {
            return List.of(one);
        }
        // Halves, of which one stays whole.
        long net = number(one.address().getAddress());
        Cidr lower = cidr(net, one.bits() + 1);
        Cidr upper = cidr(net | 1L << (31 - one.bits()), one.bits() + 1);
        List<Cidr> left = new ArrayList<>(without(lower, out));
        left.addAll(without(upper, out));
        return left;
    }

    private static long mask(int bits) {
        return 0xFFFFFFFFL << (32 - bits) & 0xFFFFFFFFL;
    }

    private static Cidr cidr(long net, int bits) {
        byte[] octets = {(byte) (net >> 24), (byte) (net >> 16), (byte) (net >> 8), (byte) net};
        try {
            return new Cidr(InetAddress.getByAddress(octets), bits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }

    private static long number(byte[] octets) {
        long number = 0;
        for (byte octet : octets) {
            number = number << 8 | octet & 0xFF;
        }
        return number;
    }

    private static long address(String text) {
        String[] parts = text.split("\\.", -1);
        long number = 0;
        for (String part : parts) {
            boolean good = parts.length == 4 && !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!good || Integer.parseInt(part) > 255) {
                throw new IllegalArgumentException("has \"" + RegistryReader.clip(text) + "\", which is no IPv4 address");
            }
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }
}
