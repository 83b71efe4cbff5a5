// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LiveLocalSockets;
import org.isthmus.platform.live.LivePlatform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ControlServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final LiveLocalSockets sockets = new LiveLocalSockets();
    private final LivePlatform live = LivePlatform.open();
    private final Platform platform = live.platform();
    private final FakeOperations operations = new FakeOperations();
    private ControlServer server;
    private ControlClient client;
    private @TempDir Path data;

    @BeforeEach
    void start() throws IOException {
        server = ControlServer.start(data, operations, sockets, platform.threads(), platform.time());
        client = new ControlClient(data, sockets, platform.time());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        live.close();
    }

    private JsonNode answer(String request) {
        return JsonMapper.shared().readTree(server.answer(request.getBytes(UTF_8), "root"));
    }

    private static void refused(JsonNode reply, int exit, String words) {
        assertThat(reply.path("ok").asBoolean(true)).as("%s", reply).isFalse();
        assertThat(reply.path("exit").asInt(-1)).as("%s", reply).isEqualTo(exit);
        assertThat(reply.path("error").asString()).contains(words);
    }

    @Test
    void theSocketIsForItsOwnerAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("control.sock")))).isEqualTo("rw-------");
        assertThat(Files.list(data)).hasSize(1);
    }

    @Test
    void aCommandIsAnsweredAndTheUserIsKnown() throws Exception {
        ObjectNode request = ControlClient.request("queue-hold");
        request.putObject("selector").put("held", true);
        assertThat(client.ask(request)).isInstanceOfSatisfying(ControlClient.Reply.Done.class, done -> assertThat(done.result().path("recipients").asInt(-1)).isEqualTo(2));
        assertThat(operations.asked).singleElement().asString().startsWith("hold(").endsWith("by " + System.getProperty("user.name") + ")");
    }

    @Test
    void aStaleSocketIsReplacedAndAClosedServerIsNoServer() throws Exception {
        server.close();
        assertThatThrownBy(() -> client.ask(ControlClient.request("status"))).isInstanceOf(NoSuchFileException.class);
        var listener = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        listener.bind(java.net.UnixDomainSocketAddress.of(data.resolve("control.sock")));
        listener.close();
        assertThatThrownBy(() -> client.ask(ControlClient.request("status"))).isInstanceOf(ConnectException.class);
        server = ControlServer.start(data, operations, sockets, platform.threads(), platform.time());
        assertThat(client.ask(ControlClient.request("status"))).isInstanceOf(ControlClient.Reply.Done.class);
    }

    @Test
    void aPathThatTheSystemCannotTakeIsSaidClearly() {
        Path deep = data.resolve("x".repeat(120));
        assertThatThrownBy(() -> ControlServer.start(deep, operations, sockets, platform.threads(), platform.time()))
                .isInstanceOf(SocketException.class).hasMessageContaining("too long").hasMessageContaining("shorter data folder");
    }

    @Test
    void manyClientsAreServedAtOnce() throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        AtomicInteger served = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    begin.await();
                    for (int round = 0; round < 20; round++) {
                        askUntilServed();
                        served.incrementAndGet();
                    }
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(served).hasValue(320);
    }

    @Test
    void idleClientsBeyondTheBoundAreTurnedAwayUntilOthersLeave() throws Exception {
        List<Connection> idle = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Connection connection = sockets.connect(data.resolve("control.sock"), LIMIT);
            Frames.write(connection, "{\"verb\":\"status\"}".getBytes(UTF_8), LIMIT);
            assertThat(Frames.read(connection, 1 << 20, platform.time(), LIMIT)).isNotNull();
            idle.add(connection);
        }
        for (int i = 0; i < 200; i++) {
            assertThat(client.ask(ControlClient.request("status")))
                    .as("a sentence, and never a broken pipe")
                    .isInstanceOfSatisfying(ControlClient.Reply.Refused.class, r -> assertThat(r.exit()).isEqualTo(69));
        }
        idle.forEach(Connection::close);
        askUntilServed();
    }

    /// The server notices in its own time that others have left, so it may take some for there that are not.
    private void askUntilServed() throws IOException {
        ControlClient.Reply reply = client.ask(ControlClient.request("status"));
        while (!(reply instanceof ControlClient.Reply.Done)) {
            assertThat(reply).isInstanceOfSatisfying(ControlClient.Reply.Refused.class, refused -> assertThat(refused.exit()).isEqualTo(69));
            reply = client.ask(ControlClient.request("status"));
        }
    }

    @Test
    void bytesOfAllKindsNeverHarmTheServer() throws Exception {
        Random random = new Random(42);
        String good = "{\"verb\":\"queue-remove\",\"selector\":{\"ids\":[\"" + FakeOperations.ID + "\"]},\"dryRun\":true}";
        for (int round = 0; round < 300; round++) {
            byte[] bytes = mutated(random, good.getBytes(UTF_8));
            try (Connection connection = sockets.connect(data.resolve("control.sock"), LIMIT)) {
                if (random.nextBoolean()) {
                    Frames.write(connection, bytes.length == 0 ? new byte[] {1} : bytes, LIMIT);
                    byte[] reply = Frames.read(connection, 1 << 20, platform.time(), LIMIT);
                    assertThat(JsonMapper.shared().readTree(reply).isObject()).isTrue();
                } else {
                    connection.write(bytes, 0, bytes.length, LIMIT);
                }
            } catch (IOException e) {
                // It may hang up on us at any moment.
            }
        }
        assertThat(client.ask(ControlClient.request("status"))).isInstanceOf(ControlClient.Reply.Done.class);
    }

    private static byte[] mutated(Random random, byte[] good) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                case 1 -> bytes = java.util.Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
                case 2 -> bytes = (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) + "[{\"".repeat(random.nextInt(2000)))
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                default -> random.nextBytes(bytes);
            }
        }
        return bytes;
    }

    @Test
    void everyRequestInMemoryHasAReplyWhateverItHolds() {
        Random random = new Random(43);
        List<String> goods = List.of("{\"verb\":\"queue-list\",\"selector\":{\"toDomains\":[\"a.example\"],\"olderThan\":60},\"limit\":5}", "{\"verb\":\"queue-show\",\"id\":\"038GC25WNR000\"}",
                "{\"verb\":\"reload\",\"acceptedLoops\":[\"LP01\"]}", "{\"verb\":\"queue-suspend\",\"destination\":\"*\"}", "{\"verb\":\"queue-flush\",\"domain\":\"x.example\"}");
        for (int round = 0; round < 20_000; round++) {
            byte[] request = mutated(random, goods.get(random.nextInt(goods.size())).getBytes(UTF_8));
            JsonNode reply = JsonMapper.shared().readTree(server.answer(request, "root"));
            assertThat(reply.path("ok").isBoolean()).as("%s", new String(request, UTF_8)).isTrue();
            assertThat(reply.path("exit").asInt(0)).as("%s", new String(request, UTF_8)).isNotEqualTo(70);
        }
    }

    @Test
    void aSelectorThatIsMistypedNeverWidensTheChoice() {
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"idz\":[\"x\"],\"all\":true}}"), 64, "idz");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"ids\":\"038GC25WNR000\",\"all\":true}}"), 64, "ids is a list");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"ids\":[7]}}"), 64, "list of texts");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"ids\":[\"nonsense\"]}}"), 64, "no queue id");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"toDomains\":[\"a..b\"]}}"), 64, "no domain");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"olderThan\":-1}}"), 64, "seconds");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"olderThan\":1e99}}"), 64, "seconds");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"held\":\"yes\"}}"), 64, "true or false");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":{\"from\":[]}}"), 64, "from is a text");
        refused(answer("{\"verb\":\"queue-remove\",\"selector\":[]}"), 64, "object");
        refused(answer("{\"verb\":\"queue-remove\"}"), 64, "object");
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void actingNeedsAChoiceOrAll() {
        refused(answer("{\"verb\":\"queue-bounce\",\"selector\":{}}"), 64, "nothing was chosen");
        refused(answer("{\"verb\":\"queue-bounce\",\"selector\":{\"all\":true,\"held\":true}}"), 64, "opposite");
        assertThat(answer("{\"verb\":\"queue-bounce\",\"selector\":{\"all\":true}}").path("ok").asBoolean(false)).isTrue();
        assertThat(operations.asked).hasSize(1);
    }

    @Test
    void troubleIsToldWithItsExitCode() {
        refused(answer("{\"verb\":\"queue-show\",\"id\":\"038GC25WNR001\"}"), 3, "isthmus trace 038GC25WNR001");
        refused(answer("{\"verb\":\"queue-resume\",\"destination\":\"other\"}"), 2, "not suspended");
        refused(answer("{\"verb\":\"queue-hold\",\"selector\":{\"reason\":\"disk\"}}"), 74, "No space left");
        refused(answer("{\"verb\":\"make-tea\"}"), 64, "make-tea");
        refused(answer("{\"verb\":\"queue-suspend\",\"destination\":\"a\\nb\"}"), 64, "destination");
        refused(answer("[]"), 64, "object");
        refused(answer("{"), 64, "JSON");
        operations.fault = new IllegalStateException("secret detail");
        JsonNode internal = answer("{\"verb\":\"status\"}");
        refused(internal, 70, "internal error");
        assertThat(internal.toString()).doesNotContain("secret detail");
        operations.fault = null;
        operations.reloadRefused = true;
        JsonNode reload = answer("{\"verb\":\"reload\"}");
        refused(reload, 78, "old one stays");
        assertThat(reload.path("result").path("findings").get(0).path("id").asString()).isEqualTo("unknown-key");
    }
}
