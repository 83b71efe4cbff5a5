// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;
import org.isthmus.cli.control.Build;
import org.isthmus.tracking.Harmless;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The command line. Every command ends with an exit code and, where it failed, one clear sentence; a stack trace never reaches a user.
public final class Cli {
    private static final int WIDTH = 110;

    private Cli() {}

    /// Runs a command on the standard streams, in UTF-8 whatever the locale.
    /// @return the exit code
    public static int run(String[] arguments, Program program) {
        return run(arguments, program, System.getenv(), new PrintStream(System.out, true, UTF_8), new PrintStream(System.err, true, UTF_8));
    }

    /// Runs a command.
    /// @param environment the variables that name the configuration and such
    public static int run(String[] arguments, Program program, Map<String, String> environment, PrintStream out, PrintStream err) {
        Terminal terminal = new Terminal(program, environment, out, err);
        Logs.command(terminal.debug());
        CommandLine line = line(terminal);
        line.setOut(new PrintWriter(out, true, UTF_8));
        line.setErr(new PrintWriter(err, true, UTF_8));
        line.setParameterExceptionHandler((e, given) -> misused(e, err));
        line.setExecutionExceptionHandler((e, command, given) -> failed(e, err));
        int exit = line.execute(arguments);
        out.flush();
        err.flush();
        return exit;
    }

    private static CommandLine line(Terminal terminal) {
        CommandLine line = new CommandLine(new Root());
        ServerCommands.addTo(line, terminal);
        line.addSubcommand(new InitCommand(terminal));
        line.addSubcommand(new StatusCommand(terminal));
        line.addSubcommand(new ExplainCommand(terminal));
        line.addSubcommand("queue", QueueCommand.line(terminal));
        line.addSubcommand("loops", LoopsCommand.line(terminal));
        line.addSubcommand(new TraceCommand(terminal));
        line.addSubcommand("tls", TlsCommand.line(terminal));
        line.addSubcommand("spool", SpoolCommand.line(terminal));
        line.addSubcommand("user", UserCommand.line(terminal));
        line.addSubcommand("import", ImportCommand.line(terminal));
        each(line);
        return line;
    }

    /// What all commands have.
    private static void each(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(WIDTH);
        line.setExpandAtFiles(false);
        if (!line.getCommandSpec().mixins().containsKey("help")) {
            line.addMixin("help", new Help());
        }
        line.getSubcommands().values().forEach(Cli::each);
    }

    private static int misused(ParameterException e, PrintStream err) {
        err.println("isthmus: " + Harmless.text(String.valueOf(e.getMessage())));
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println("isthmus: " + name + " --help tells how it is used");
        return Exit.USAGE;
    }

    private static int failed(Exception e, PrintStream err) {
        if (e instanceof Failure failure) {
            err.println("isthmus: " + failure.getMessage());
            return failure.exit();
        }
        if (e instanceof IOException) {
            err.println("isthmus: " + Harmless.text(e.getClass().getSimpleName() + ": " + e.getMessage()));
            return Exit.IO;
        }
        LoggerFactory.getLogger(Cli.class).error("internal error", e);
        err.println("isthmus: internal error (" + Harmless.text(e.toString()) + "): a fault of the program, not of yours; with " + Terminal.DEBUG + "=1 the log tells more");
        return Exit.SOFTWARE;
    }

    @Command(name = "isthmus", description = "An Internet mail connector.", versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:yes, done", "1:cannot tell now", "2:no", "3:not found", "64-78:as sysexits.h"})
    private static final class Root {
        @Option(names = "--version", versionHelp = true, description = "Name, version and commit.")
        private boolean version;
    }

    /// {@code --help}.
    private static final class Help {
        @Option(names = {"-h", "--help"}, usageHelp = true, description = "How it is used.")
        private boolean help;
    }

    private static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {Build.VERSION.toString()};
        }
    }
}
