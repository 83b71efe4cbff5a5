// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;

/// Says what it was given, in pieces, and remembers what was written.
final class ScriptedConnection implements Connection {
    private final byte[] script;
    private final int piece;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int at;
    private Duration elapsed = Duration.ZERO;
    Duration eachReadTakes = Duration.ZERO;

    final Time time = new Time() {
        @Override
        public Instant now() {
            return Instant.EPOCH.plus(elapsed);
        }

        @Override
        public Duration elapsed() {
            return elapsed;
        }

        @Override
        public void sleep(Duration duration) {
            elapsed = elapsed.plus(duration);
        }
    };

    ScriptedConnection(byte[] script, int piece) {
        this.script = script;
        this.piece = piece;
    }

    byte[] written() {
        return written.toByteArray();
    }

    @Override
    public InetSocketAddress local() {
        return InetSocketAddress.createUnresolved("", 0);
    }

    @Override
    public InetSocketAddress remote() {
        return InetSocketAddress.createUnresolved("root", 0);
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) {
        elapsed = elapsed.plus(eachReadTakes);
        if (at == script.length) {
            return -1;
        }
        int count = Math.min(Math.min(piece, length), script.length - at);
        System.arraycopy(script, at, into, offset, count);
        at += count;
        return count;
    }

    @Override
    public int available() {
        return script.length - at;
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) {
        written.write(from, offset, length);
    }

    @Override
    public void close() {}
}
