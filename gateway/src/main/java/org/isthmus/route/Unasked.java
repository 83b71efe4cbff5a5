// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;

/// A resolver that asks nobody: for looking at a configuration alone.
enum Unasked implements Resolver {
    RESOLVER;

    private static <T extends DnsRecord> Answer<T> nothing() {
        return new Answer.Failed<>("DNS is not asked", "nobody");
    }

    @Override
    public Answer<DnsRecord.Mx> mx(String name) {
        return nothing();
    }

    @Override
    public Answer<DnsRecord.Address> ipv4(String name) {
        return nothing();
    }

    @Override
    public Answer<DnsRecord.Address> ipv6(String name) {
        return nothing();
    }

    @Override
    public Answer<DnsRecord.Text> txt(String name) {
        return nothing();
    }

    @Override
    public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
        return nothing();
    }
}
