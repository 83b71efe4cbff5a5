// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.isthmus.auth.UsersEdit;
import org.isthmus.config.Auth;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.tracking.Harmless;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus user add|remove|list}: the users file that {@code auth.users} names. No server is needed; one that runs sees the change within a second.
@Command(name = "user", description = "The users who log in at listeners with auth.", synopsisSubcommandLabel = "VERB")
final class UserCommand {
    private static final int LONGEST_PASSWORD = 1024;

    private UserCommand() {}

    static CommandLine line(Terminal terminal) {
        return new CommandLine(new UserCommand()).addSubcommand(new Add(terminal)).addSubcommand(new Remove(terminal)).addSubcommand(new ListAll(terminal));
    }

    private static UsersEdit edit(Terminal terminal, @Nullable Path configuration) {
        Path file = terminal.configuration(configuration);
        Checked checked = terminal.program().load(file);
        if (checked.settings() == null) {
            terminal.findings(checked.problems().stream().filter(Problem::isError).toList(), terminal.err());
            throw new Failure(Exit.CONFIGURATION, "the users file cannot be found from " + Harmless.text(file.toString()));
        }
        if (!(checked.settings().auth().users() instanceof Auth.Users.File users)) {
            throw new Failure(Exit.CONFIGURATION, Harmless.text(file.toString()) + " names no users file; write auth { users = \"file:users\" }");
        }
        Settings settings = checked.settings();
        return new UsersEdit(terminal.program().platform().disk(), terminal.program().platform().entropy(), users.path(),
                (fresh, before) -> terminal.program().entrust(fresh, before, settings));
    }

    @Command(name = "add", description = "Adds a user, or gives one a new password: asked for, or the first line of standard input.")
    private static final class Add implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();

        @Option(names = "--sender", paramLabel = "PATTERN", description = "A sender address that the user may use besides his own: an address, *@domain, a domain. Repeatable; replaces those that he has.")
        private @Nullable List<String> senders;

        @Option(names = "--no-scram", description = "Keep no keys for SCRAM: harder to guess at if the file is stolen, and the password goes over the wire.")
        private boolean noScram;

        @Parameters(paramLabel = "NAME", description = "The user, like alice or alice@example.com.")
        private String name = "";

        Add(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            UsersEdit users = edit(terminal, configuration.file());
            try {
                boolean before = users.add(name, password(), !noScram, senders);
                terminal.line(name + (before ? " has a new password" : " is a user now"));
                return Exit.YES;
            } catch (IllegalArgumentException e) {
                throw new Failure(Exit.USAGE, Harmless.text(String.valueOf(e.getMessage())));
            }
        }

        private String password() throws IOException {
            Console console = System.console();
            if (console == null || !console.isTerminal()) {
                return firstLine(System.in);
            }
            char[] once = console.readPassword("Password of %s: ", name);
            char[] again = console.readPassword("Once more: ");
            if (once == null || again == null || !new String(once).equals(new String(again))) {
                throw new Failure(Exit.USAGE, "that was not the same password twice");
            }
            return new String(once);
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n' && line.size() <= LONGEST_PASSWORD; octet = in.read()) {
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    @Command(name = "remove", description = "Removes a user.")
    private static final class Remove implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();

        @Parameters(paramLabel = "NAME", description = "The user.")
        private String name = "";

        Remove(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            if (!edit(terminal, configuration.file()).remove(name)) {
                throw new Failure(Exit.NOT_FOUND, "there is no user " + Harmless.text(name));
            }
            terminal.line(name + " is no user any more");
            return Exit.YES;
        }
    }

    @Command(name = "list", description = "Shows the users, how they can log in, and which sender addresses they may use besides their own.")
    private static final class ListAll implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();

        @Mixin
        private OutputOption output = new OutputOption();

        ListAll(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            UsersEdit users = edit(terminal, configuration.file());
            users.problems().forEach(problem -> terminal.err().println(Harmless.text(problem)));
            List<UsersEdit.Entry> all = users.list();
            if (output.json()) {
                ObjectNode node = JsonMapper.shared().createObjectNode();
                ArrayNode list = node.putArray("users");
                for (UsersEdit.Entry user : all) {
                    ObjectNode one = list.addObject().put("name", user.name());
                    user.ways().forEach(one.putArray("by")::add);
                    user.senders().forEach(one.putArray("senders")::add);
                }
                terminal.json(node);
            } else {
                all.forEach(user -> terminal.line(user.name() + "  " + String.join(", ", user.ways()) + (user.senders().isEmpty() ? "" : "  may send as " + String.join(", ", user.senders()))));
            }
            return Exit.YES;
        }
    }
}
