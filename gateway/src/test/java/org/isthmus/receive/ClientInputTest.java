// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.isthmus.receive.ClientInput.Found;
import org.junit.jupiter.api.Test;

class ClientInputTest {
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final Wire wire = new Wire();
    private final ClientOutput output = new ClientOutput(wire, IDLE);
    private final Gate gate = new Gate();
    private final ClientInput input = new ClientInput(wire, output, wire, gate, IDLE);

    /// A client whose packets come when the session reads, each after a pause. Then it closes.
    private static final class Wire implements Connection, Time {
        final Deque<byte[]> packets = new ArrayDeque<>();
        final List<String> writes = new ArrayList<>();
        Duration pause = Duration.ZERO;
        Duration now = Duration.ofHours(1);
        int largestRead;

        void send(String... texts) {
            for (String text : texts) {
                packets.add(text.getBytes(StandardCharsets.ISO_8859_1));
            }
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            largestRead = Math.max(largestRead, length);
            if (pause.compareTo(limit) >= 0) {
                now = now.plus(limit);
                throw new SocketTimeoutException();
            }
            now = now.plus(pause);
            byte[] packet = packets.poll();
            if (packet == null) {
                return -1;
            }
            int count = Math.min(length, packet.length);
            System.arraycopy(packet, 0, into, offset, count);
            if (count < packet.length) {
                packets.addFirst(java.util.Arrays.copyOfRange(packet, count, packet.length));
            }
            return count;
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) {
            writes.add(new String(from, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 25);
        }

        @Override
        public InetSocketAddress remote() {
            return local();
        }

        @Override
        public void close() {}

        @Override
        public Instant now() {
            return Instant.EPOCH.plus(now);
        }

        @Override
        public Duration elapsed() {
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            now = now.plus(duration);
        }
    }

    private String next() throws IOException {
        Found found = input.nextLine(true);
        return found == Found.LINE ? new String(input.buffer(), input.lineStart(), input.lineLength(), StandardCharsets.ISO_8859_1) : found.name();
    }

    private List<String> all() throws IOException {
        List<String> all = new ArrayList<>();
        String last;
        do {
            last = next();
            all.add(last);
        } while (!last.equals("CLOSED"));
        return all;
    }

    @Test
    void repliesToLinesThatCameTogetherLeaveTogether() throws IOException {
        wire.send("a\r\nb\r\n", "c\r\n");
        for (int i = 0; i < 2; i++) {
            next();
            output.put("250 ok\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(wire.writes).as("nothing is written before we wait").isEmpty();
        next();
        assertThat(wire.writes).containsExactly("250 ok\r\n250 ok\r\n");
    }

    @Test
    void aLineOfExactlyTheLimitIsTaken() throws IOException {
        String most = "x".repeat(Bounds.COMMAND_LINE - 2);
        wire.send(most + "\r\n" + most + "y\r\nz\r\n");
        assertThat(all()).containsExactly(most, "TOO_LONG", "z", "CLOSED");
    }

    @Test
    void howOctetsAreCutChangesNothing() throws IOException {
        String hostile = "a\r\nb\nc\r\n\rd\r\n\0\r\n" + "x".repeat(9000) + "\r\ne\r\r\n" + "y".repeat(4094) + "\r\n" + "y".repeat(4095) + "\r\nf\r\n" + "z".repeat(4200) + "\n\r\ng\r\n";
        wire.send(hostile);
        List<String> whole = all();
        assertThat(whole).containsExactly(
                "a", "FORBIDDEN_CHARACTER", "FORBIDDEN_CHARACTER", "FORBIDDEN_CHARACTER", "TOO_LONG", "FORBIDDEN_CHARACTER", "y".repeat(4094), "TOO_LONG", "f", "TOO_LONG", "g", "CLOSED");
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ClientInputTest other = new ClientInputTest();
            for (int at = 0; at < hostile.length();) {
                int to = Math.min(hostile.length(), at + 1 + random.nextInt(seed % 2 == 0 ? 3 : 5000));
                other.wire.send(hostile.substring(at, to));
                at = to;
            }
            assertThat(other.all()).as("cut by seed %d", seed).isEqualTo(whole);
        }
    }

    @Test
    void whatIsThrownAwayIsBounded() throws IOException {
        for (int i = 0; i < 100; i++) {
            wire.send("x".repeat(4000));
        }
        assertThat(next()).isEqualTo("TOO_LONG");
        assertThat(next()).isEqualTo("ENDLESS");
        assertThat(wire.packets).as("the rest is not even read").hasSizeGreaterThan(70);
        assertThat(wire.largestRead).isLessThanOrEqualTo(Bounds.SMALL_BUFFER);
    }

    @Test
    void silenceEndsALine() throws IOException {
        wire.pause = Duration.ofMinutes(6);
        assertThat(next()).isEqualTo("SILENT");
    }

    @Test
    void aLineThatDribblesIsCutOffInTime() throws IOException {
        wire.pause = Duration.ofMinutes(1);
        wire.send("N", "O", "O", "P", " ", "x", "x", "x", "x", "x", "\r\n");
        Duration began = wire.now;
        assertThat(next()).isEqualTo("SILENT");
        assertThat(wire.now.minus(began)).isBetween(IDLE, IDLE.plusMinutes(2));
    }

    @Test
    void contentMustKeepUpThePaceInTheLongRun() throws IOException {
        wire.pause = Duration.ofMinutes(4);
        for (int i = 0; i < 10; i++) {
            wire.send("x".repeat(5000));
        }
        input.beginPace();
        int pieces = 0;
        try {
            while (true) {
                input.fillContent();
                input.skip(input.ready());
                pieces++;
            }
        } catch (SocketTimeoutException e) {
            // 5 minutes and 50 s for each piece that came: the second comes after 8, there is no time for a third.
            assertThat(pieces).isEqualTo(1);
        }
    }

    @Test
    void contentAtAGoodPaceMayTakeLong() throws IOException {
        wire.pause = Duration.ofMinutes(1);
        for (int i = 0; i < 60; i++) {
            wire.send("x".repeat(7000));
        }
        input.beginPace();
        for (int i = 0; i < 60; i++) {
            input.fillContent();
            input.skip(input.ready());
        }
        assertThat(wire.now).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void largeContentGetsALargeBufferAndSilenceTakesItAway() throws IOException {
        wire.send("x".repeat(200_000));
        input.beginPace();
        for (int left = 200_000; left > 0; left -= input.ready()) {
            if (input.ready() > 0) {
                input.skip(input.ready());
            }
            input.fillContent();
            if (wire.packets.isEmpty()) {
                input.skip(input.ready());
                break;
            }
        }
        assertThat(input.buffer().length).isEqualTo(Bounds.LARGE_BUFFER);
        wire.pause = Duration.ofMinutes(1);
        wire.send("NOOP\r\n");
        assertThat(next()).isEqualTo("NOOP");
        assertThat(input.buffer().length).isEqualTo(Bounds.RESTING_BUFFER);
    }

    @Test
    void aSessionBeginsWithLittleAndGetsMoreWhenItSaysMore() throws IOException {
        String longest = "NOOP " + "x".repeat(Bounds.COMMAND_LINE - 7);
        wire.send("NOOP\r\n", longest + "\r\n" + longest + "\r\nNOOP\r\n");
        assertThat(next()).isEqualTo("NOOP");
        assertThat(input.buffer().length).isEqualTo(Bounds.RESTING_BUFFER);
        assertThat(next()).isEqualTo(longest);
        assertThat(input.buffer().length).isEqualTo(Bounds.SMALL_BUFFER);
        assertThat(next()).isEqualTo(longest);
        assertThat(next()).isEqualTo("NOOP");
        assertThat(next()).isEqualTo("CLOSED");
    }

    @Test
    void aSessionThatIsToEndDoesNotWait() throws IOException {
        gate.take();
        wire.send("NOOP\r\n");
        assertThat(next()).isEqualTo("STOPPING");
    }
}
