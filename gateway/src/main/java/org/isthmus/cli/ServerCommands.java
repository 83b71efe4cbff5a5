// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.cli.control.Shown;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.predict.Prediction;
import org.isthmus.tracking.Harmless;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code run}, {@code check}, {@code reload} and {@code try}: the server and its configuration.
final class ServerCommands {
    private ServerCommands() {}

    static void addTo(CommandLine line, Terminal terminal) {
        line.addSubcommand(new Try(terminal));
        line.addSubcommand(new Run(terminal));
        line.addSubcommand(new Check(terminal));
        line.addSubcommand(new Reload(terminal));
    }

    /// {@code --accept-loop LPxx}.
    private static final class AcceptedLoops {
        @Option(names = "--accept-loop", paramLabel = "LPxx", split = ",", description = "A predicted loop that is not to stop it. May be repeated.")
        private List<String> ids = List.of();

        Set<String> ids() {
            for (String id : ids) {
                if (!id.startsWith("LP")) {
                    throw new Failure(Exit.USAGE, "--accept-loop takes the id of a predicted loop, like LP01; \"" + id + "\" is none");
                }
            }
            return new LinkedHashSet<>(ids);
        }
    }

    @Command(name = "try", description = "The tour: sends real messages through a small make-believe Internet and shows what became of each, and why.")
    private static final class Try implements Callable<Integer> {
        private final Terminal terminal;
        @Option(names = "--keep", description = "Leave it running at the end.")
        private boolean keep;

        Try(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            return terminal.program().tour(keep, terminal.out(), terminal.err());
        }
    }

    @Command(name = "run", description = "The server, in the foreground. SIGTERM finishes what is in flight; SIGHUP reloads.")
    private static final class Run implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private AcceptedLoops accepted = new AcceptedLoops();

        Run(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            Path file = terminal.configuration(configuration.file());
            Set<String> loops = accepted.ids();
            Checked checked = terminal.program().check(file);
            terminal.findings(checked.problems(), terminal.err());
            Settings settings = checked.settings();
            if (settings == null || !checked.isUsable(loops)) {
                throw new Failure(Exit.CONFIGURATION, "not started: " + Harmless.text(file.toString()) + " has errors");
            }
            Logs.server(settings.log());
            return terminal.program().run(new Program.RunOptions(file, checked, loops), terminal.out(), terminal.err());
        }
    }

    @Command(name = "check", description = "Checks a configuration and all that it refers to, and predicts loops.")
    private static final class Check implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();
        @Mixin
        private AcceptedLoops accepted = new AcceptedLoops();
        @Mixin
        private DnsOptions dns = new DnsOptions();

        Check(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            Path file = terminal.configuration(configuration.file());
            Set<String> loops = accepted.ids();
            Duration limit = dns.limit();
            Checked checked = terminal.program().check(file);
            Settings settings = checked.settings();
            Prediction prediction = settings == null || limit.isZero() ? null : terminal.program().predict(settings, limit);
            checked = settings == null || prediction == null ? checked : checked.with(prediction).with(terminal.program().published(settings, limit));
            if (output.json()) {
                ObjectNode node = Shown.findings(checked.problems());
                if (prediction != null) {
                    prediction.unanswered().forEach(node.putObject("dns").put("asked", true).putArray("unanswered")::add);
                }
                terminal.json(node);
            } else {
                terminal.findings(checked.problems(), terminal.out());
                if (prediction != null) {
                    DnsOptions.say(prediction, terminal);
                }
                terminal.line(file + ": " + summary(checked.problems()));
            }
            return checked.isUsable(loops) ? Exit.YES : Exit.CONFIGURATION;
        }

        private static String summary(List<Problem> problems) {
            long errors = count(problems, Problem.Severity.ERROR);
            long warnings = count(problems, Problem.Severity.WARNING);
            return errors + warnings == 0 ? "no errors" : number(errors, "error") + ", " + number(warnings, "warning");
        }

        private static long count(List<Problem> problems, Problem.Severity severity) {
            return problems.stream().filter(p -> p.severity() == severity).count();
        }

        private static String number(long count, String what) {
            return count + " " + what + (count == 1 ? "" : "s");
        }
    }

    @Command(name = "reload", description = "Has the running server read its configuration again; a bad one is refused and the old one stays.")
    private static final class Reload implements Callable<Integer> {
        private final Terminal terminal;
        @Mixin
        private ConfigurationOption configuration = new ConfigurationOption();
        @Mixin
        private OutputOption output = new OutputOption();
        @Mixin
        private AcceptedLoops accepted = new AcceptedLoops();

        Reload(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            ObjectNode request = ControlClient.request("reload");
            accepted.ids().forEach(request.withArray("acceptedLoops")::add);
            return switch (terminal.answer(terminal.data(configuration.file()), request)) {
                case ControlClient.Reply.Done done -> {
                    show(done.result());
                    if (!output.json()) {
                        terminal.line("configuration version " + done.result().path("version").asString("?") + " is in force");
                    }
                    yield Exit.YES;
                }
                case ControlClient.Reply.Refused refused -> {
                    show(refused.result());
                    throw new Failure(refused.exit(), Harmless.text(refused.error()));
                }
            };
        }

        private void show(JsonNode result) {
            if (output.json()) {
                terminal.json(result.isMissingNode() ? ControlClient.request("reload") : result);
            } else {
                result.path("findings").values().forEach(finding -> terminal.out().print(Terminal.text(finding)));
            }
        }
    }
}
