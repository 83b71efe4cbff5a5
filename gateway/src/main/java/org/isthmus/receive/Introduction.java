// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.platform.Connection;
import org.isthmus.smtp.ClientAttributes;
import org.isthmus.smtp.ClientAttributes.Attribute;
import org.isthmus.smtp.Hello;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Who says that a session's client is somebody else than the peer of its connection: a proxy by the PROXY protocol, a host of ours by XCLIENT. Whether a host may say
/// so hangs on the connection alone, never on what was said before. Belongs to one session's thread.
final class Introduction {
    /// Where a client's address is not known: in nobody's trusted network.
    private static final InetAddress UNKNOWN = InetAddress.ofLiteral("0.0.0.0");
    private static final List<String> KEYWORD = List.of("XCLIENT " + Attribute.XCLIENT.stream().map(Enum::name).collect(Collectors.joining(" ")));

    private final Settings.Listener listener;
    private final Connection connection;
    private List<Step> steps = List.of();
    private @Nullable String helloName;
    private @Nullable Boolean extended;

    Introduction(Settings.Listener listener, Connection connection) {
        this.listener = listener;
        this.connection = connection;
        if (connection instanceof ProxiedConnection proxied) {
            steps = List.of(new Step("proxy", "listeners." + listener.name() + ".proxy-hosts", listener.at(), "handed on by " + text(proxied.proxy()), List.of(), List.of()));
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /// What the peer is offered for it.
    List<String> keywords() {
        return mayXclient() ? KEYWORD : List.of();
    }

    boolean mayXclient() {
        return Cidr.anyContains(listener.xclientHosts(), connection.remote().getAddress());
    }

    Step refusal() {
        return Step.of("xclient", "listeners." + listener.name() + ".xclient-hosts", listener.at(), "does not name " + connection.remote().getAddress().getHostAddress());
    }

    /// For the trace of each message: who spoke for the client.
    List<Step> steps() {
        return steps;
    }

    /// How the client presented itself: as was said for it, otherwise as it says itself.
    Hello hello(Hello said) {
        return new Hello(extended == null ? said.extended() : extended, helloName == null ? said.name() : helloName);
    }

    /// The client as it is introduced; of what is not said, what was known stays. NAME is not used: a name is looked up here, where it can be confirmed.
    /// A client whose address is said to be unknown is nobody, and not the host that says so.
    Client accept(ClientAttributes attributes, Client before) {
        InetSocketAddress remote = endpoint(attributes, Attribute.ADDR, Attribute.PORT, before.remote());
        InetSocketAddress local = endpoint(attributes, Attribute.DESTADDR, Attribute.DESTPORT, before.local());
        String user = attributes.says(Attribute.LOGIN) ? attributes.value(Attribute.LOGIN).orElse(null) : before.user();
        helloName = attributes.says(Attribute.HELO) ? attributes.value(Attribute.HELO).orElse(null) : helloName;
        extended = attributes.value(Attribute.PROTO).map("ESMTP"::equalsIgnoreCase).orElse(extended);
        steps = List.of(new Step("xclient", "listeners." + listener.name() + ".xclient-hosts", listener.at(),
                connection.remote().getAddress().getHostAddress() + " says that the client is " + text(remote) + (user == null ? "" : ", authenticated as " + user), List.of(), List.of()));
        return new Client(before.listener(), local, remote, null, user, before.session(), before.tls());
    }

    private static InetSocketAddress endpoint(ClientAttributes attributes, Attribute address, Attribute port, InetSocketAddress before) {
        InetAddress at = attributes.says(address) ? attributes.address(address).orElse(UNKNOWN) : before.getAddress();
        int number = attributes.says(port) ? attributes.port(port).orElse(0) : attributes.says(address) ? 0 : before.getPort();
        return new InetSocketAddress(at, number);
    }
}
