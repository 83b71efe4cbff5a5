// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.cli.control.Selectors;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus queue ...}: what waits, and what is to become of it.
@Command(name = "queue", description = "Shows the queue and acts on it.", synopsisSubcommandLabel = "list|show|retry|hold|release|remove|bounce|flush|suspend|resume")
final class QueueCommand {
    private QueueCommand() {}

    static CommandLine line(Terminal terminal) {
        CommandLine line = new CommandLine(new QueueCommand());
        line.addSubcommand("list", new ListVerb(terminal));
        line.addSubcommand("show", new ShowVerb(terminal));
        for (Action action : Action.values()) {
            CommandLine verb = new CommandLine(new ActVerb(terminal, action));
            verb.getCommandSpec().usageMessage().description(action.description);
            line.addSubcommand(action.name(), verb);
        }
        line.addSubcommand("flush", new FlushVerb(terminal));
        line.addSubcommand("suspend", new SuspendVerb(terminal));
        line.addSubcommand("resume", new ResumeVerb(terminal));
        return line;
    }

    /// The verbs that act on a selection.
    private enum Action {
        retry("due now", "Makes waiting recipients due now. Held ones stay held."),
        hold("held", "Keeps waiting recipients until they are released."),
        release("released", "Lets held recipients go."),
        remove("removed", "Takes recipients off the queue without a report to their sender."),
        bounce("given up", "Gives recipients up now, with the report that their sender asked for.");

        private final String done;
        private final String description;

        Action(String done, String description) {
            this.done = done;
            this.description = description;
        }
    }

    @Command(description = "Lists recipients that wait or are held.")
    private static final class ListVerb implements Callable<Integer> {
        private static final int MANY = 1000;

        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();
        @Mixin
        private SelectorOptions selectors = new SelectorOptions();
        @Option(names = "--limit", paramLabel = "N", description = "At most so many messages. Default: " + MANY + ".")
        private int limit = MANY;

        ListVerb(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            JsonNode result = list(terminal, configuration, selectors.selector(), limit);
            if (output.json()) {
                terminal.json(result);
            } else {
                terminal.out().print(QueueTables.list(result));
            }
            return Exit.YES;
        }
    }

    private static JsonNode list(Terminal terminal, ConfigurationOption configuration, Selector selector, int limit) {
        ObjectNode request = ControlClient.request("queue-list").put("limit", limit);
        request.set("selector", Selectors.write(selector, false));
        return terminal.ask(configuration.file(), request);
    }

    @Command(description = "Shows messages with all their recipients.")
    private static final class ShowVerb implements Callable<Integer> {
        private static final int MANY = 100;

        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();
        @Mixin
        private SelectorOptions selectors = new SelectorOptions();

        ShowVerb(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            JsonNode messages = selectors.onlyIds() ? byId(selectors.selector()) : list(terminal, configuration, selectors.selectorForAction(), MANY).path("messages");
            if (output.json()) {
                ObjectNode result = ControlClient.request("");
                result.remove("verb");
                result.set("messages", messages);
                terminal.json(result);
            } else {
                messages.values().forEach(message -> terminal.out().print(QueueTables.show(message)));
            }
            return messages.isEmpty() ? Exit.NOT_FOUND : Exit.YES;
        }

        private JsonNode byId(Selector selector) {
            ArrayNode messages = tools.jackson.databind.json.JsonMapper.shared().createArrayNode();
            for (QueueId id : selector.ids()) {
                messages.add(terminal.ask(configuration.file(), ControlClient.request("queue-show").put("id", id.toString())));
            }
            return messages;
        }
    }

    @Command
    private static final class ActVerb implements Callable<Integer> {
        private final Terminal terminal;
        private final Action action;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private SelectorOptions selectors = new SelectorOptions();
        @Option(names = "--dry-run", description = "Only says how many it would be.")
        private boolean dryRun;

        ActVerb(Terminal terminal, Action action) {
            this.terminal = terminal;
            this.action = action;
        }

        @Override
        public Integer call() {
            Selector selector = selectors.selectorForAction();
            ObjectNode request = ControlClient.request("queue-" + action.name()).put("dryRun", dryRun);
            request.set("selector", Selectors.write(selector, selectors.all()));
            int count = terminal.ask(configuration.file(), request).path("recipients").asInt(0);
            terminal.line(recipients(count) + (dryRun ? " would be " : " ") + action.done);
            return count == 0 && !selector.ids().isEmpty() ? Exit.NOT_FOUND : Exit.YES;
        }
    }

    @Command(description = "Retries everything now, or all for one domain, and forgets back-off and what is remembered of hosts.")
    private static final class FlushVerb implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Parameters(arity = "0..1", paramLabel = "DOMAIN", description = "Only recipients of this domain.")
        private @Nullable String domain;

        FlushVerb(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            ObjectNode request = ControlClient.request("queue-flush");
            if (domain != null) {
                request.put("domain", SelectorOptions.domain(domain).ascii());
            }
            terminal.line(recipients(terminal.ask(configuration.file(), request).path("recipients").asInt(0)) + " due now");
            return Exit.YES;
        }
    }

    @Command(description = "Stops deliveries to a destination while mail for it is still accepted. Survives a restart.")
    private static final class SuspendVerb implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Parameters(paramLabel = "DEST", description = "The name of a next hop, a domain, or *.")
        private String destination = "";

        SuspendVerb(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            terminal.ask(configuration.file(), ControlClient.request("queue-suspend").put("destination", destination));
            terminal.line("deliveries to " + destination + " are suspended; isthmus queue resume " + destination + " starts them again");
            return Exit.YES;
        }
    }

    @Command(description = "Starts deliveries to a destination again.")
    private static final class ResumeVerb implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Parameters(paramLabel = "DEST", description = "What was suspended by command.")
        private String destination = "";

        ResumeVerb(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            terminal.ask(configuration.file(), ControlClient.request("queue-resume").put("destination", destination));
            terminal.line("deliveries to " + destination + " are resumed");
            return Exit.YES;
        }
    }

    private static String recipients(int count) {
        return count == 1 ? "1 recipient" : count + " recipients";
    }

}
