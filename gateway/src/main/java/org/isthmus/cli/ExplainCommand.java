// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.isthmus.address.Domain;
import org.isthmus.auth.UsersEdit;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.config.Auth;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.explain.Explainer;
import org.isthmus.explain.Explanation;
import org.isthmus.explain.Question;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.platform.Platform;
import org.isthmus.tracking.Harmless;
import org.isthmus.transit.NextHop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// {@code isthmus explain RCPT}: what would happen, and why. Needs no running server; with one it knows the real ports, and adds how the destinations are.
@Command(name = "explain", description = "Would it be accepted, where would it go, why, and what would change the answer. Sends nothing.")
final class ExplainCommand implements Callable<Integer> {
    /// Addresses for documentation (RFC 5737): one of them is a stranger to every real network.
    private static final List<String> STRANGERS = List.of("192.0.2.1", "198.51.100.1", "203.0.113.1", "127.0.0.1");

    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Parameters(paramLabel = "RCPT", description = "The recipient's address.")
    private String recipient = "";

    @Option(names = "--from", paramLabel = "S", description = "The sender's address; <> for a report. Default: somebody@example.net.")
    private String from = "somebody@example.net";

    @Option(names = "--client", paramLabel = "IP", description = "Where it comes from. Default: a stranger on the Internet.")
    private @Nullable String client;

    @Option(names = "--size", paramLabel = "N", description = "How large it is: octets, or with a unit: 20M.")
    private @Nullable String size;

    @Option(names = "--user", paramLabel = "U", description = "As whom the client has logged in. Default: it has not.")
    private @Nullable String user;

    @Option(names = "--require-tls", description = "As a client under TLS that says REQUIRETLS.")
    private boolean requireTls;

    @Option(names = "--listener", paramLabel = "L", description = "The listener it comes to. Default: the first of the configuration; with --user the first at which users log in.")
    private @Nullable String listener;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Path file = terminal.configuration(configuration.file());
        Checked checked = terminal.program().load(file);
        Settings settings = checked.settings();
        if (settings == null) {
            terminal.findings(checked.problems(), terminal.err());
            throw new Failure(Exit.CONFIGURATION, Harmless.text(file.toString()) + " has errors; nothing can be explained by it");
        }
        JsonNode server = server(settings.connector().data());
        Platform outside = terminal.program().platform();
        Platform platform = new Platform(outside.time(), outside.entropy(), outside.threads(), outside.network(), terminal.program().resolver(settings), outside.disk(),
                outside.machine(), outside.https(), outside.sockets());
        Explanation explanation = explain(settings, platform, server);
        if (output.json()) {
            terminal.json(ExplainText.json(explanation, server));
        } else {
            terminal.out().print(ExplainText.text(explanation, server));
        }
        return switch (explanation.verdict()) {
            case DELIVERED -> Exit.YES;
            case CANNOT_TELL -> Exit.CANNOT_TELL;
            case REFUSED -> Exit.NO;
        };
    }

    private Explanation explain(Settings settings, Platform platform, JsonNode server) throws IOException {
        if (settings.listeners().isEmpty()) {
            throw new Failure(Exit.CONFIGURATION, "the configuration has no listener");
        }
        try {
            Question question = new Question(bare(recipient), bare(from), client(settings), listener(settings).name(), octets(), user(settings), requireTls);
            return new Explainer(platform, new Snapshot(1, settings), bound(server), learned(server)).explain(question);
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, Harmless.text(String.valueOf(e.getMessage())));
        }
    }

    private Settings.Listener listener(Settings settings) {
        return settings.listeners().stream().filter(one -> listener == null ? user == null || one.auth() != Auth.Demand.OFF : one.name().equals(listener)).findFirst()
                .orElseThrow(() -> new Failure(Exit.USAGE, listener == null ? "no listener lets users log in: none has auth"
                        : "no listener is called " + Harmless.quoted(listener) + "; there are " + String.join(", ", settings.listeners().stream().map(Settings.Listener::name).toList())));
    }

    /// The user by the name that the users file has for him, as a session has it.
    private @Nullable String user(Settings settings) throws IOException {
        String wanted = user;
        if (wanted == null) {
            return null;
        }
        if (listener(settings).auth() == Auth.Demand.OFF) {
            throw new Failure(Exit.USAGE, "nobody logs in at the listener " + listener(settings).name() + ": it has no auth");
        }
        return switch (settings.auth().users()) {
            case Auth.Users.File file -> new UsersEdit(terminal.program().platform().disk(), terminal.program().platform().entropy(), file.path()).list().stream()
                    .map(UsersEdit.Entry::name).filter(wanted::equalsIgnoreCase).findFirst()
                    .orElseThrow(() -> new Failure(Exit.NOT_FOUND, "there is no user " + Harmless.text(wanted) + " in " + Harmless.text(file.path().toString())));
            // Dovecot tells nobody who exists.
            case Auth.Users.Dovecot dovecot -> wanted;
            case null -> throw new Failure(Exit.CONFIGURATION, "auth.users is missing: nobody can log in");
        };
    }

    private InetAddress client(Settings settings) {
        if (client != null) {
            try {
                return InetAddress.ofLiteral(client);
            } catch (IllegalArgumentException e) {
                throw new Failure(Exit.USAGE, Harmless.quoted(client) + " is no IP address");
            }
        }
        List<Cidr> trusted = settings.trustedNetworks();
        return STRANGERS.stream().map(InetAddress::ofLiteral).filter(one -> !Cidr.anyContains(trusted, one)).findFirst()
                .orElseGet(() -> InetAddress.ofLiteral(STRANGERS.getFirst()));
    }

    private OptionalLong octets() {
        if (size == null) {
            return OptionalLong.empty();
        }
        String digits = size.replaceFirst("(?i) ?([KMG])(i?B)?$", "");
        String unit = size.substring(digits.length()).strip().toUpperCase(java.util.Locale.ROOT);
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Failure(Exit.USAGE, Harmless.quoted(size) + " is no size; write octets, or a number with K, M or G");
        }
        long factor = unit.isEmpty() ? 1 : 1L << 10 * (1 + "KMG".indexOf(unit.charAt(0)));
        return OptionalLong.of(Long.parseLong(digits) * factor);
    }

    private static String bare(String address) {
        return address.startsWith("<") && address.endsWith(">") ? address.substring(1, address.length() - 1) : address;
    }

    /// The status of a running server; missing if there is none that we may ask.
    private JsonNode server(Path data) {
        try {
            return terminal.answer(data, ControlClient.request("status")) instanceof ControlClient.Reply.Done done ? done.result() : MissingNode.getInstance();
        } catch (Failure e) {
            return MissingNode.getInstance();
        }
    }

    private static Map<String, InetSocketAddress> bound(JsonNode server) {
        Map<String, InetSocketAddress> bound = new HashMap<>();
        for (JsonNode door : server.path("listeners").values()) {
            address(door).ifPresent(address -> bound.put(door.path("name").asString(""), address));
        }
        return bound;
    }

    /// What the wire taught the server about addresses: mail of the site turns around by it.
    private static List<LearnedAddresses.Entry> learned(JsonNode server) {
        List<LearnedAddresses.Entry> learned = new ArrayList<>();
        for (JsonNode one : server.path("learned").values()) {
            Duration left = Duration.ofSeconds(one.path("secondsLeft").asLong(0));
            address(one).ifPresent(address -> learned.add(new LearnedAddresses.Entry(address, one.path("ours").asBoolean(false), hop(one.path("hop").asString("")), one.path("what").asString(""), left)));
        }
        return learned;
    }

    private static Optional<NextHop> hop(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text.startsWith("mx:") ? new NextHop.Exchangers(Domain.of(text.substring("mx:".length()))) : new NextHop.Named(text));
    }

    private static Optional<InetSocketAddress> address(JsonNode holder) {
        String address = holder.path("address").asString("");
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "" : address.substring(0, colon).replace("[", "").replace("]", "");
        try {
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(address.substring(colon + 1))));
        } catch (IllegalArgumentException e) {
            // A server of another version; the configuration tells what there is to tell.
            return Optional.empty();
        }
    }
}
