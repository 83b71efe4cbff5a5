// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.isthmus.cli.control.ControlClient;
import org.isthmus.cli.control.ControlServer;
import org.isthmus.cli.control.Shown;
import org.isthmus.config.Problem;
import org.isthmus.tracking.Harmless;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Where a command stands: the program behind it, its streams and environment, and what all commands do alike.
final class Terminal {
    /// The variable that names the configuration.
    static final String CONFIGURATION = "ISTHMUS_CONF";
    /// The variable that turns on the log of a command.
    static final String DEBUG = "ISTHMUS_DEBUG";

    private static final Path SYSTEM_FILE = Path.of("/etc/isthmus/isthmus.conf");
    private static final Path LOCAL_FILE = Path.of("isthmus.conf");

    private final Program program;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    Terminal(Program program, Map<String, String> environment, PrintStream out, PrintStream err) {
        this.program = program;
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.err = err;
    }

    Program program() {
        return program;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    boolean debug() {
        return environment.containsKey(DEBUG);
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /// The configuration that is meant: the one named, else that of the environment, else the system's, else one in the working folder.
    Path configuration(@Nullable Path named) {
        Optional<String> variable = variable(CONFIGURATION);
        if (named != null) {
            return named;
        }
        if (variable.isPresent()) {
            return Path.of(variable.get());
        }
        try {
            return program.platform().disk().facts(SYSTEM_FILE).isPresent() ? SYSTEM_FILE : LOCAL_FILE;
        } catch (IOException e) {
            return SYSTEM_FILE;
        }
    }

    /// The data folder of a configuration, however wrong the rest of it may be.
    Path data(@Nullable Path named) {
        Path file = configuration(named);
        Checked checked = program.load(file);
        Path data = checked.data();
        if (data == null) {
            findings(checked.problems().stream().filter(p -> p.severity() == Problem.Severity.ERROR).toList(), err);
            throw new Failure(Exit.CONFIGURATION, "the data folder cannot be found from " + Harmless.text(file.toString()));
        }
        return data;
    }

    /// Asks the running server.
    /// @return the result of what was done
    /// @throws Failure if there is none, or it refuses
    JsonNode ask(@Nullable Path named, ObjectNode request) {
        return switch (answer(data(named), request)) {
            case ControlClient.Reply.Done done -> done.result();
            case ControlClient.Reply.Refused refused -> throw new Failure(refused.exit(), Harmless.text(refused.error()));
        };
    }

    ControlClient.Reply answer(Path data, ObjectNode request) {
        try {
            return new ControlClient(data, program.sockets(), program.platform().time()).ask(request);
        } catch (NoSuchFileException | ConnectException e) {
            throw new Failure(Exit.UNAVAILABLE, "no server is running for " + data + " (nobody listens on " + data.resolve(ControlServer.SOCKET) + ")");
        } catch (AccessDeniedException e) {
            throw new Failure(Exit.NO_PERMISSION, "not allowed to use " + data.resolve(ControlServer.SOCKET) + ": only the server's own user and root may");
        } catch (SocketTimeoutException e) {
            throw new Failure(Exit.TEMPORARY, "the server did not answer in time: " + e.getMessage());
        } catch (IOException e) {
            throw new Failure(Exit.IO, "cannot talk to the server: " + e.getMessage());
        }
    }

    /// JSON for programs, on several lines for people who look all the same.
    void json(JsonNode node) {
        out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(node));
    }

    void line(String text) {
        out.println(Harmless.text(text));
    }

    /// One finding after the other: place, severity, id and message on one line, then the evidence.
    void findings(Iterable<Problem> problems, PrintStream to) {
        Shown.findings(problems).path("findings").values().forEach(finding -> to.print(text(finding)));
    }

    /// A finding as it stands in JSON.
    static String text(JsonNode finding) {
        String place = finding.has("file") ? finding.path("file").asString("") + (finding.path("line").asInt(0) > 0 ? ":" + finding.path("line").asInt(0) : "") + ": " : "";
        String fix = finding.has("fix") ? "; write " + finding.path("fix").asString("") : "";
        StringBuilder text = new StringBuilder(Harmless.text(place + finding.path("severity").asString("") + " " + finding.path("id").asString("") + ": "
                + finding.path("message").asString("") + fix)).append('\n');
        finding.path("evidence").values().forEach(evidence -> text.append("    ").append(Harmless.text(evidence.asString(""))).append('\n'));
        return text.toString();
    }
}
