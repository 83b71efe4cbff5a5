// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/// A network: an address and how many of its bits count. RFC 4632, RFC 4291 §2.3.
public record Cidr(InetAddress address, int bits) {

    /// Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address alone, which stands for itself.
    /// @throws IllegalArgumentException saying what is wrong, host bits that are set included
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int most = address.getAddress().length * 8;
        int bits;
        try {
            bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text.substring(slash + 1) + "\" is no prefix length; a mask is written as a number of bits");
        }
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("a prefix of " + bits + " bits does not fit an address of " + most);
        }
        Cidr network = new Cidr(address, bits);
        byte[] octets = address.getAddress();
        for (int i = bits; i < most; i++) {
            if ((octets[i / 8] >> (7 - i % 8) & 1) != 0) {
                throw new IllegalArgumentException(text + " has bits set behind the prefix; a single host is written without a prefix or with /" + most);
            }
        }
        return network;
    }

    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != its[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (mine[whole] >> (8 - rest)) == (its[whole] >> (8 - rest));
    }

    /// The network around an address.
    /// @param four its bits if it is an IPv4 address, however it is written
    /// @param six its bits if it is an IPv6 address
    public static Cidr around(InetAddress address, int four, int six) {
        byte[] octets = unmapped(address).getAddress();
        int bits = octets.length == 4 ? four : six;
        for (int i = bits; i < 8 * octets.length; i++) {
            octets[i / 8] &= (byte) ~(0x80 >> i % 8);
        }
        return new Cidr(of(octets), bits);
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 address, so that one rule covers the host however it connected. RFC 4291 §2.5.5.2.
    public static InetAddress unmapped(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] octets = address.getAddress();
        for (int i = 0; i < 12; i++) {
            if (octets[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return address;
            }
        }
        return of(Arrays.copyOfRange(octets, 12, 16));
    }

    private static InetAddress of(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("as many octets as an address has", e);
        }
    }

    /// Whether one of the networks contains it.
    public static boolean anyContains(List<Cidr> networks, InetAddress address) {
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
