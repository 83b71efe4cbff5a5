// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Time;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The commands' side of the control socket.
public final class ControlClient {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /// Acting on a queue of a million takes its time.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final LocalSockets sockets;
    private final Path socket;
    private final Time time;

    /// @param data the data folder of the server
    public ControlClient(Path data, LocalSockets sockets, Time time) {
        this.sockets = sockets;
        this.socket = data.resolve(ControlServer.SOCKET);
        this.time = time;
    }

    /// Asks one thing.
    /// @throws java.nio.file.NoSuchFileException if no server has made its socket
    /// @throws java.net.ConnectException if none listens
    /// @throws IOException if it is not allowed, or the conversation broke
    public Reply ask(ObjectNode request) throws IOException {
        try (Connection connection = sockets.connect(socket, CONNECT)) {
            Frames.write(connection, request.toString().getBytes(UTF_8), PATIENCE);
            byte[] frame = Frames.read(connection, Frames.LONGEST_REPLY, time, PATIENCE);
            if (frame == null) {
                throw new IOException("the server closed the connection without an answer");
            }
            return read(JsonMapper.shared().readTree(frame));
        } catch (JacksonException e) {
            throw new IOException("the server's answer is no JSON", e);
        }
    }

    /// A request.
    public static ObjectNode request(String verb) {
        return Shown.object().put("verb", verb);
    }

    private static Reply read(JsonNode node) {
        return node.path("ok").asBoolean(false) ? new Reply.Done(node.path("result"))
                : new Reply.Refused(node.path("exit").asInt(70), node.path("error").asString("the server refused without a reason"), node.path("result"));
    }

    /// What the server answered.
    public sealed interface Reply {
        record Done(JsonNode result) implements Reply {}

        /// @param exit what the command ends with
        /// @param error a sentence
        /// @param result more about it; missing if there is nothing
        record Refused(int exit, String error, JsonNode result) implements Reply {}
    }
}
