// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A process that a test started: what it prints is kept, and it is ended by its own id.
final class Running implements AutoCloseable {
    private final Process process;
    private final String name;
    private final List<String> lines = new ArrayList<>();

    private Running(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofVirtual().start(this::collect);
    }

    static Running start(String name, Path folder, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new Running(name, builder.start());
    }

    private void collect() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The process has ended.
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Waits for a line; fails with all that was printed if the process ends before, or after a minute.
    String await(Predicate<String> line) throws InterruptedException {
        String[] found = new String[1];
        waitUntil(name + " to say what is expected; it said: ", this::lines, () -> {
            found[0] = lines().stream().filter(line).findFirst().orElse(null);
            return found[0] != null || !process.isAlive();
        });
        if (found[0] == null) {
            throw new AssertionError(name + " ended with " + process.exitValue() + ": " + String.join("\n", lines()));
        }
        return found[0];
    }

    int waitFor() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end: " + String.join("\n", lines()));
        }
        return process.exitValue();
    }

    /// SIGKILL, to this process only.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// SIGTERM, then patience, then SIGKILL.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                process.waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// Runs a command to its end.
    static Result run(Path folder, Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        return run(folder, environment, command, Path.of("/dev/null"));
    }

    /// Runs a command to its end.
    /// @param input what it reads from its standard input
    static Result run(Path folder, Map<String, String> environment, List<String> command, Path input) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectInput(input.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return new Result(process.waitFor(), output);
    }

    record Result(int exit, String output) {}

    /// Waits, a minute at most, until something holds. Tests wait for events and never for times.
    static void waitUntil(String what, java.util.function.Supplier<?> state, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited a minute for " + what + " " + state.get());
            }
            Thread.sleep(20);
        }
    }

    static void waitForPort(InetSocketAddress address) throws InterruptedException {
        waitUntil("something to listen on", () -> address, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(address, 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /// A port of an address that nobody has at this moment.
    static int freePort(String address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            return socket.getLocalPort();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
