// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.QueueControl;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.tracking.Harmless;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers commands on the control socket. One actor for each client; a client that hangs, floods or sends garbage loses its connection and nothing else happens.
///
/// A request is {@code {"verb": ...}}; a reply is {@code {"ok": true, "result": ...}} or {@code {"ok": false, "exit": 64, "error": "a sentence"}}, where the exit
/// code is what the command ends with.
public final class ControlServer implements Closeable {
    /// The name of the socket in the data folder.
    public static final String SOCKET = "control.sock";

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int CLIENTS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BRIEF_PATIENCE = Duration.ofSeconds(1);
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);
    private static final int MOST_LISTED = 100_000;
    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;
    private static final int SOFTWARE = 70;
    private static final int IO = 74;
    private static final int CONFIG = 78;
    private static final int NOT_FOUND = 3;
    private static final int NO = 2;

    private final Operations operations;
    private final Threads threads;
    private final Time time;
    private final Listener listener;
    private final Set<Connection> clients = ConcurrentHashMap.newKeySet();
    private final Threads.Actor acceptor;
    private volatile boolean closed;

    private ControlServer(Path socket, Operations operations, LocalSockets sockets, Threads threads, Time time) throws IOException {
        this.operations = operations;
        this.threads = threads;
        this.time = time;
        listener = sockets.listen(socket);
        acceptor = threads.start("control", this::accept);
    }

    /// Listens in a data folder. The caller holds the folder's lock, so that the socket is nobody else's.
    public static ControlServer start(Path data, Operations operations, LocalSockets sockets, Threads threads, Time time) throws IOException {
        return new ControlServer(data.resolve(SOCKET), operations, sockets, threads, time);
    }

    /// Stops listening and ends all conversations.
    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        acceptor.interrupt();
        clients.forEach(Connection::close);
    }

    private void accept() {
        while (!closed) {
            try {
                Connection client = listener.accept();
                clients.add(client);
                if (closed) {
                    client.close();
                } else {
                    threads.start("control-client", () -> serve(client));
                }
            } catch (IOException e) {
                pause(e);
            }
        }
    }

    private void pause(IOException e) {
        if (closed) {
            return;
        }
        LOG.warn("control socket: {}", e.toString());
        try {
            time.sleep(ACCEPT_PAUSE);
        } catch (InterruptedException interrupted) {
            closed = true;
        }
    }

    private void serve(Connection client) {
        try {
            String user = client.remote().getHostString();
            boolean full = clients.size() > CLIENTS;
            // The request is read in any case: who is cut off while it still writes sees a broken pipe and not our reason.
            byte[] request = Frames.read(client, Frames.LONGEST_REQUEST, time, full ? BRIEF_PATIENCE : PATIENCE);
            if (full) {
                Frames.write(client, bytes(refusal(UNAVAILABLE, "too many commands at once (" + CLIENTS + "); try again")), PATIENCE);
                return;
            }
            while (request != null) {
                Frames.write(client, answer(request, user.isEmpty() ? "operator" : user), PATIENCE);
                request = Frames.read(client, Frames.LONGEST_REQUEST, time, PATIENCE);
            }
        } catch (IOException e) {
            LOG.debug("control client: {}", e.toString());
        } finally {
            client.close();
            clients.remove(client);
        }
    }

    /// The reply to a request; never throws for what it holds.
    byte[] answer(byte[] request, String user) {
        byte[] reply = bytes(reply(request, user));
        if (reply.length > Frames.LONGEST_REPLY) {
            return bytes(refusal(USAGE, "the answer is too long; narrow the choice or use a lower --limit"));
        }
        return reply;
    }

    private ObjectNode reply(byte[] request, String user) {
        try {
            JsonNode node = JsonMapper.shared().readTree(request);
            if (node == null || !node.isObject()) {
                throw new BadRequest("a request is a JSON object");
            }
            return dispatch(node, user);
        } catch (JacksonException e) {
            return refusal(USAGE, "the request is no JSON");
        } catch (BadRequest e) {
            return refusal(USAGE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.warn("a command failed: {}", e.toString());
            return refusal(IO, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("internal error in a command", e);
            return refusal(SOFTWARE, "internal error; the server's log has it");
        }
    }

    private ObjectNode dispatch(JsonNode request, String user) throws BadRequest, IOException {
        String verb = required(request, "verb");
        return switch (verb) {
            case "status" -> success(Shown.status(operations.status()).set("learned", Shown.learned(operations.learned())));
            case "reload" -> reload(request, user);
            case "sync" -> sync();
            case "loops-list" -> success(LoopsShown.list(operations.loops(), operations.status().now()));
            case "loops-show" -> showLoop(request);
            case "loops-release" -> releaseLoops(request, user);
            case "loops-probe" -> success(Shown.probe(operations.probe()));
            case "tls-reports" -> success(TlsShown.reports(operations.tlsReports()));
            case "queue-list" -> list(request);
            case "queue-show" -> show(request);
            case "queue-retry", "queue-hold", "queue-release", "queue-remove", "queue-bounce" -> act(verb, request, user);
            case "queue-flush" -> flush(request, user);
            case "queue-suspend" -> suspend(request, user);
            case "queue-resume" -> resume(request, user);
            default -> throw new BadRequest("the server knows no verb " + Harmless.quoted(verb) + "; are command and server of one version?");
        };
    }

    private ObjectNode sync() throws IOException {
        operations.syncTracking();
        return success(Shown.object());
    }

    private ObjectNode reload(JsonNode request, String user) throws BadRequest {
        Reloaded reloaded = operations.reload(Selectors.texts(request, "acceptedLoops"), user);
        ObjectNode result = Shown.findings(reloaded.problems()).put("version", reloaded.version()).put("reloaded", reloaded.done());
        return reloaded.done() ? success(result)
                : refusal(CONFIG, "the new configuration was refused and the old one stays in force").set("result", result);
    }

    private ObjectNode list(JsonNode request) throws BadRequest, IOException {
        Selector selector = Selectors.read(request.path("selector"));
        JsonNode limit = request.path("limit");
        if (!limit.isIntegralNumber() || limit.asLong() < 1 || limit.asLong() > MOST_LISTED) {
            throw new BadRequest("the limit is a number from 1 to " + MOST_LISTED);
        }
        int most = limit.asInt();
        List<QueuedMessage> messages = operations.queue().list(selector, most + 1);
        Instant now = operations.status().now();
        ObjectNode result = Shown.object();
        ArrayNode list = result.putArray("messages");
        messages.stream().limit(most).forEach(message -> list.add(Shown.message(message, now)));
        return success(result.put("more", messages.size() > most));
    }

    private ObjectNode show(JsonNode request) throws BadRequest, IOException {
        String text = required(request, "id");
        QueueId id = QueueId.parse(text).orElseThrow(() -> new BadRequest(Harmless.quoted(text) + " is no queue id"));
        Optional<QueuedMessage> message = operations.queue().show(id);
        Instant now = operations.status().now();
        return message.map(found -> success(Shown.message(found, now)))
                .orElseGet(() -> refusal(NOT_FOUND, "no message " + id + " is in the queue; isthmus trace " + id + " tells what became of it"));
    }

    private ObjectNode act(String verb, JsonNode request, String user) throws BadRequest, IOException {
        Selector selector = Selectors.readForAction(request.path("selector"));
        boolean dryRun = Selectors.flag(request, "dryRun");
        QueueControl queue = operations.queue();
        int changed = switch (verb) {
            case "queue-retry" -> queue.retry(selector, dryRun, user);
            case "queue-hold" -> queue.hold(selector, dryRun, user);
            case "queue-release" -> queue.release(selector, dryRun, user);
            case "queue-remove" -> queue.remove(selector, dryRun, user);
            case "queue-bounce" -> queue.bounce(selector, dryRun, user);
            default -> throw new BadRequest("no verb " + verb);
        };
        return success(Shown.object().put("recipients", changed).put("dryRun", dryRun));
    }

    private ObjectNode showLoop(JsonNode request) throws BadRequest {
        int id = number(request);
        return operations.loops().show(id).map(detail -> success(LoopsShown.detail(detail, operations.status().now())))
                .orElseGet(() -> refusal(NOT_FOUND, "no loop has the number " + id + "; isthmus loops list shows which there are"));
    }

    private static int number(JsonNode request) throws BadRequest {
        JsonNode id = request.path("loop");
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 1) {
            throw new BadRequest("loop is the number of a loop");
        }
        return id.asInt();
    }

    /// Exactly one of {@code loop}, {@code id}, {@code domain} and {@code all}.
    private ObjectNode releaseLoops(JsonNode request, String user) throws BadRequest, IOException {
        List<LoopControl.Choice> choices = new ArrayList<>();
        if (request.has("loop")) {
            choices.add(new LoopControl.Choice.Loop(number(request)));
        }
        if (request.has("id")) {
            String text = required(request, "id");
            choices.add(new LoopControl.Choice.Message(QueueId.parse(text).orElseThrow(() -> new BadRequest(Harmless.quoted(text) + " is no queue id"))));
        }
        if (request.has("domain")) {
            choices.add(new LoopControl.Choice.Domain(Selectors.domain(required(request, "domain")).ascii()));
        }
        if (Selectors.flag(request, "all")) {
            choices.add(new LoopControl.Choice.Domain(null));
        }
        if (choices.size() != 1) {
            throw new BadRequest("choose one: a loop, a message, a domain, or all");
        }
        boolean dryRun = Selectors.flag(request, "dryRun");
        Optional<LoopControl.Released> released = operations.loops().release(choices.getFirst(), dryRun, user);
        return released.map(what -> success(LoopsShown.released(what, dryRun)))
                .orElseGet(() -> refusal(NOT_FOUND, "there is no such loop, or no such message in the queue; isthmus loops list shows what there is"));
    }

    private ObjectNode flush(JsonNode request, String user) throws BadRequest, IOException {
        String domain = Selectors.text(request, "domain");
        int changed = operations.queue().flush(domain == null ? null : Selectors.domain(domain), user);
        return success(Shown.object().put("recipients", changed));
    }

    private ObjectNode suspend(JsonNode request, String user) throws BadRequest, IOException {
        String destination = destination(request);
        operations.queue().suspend(destination, user);
        return success(Shown.object().put("suspended", destination));
    }

    private ObjectNode resume(JsonNode request, String user) throws BadRequest, IOException {
        String destination = destination(request);
        return operations.queue().resume(destination, user) ? success(Shown.object().put("resumed", destination))
                : refusal(NO, Harmless.quoted(destination) + " was not suspended by command; what delivery.suspended names is resumed in the configuration");
    }

    private static String destination(JsonNode request) throws BadRequest {
        String destination = required(request, "destination");
        if (destination.isEmpty() || destination.length() > 300 || !Harmless.text(destination).equals(destination) || destination.indexOf(' ') >= 0) {
            throw new BadRequest("a destination is the name of a next hop, a domain or *");
        }
        return destination;
    }

    private static String required(JsonNode request, String name) throws BadRequest {
        @Nullable String value = Selectors.text(request, name);
        if (value == null) {
            throw new BadRequest("the request has no " + name);
        }
        return value;
    }

    private static ObjectNode success(JsonNode result) {
        ObjectNode reply = Shown.object().put("ok", true);
        reply.set("result", result);
        return reply;
    }

    private static ObjectNode refusal(int exit, String error) {
        return Shown.object().put("ok", false).put("exit", exit).put("error", error);
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(UTF_8);
    }
}
