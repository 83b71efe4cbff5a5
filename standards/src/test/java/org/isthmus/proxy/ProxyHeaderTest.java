// SPDX-License-Identifier: Apache-2.0
package org.isthmus.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import org.isthmus.proxy.ProxyHeader.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10};

    @Test
    void readsTheFirstVersion() {
        assertThat(read("PROXY TCP4 203.0.113.9 192.0.2.25 40123 25\r\nEHLO x\r\n")).isEqualTo(client("203.0.113.9", 40123, "192.0.2.25", 25, 44));
        assertThat(read("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n")).isEqualTo(client("2001:db8::1", 1, "2001:db8::2", 65535, 44));
    }

    @Test
    void takesTheLongestOfTheFirstVersion() {
        String address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        assertThat(read("PROXY TCP6 " + address + " " + address + " 65535 65535\r\n")).isEqualTo(client(address, 65535, address, 65535, 104));
        assertThat(read("PROXY UNKNOWN " + address + " " + address + " 65535 65535\r\n")).isEqualTo(new Finding.Proxy(107));
    }

    @Test
    void aHealthCheckIsTheProxyItself() {
        assertThat(read("PROXY UNKNOWN\r\n")).isEqualTo(new Finding.Proxy(15));
        assertThat(read("PROXY UNKNOWN whatever stands here\r\n")).isEqualTo(new Finding.Proxy(36));
        assertThat(read(second(0x20, 0x00, new byte[0]))).isEqualTo(new Finding.Proxy(16));
        assertThat(read(second(0x20, 0x11, new byte[12]))).isEqualTo(new Finding.Proxy(28));
        assertThat(read(second(0x21, 0x00, new byte[0]))).isEqualTo(new Finding.Proxy(16));
        assertThat(read(second(0x21, 0x31, new byte[216]))).isEqualTo(new Finding.Proxy(232));
    }

    @Test
    void readsTheSecondVersion() {
        byte[] four = {(byte) 203, 0, 113, 9, (byte) 192, 0, 2, 25, (byte) 0x9c, (byte) 0xbb, 0, 25};
        assertThat(read(second(0x21, 0x11, four))).isEqualTo(client("203.0.113.9", 40123, "192.0.2.25", 25, 28));
        byte[] six = new byte[36];
        six[0] = 0x20;
        six[15] = 1;
        six[16] = 0x20;
        six[31] = 2;
        six[33] = 7;
        six[35] = 25;
        assertThat(read(second(0x21, 0x21, six))).isEqualTo(client("2000::1", 7, "2000::2", 25, 52));
    }

    @Test
    void passesOverExtensions() {
        byte[] four = {(byte) 203, 0, 113, 9, (byte) 192, 0, 2, 25, (byte) 0x9c, (byte) 0xbb, 0, 25, 3, 0, 4, 1, 2, 3, 4, 4, 0, 0};
        assertThat(read(second(0x21, 0x11, four))).isEqualTo(client("203.0.113.9", 40123, "192.0.2.25", 25, 38));
    }

    @Test
    void refusesAnExtensionThatRunsOver() {
        for (int claimed : new int[] {5, 3, 65535}) {
            byte[] four = {(byte) 203, 0, 113, 9, (byte) 192, 0, 2, 25, (byte) 0x9c, (byte) 0xbb, 0, 25, 3, (byte) (claimed >> 8), (byte) claimed, 1, 2, 3, 4};
            assertThat(read(second(0x21, 0x11, four))).isInstanceOf(Finding.Wrong.class);
        }
    }

    @Test
    void waitsForMoreAtEveryOctet() {
        byte[] one = "PROXY TCP4 203.0.113.9 192.0.2.25 40123 25\r\n".getBytes(ISO_8859_1);
        byte[] two = second(0x21, 0x11, new byte[20]);
        for (byte[] whole : new byte[][] {one, two}) {
            for (int length = 0; length < whole.length; length++) {
                assertThat(ProxyHeader.read(whole, length)).as("%d", length).isInstanceOf(Finding.Unfinished.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "EHLO client.example\r\n", "proxy TCP4 203.0.113.9 192.0.2.25 40123 25\r\n", "PROXY\r\n", "PROXYTCP4 203.0.113.9 192.0.2.25 40123 25\r\n", "PROXY TCP4\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n",
        "PROXY TCP4 203.0.113.9 192.0.2.25 40123\r\n", "PROXY TCP4 203.0.113.9 192.0.2.25 40123 25 \r\n", "PROXY TCP4  203.0.113.9 192.0.2.25 40123 25\r\n",
        "PROXY TCP4 203.0.113.9 192.0.2.25 40123 25\n", "PROXY TCP4 203.0.113.09 192.0.2.25 40123 25\r\n", "PROXY TCP4 203.0.113 192.0.2.25 40123 25\r\n", "PROXY TCP4 3405803785 192.0.2.25 40123 25\r\n",
        "PROXY TCP4 203.0.113.256 192.0.2.25 40123 25\r\n", "PROXY TCP4 ::1 ::1 40123 25\r\n", "PROXY TCP6 203.0.113.9 192.0.2.25 40123 25\r\n", "PROXY TCP6 fe80::1%eth0 ::1 40123 25\r\n",
        "PROXY TCP6 2001:db8:::1 ::1 40123 25\r\n", "PROXY TCP4 localhost 192.0.2.25 40123 25\r\n", "PROXY TCP4 203.0.113.9 192.0.2.25 65536 25\r\n", "PROXY TCP4 203.0.113.9 192.0.2.25 -1 25\r\n",
        "PROXY TCP4 203.0.113.9 192.0.2.25 040123 25\r\n", "PROXY TCP4 203.0.113.9 192.0.2.25 40123 025\r\n", "PROXY TCP4 203.0.113.9 192.0.2.25 \r\n", "\r\n\r\n\0\r\nQUIX\n1234", "\026\003\001"
    })
    void refusesWhatIsNone(String text) {
        assertThat(read(text)).isInstanceOf(Finding.Wrong.class);
    }

    @Test
    void refusesAFirstVersionThatDoesNotEnd() {
        assertThat(read("PROXY UNKNOWN " + "x".repeat(92))).isInstanceOf(Finding.Unfinished.class);
        assertThat(read("PROXY UNKNOWN " + "x".repeat(93))).isInstanceOf(Finding.Wrong.class);
    }

    @Test
    void refusesASecondVersionThatTheTextDoesNotKnow() {
        byte[] four = new byte[12];
        for (int command : new int[] {0x10, 0x11, 0x30, 0x31, 0x22, 0x2f}) {
            assertThat(read(second(command, 0x11, four))).isInstanceOf(Finding.Wrong.class);
        }
        for (int family : new int[] {0x41, 0xf1, 0x13, 0x1f, 0x12, 0x22}) {
            assertThat(read(second(0x21, family, new byte[36]))).as("%x", family).isInstanceOf(Finding.Wrong.class);
        }
        assertThat(read(second(0x21, 0x11, new byte[11]))).isInstanceOf(Finding.Wrong.class);
        assertThat(read(second(0x21, 0x21, new byte[35]))).isInstanceOf(Finding.Wrong.class);
        assertThat(read(second(0x21, 0x11, new byte[5000]))).isInstanceOf(Finding.Wrong.class);
    }

    @Test
    void anythingHasAnAnswer() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = second(0x20 | random.nextInt(2), random.nextInt(64), new byte[random.nextInt(60)]);
            for (int n = random.nextInt(4); n > 0; n--) {
                octets[12 + random.nextInt(octets.length - 12)] = (byte) random.nextInt();
            }
            Finding finding = ProxyHeader.read(octets, octets.length);
            if (finding instanceof Finding.Client(InetSocketAddress source, InetSocketAddress destination, int length)) {
                assertThat(length).isBetween(28, octets.length);
            }
        }
    }

    private static Finding read(String text) {
        return read(text.getBytes(ISO_8859_1));
    }

    private static Finding read(byte[] octets) {
        return ProxyHeader.read(octets, octets.length);
    }

    private static Finding client(String source, int from, String destination, int to, int length) {
        return new Finding.Client(new InetSocketAddress(InetAddress.ofLiteral(source), from), new InetSocketAddress(InetAddress.ofLiteral(destination), to), length);
    }

    private static byte[] second(int command, int family, byte[] behind) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(command);
        out.write(family);
        out.write(behind.length >> 8);
        out.write(behind.length);
        out.writeBytes(behind);
        return out.toByteArray();
    }
}
