// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.main.Main;

/// The real program in a process of its own, with its configuration and data in a folder of the test. Its listeners take port 0, so its addresses change with every start.
final class Isthmus implements AutoCloseable {
    private final Path folder;
    private final Path configuration;
    private final List<String> within;
    private volatile Running running;
    private boolean archive = true;

    /// @param folder for the configuration and, in {@code data}, everything else
    Isthmus(Path folder) throws IOException {
        this(folder, List.of());
    }

    /// @param within the beginning of a command that runs the rest of it somewhere else: {@code ip netns exec NAME}
    Isthmus(Path folder, List<String> within) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.within = List.copyOf(within);
        this.configuration = folder.resolve("isthmus.conf");
    }

    /// Writes the configuration: what every test has, and what this one adds.
    Isthmus configure(String more) throws IOException {
        return configure("gate.isthmus.example", more);
    }

    Isthmus configure(String hostname, String more) throws IOException {
        Files.writeString(configuration, """
                connector { hostname = "%s", data = "%s", postmaster = "postmaster@site.example" }
                """.formatted(hostname, folder.resolve("data")) + more);
        return this;
    }

    /// Without a class archive, which the JVM writes when it ends: a program that is somebody else by then cannot.
    Isthmus withoutArchive() {
        archive = false;
        return this;
    }

    Path data() {
        return folder.resolve("data");
    }

    Path configuration() {
        return configuration;
    }

    /// Starts the process and does not wait for it.
    void launch() throws IOException {
        launch(Map.of());
    }

    /// The same with more in its environment.
    void launch(Map<String, String> environment) throws IOException {
        running = Running.start("isthmus", folder, environment, command(List.of("run", "-c", configuration.toString())));
    }

    /// Waits until the started process accepts mail.
    /// @return the listeners
    Map<String, InetSocketAddress> awaitReady() throws InterruptedException {
        Map<String, InetSocketAddress> addresses = new java.util.LinkedHashMap<>();
        for (String word : running.await(line -> line.startsWith("ready ")).substring(6).strip().split(" ")) {
            int equals = word.indexOf('=');
            int colon = word.lastIndexOf(':');
            addresses.put(word.substring(0, equals),
                    new InetSocketAddress(InetAddress.ofLiteral(word.substring(equals + 1, colon)), Integer.parseInt(word.substring(colon + 1))));
        }
        return addresses;
    }

    Map<String, InetSocketAddress> start() throws IOException, InterruptedException {
        launch();
        return awaitReady();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        running.kill();
    }

    /// SIGTERM.
    /// @return the exit code
    int stop() throws InterruptedException {
        running.handle().destroy();
        return running.waitFor();
    }

    ProcessHandle handle() {
        return running.handle();
    }

    List<String> lines() {
        return running.lines();
    }

    /// Runs a command on this configuration to its end.
    Running.Result cli(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-c", configuration.toString()));
        return Running.run(folder, Map.of(), command(all));
    }

    /// The same, with a file for its standard input.
    Running.Result cliReading(Path input, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-c", configuration.toString()));
        return Running.run(folder, Map.of(), command(all), input);
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (archive) {
            command.addAll(List.of("-XX:SharedArchiveFile=" + folder.resolve("isthmus.jsa"), "-XX:+AutoCreateSharedArchive"));
        }
        command.addAll(List.of(
                "-Xlog:cds=off", "-Xlog:aot=off",
                "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED",
                "-cp", program() + ":" + home(Domain.class) + ":" + home(Main.class).resolveSibling("lib").resolve("*"),
                Main.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private static Path program() {
        return home(Main.class);
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}
