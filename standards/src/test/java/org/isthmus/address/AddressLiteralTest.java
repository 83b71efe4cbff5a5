// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.UnknownHostException;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressLiteralTest {

    @ParameterizedTest
    @CsvSource({
        "[192.0.2.1], [192.0.2.1]",
        "[IPv6:2001:db8::1], [IPv6:2001:db8::1]",
        "[ipv6:2001:0DB8:0:0:0:0:0:1], [IPv6:2001:db8::1]",
        "[IPv6:::], [IPv6:::]",
        "[IPv6:::1], [IPv6:::1]",
        "[IPv6:1::], [IPv6:1::]",
        "[IPv6:1:0:0:2:0:0:0:3], [IPv6:1:0:0:2::3]",
        "[IPv6:1:0:0:2:3:0:0:4], [IPv6:1::2:3:0:0:4]",
        "[IPv6:1:0:2:3:4:5:6:7], [IPv6:1:0:2:3:4:5:6:7]",
    })
    void printsTheShortestForm(String written, String expected) throws SyntaxProblem {
        AddressLiteral literal = AddressLiteral.parse(new Cursor(written));
        assertThat(literal.text()).isEqualTo(expected);
        assertThat(AddressLiteral.parse(new Cursor(expected))).isEqualTo(literal);
    }

    @Test
    void leavesTheZoneAway() throws UnknownHostException {
        byte[] linkLocal = {(byte) 0xFE, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
        assertThat(new AddressLiteral(Inet6Address.getByAddress(null, linkLocal, 3)).text()).isEqualTo("[IPv6:fe80::9]");
    }
}
