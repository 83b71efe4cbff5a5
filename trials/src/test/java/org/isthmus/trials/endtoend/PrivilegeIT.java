// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the running program may do on its machine. P22 of the design: never root after its ports are open, no port but the configured ones, nothing for others to read.
class PrivilegeIT {
    @TempDir
    Path folder;

    private Isthmus isthmus;

    @AfterEach
    void stop() {
        if (isthmus != null) {
            isthmus.close();
        }
    }

    private Isthmus configured(String connector, int port) throws IOException {
        // Whoever it becomes must be able to come to its data folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        isthmus = new Isthmus(folder.resolve("isthmus")).withoutArchive();
        Files.setPosixFilePermissions(folder.resolve("isthmus"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(isthmus.configuration(), """
                connector { hostname = "gate.isthmus.example", data = "%s", postmaster = "postmaster@site.example" %s }
                listeners { internet { address = "127.0.0.1:%d" } }
                domains { "site.example" { recipients = any, deliver-to = store } }
                next-hops { store { url = "lmtp://127.0.0.1:1" } }
                """.formatted(isthmus.data(), connector, port));
        return isthmus;
    }

    @Test
    void startedByRootItIsRootNoLongerOnceItsPortsAreOpen() throws Exception {
        assumeThat(System.getProperty("user.name")).as("root runs this").isEqualTo("root");
        int port = lowPort();
        configured(", user = nobody", port).start();
        long pid = isthmus.handle().pid();
        String status = Files.readString(Path.of("/proc/" + pid + "/status"));
        String nobody = new String(new ProcessBuilder("id", "-u", "nobody").start().getInputStream().readAllBytes()).strip();
        assertThat(status).containsPattern("Uid:\t" + nobody + "\t" + nobody + "\t" + nobody + "\t" + nobody + "\n").containsPattern("CapEff:\t0+\n").containsPattern("CapPrm:\t0+\n");
        // Not one thread is left behind.
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            assertThat(threads).allSatisfy(thread -> assertThat(Files.readString(thread.resolve("status"))).contains("Uid:\t" + nobody + "\t"));
        }
        assertThat(listening(pid)).containsExactly(port);
        try (Stream<Path> made = Files.walk(isthmus.data())) {
            assertThat(made).allSatisfy(one -> {
                assertThat(Files.getOwner(one).getName()).isEqualTo("nobody");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one))).endsWith("------");
            });
        }
        Running.Result asked = isthmus.cli("status");
        assertThat(asked.exit()).as(asked.output()).isZero();
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(pid)).start().waitFor()).isZero();
        Running.waitUntil("it reads its configuration again", isthmus::lines, () -> isthmus.lines().stream().anyMatch(line -> line.contains("configuration 2 is in force")));
        assertThat(isthmus.stop()).as("%s", isthmus.lines()).isZero();
    }

    @Test
    void aUserThatIsNotThereIsNoReasonToStayRoot() throws Exception {
        assumeThat(System.getProperty("user.name")).as("root runs this").isEqualTo("root");
        configured(", user = nosuchuser", Running.freePort("127.0.0.1"));
        Running.Result result = isthmus.cli("run");
        assertThat(result.exit()).as(result.output()).isEqualTo(77);
        assertThat(result.output()).contains("there is no user nosuchuser");
    }

    @Test
    void noPortListensButTheConfiguredOnes() throws Exception {
        int port = Running.freePort("127.0.0.1");
        configured("", port).start();
        assertThat(listening(isthmus.handle().pid())).containsExactly(port);
        assertThat(isthmus.stop()).isZero();
    }

    @Test
    void theCheckSaysWhoItWouldBeAndWhatOthersMayRead() throws Exception {
        assumeThat(System.getProperty("user.name")).as("root runs this").isEqualTo("root");
        configured("", Running.freePort("127.0.0.1"));
        assertThat(isthmus.cli("check", "--no-dns").output()).contains("warning root").doesNotContain("warning exposed");
        Files.createDirectory(isthmus.data());
        Files.setPosixFilePermissions(isthmus.data(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(isthmus.cli("check", "--no-dns").output()).contains("warning exposed");
        configured(", user = nobody", Running.freePort("127.0.0.1"));
        assertThat(isthmus.cli("check", "--no-dns").output()).doesNotContain("warning root");
    }

    @Test
    void theServiceManagerIsToldWhenMailIsAcceptedAndWhenNoMore() throws Exception {
        Path socket = folder.resolve("notify");
        String listen = "import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('bound',flush=True)\nwhile True: print(s.recv(4096).decode().replace(chr(10),' '),flush=True)";
        try (Running manager = Running.start("manager", folder, Map.of(), List.of("python3", "-c", listen, socket.toString()))) {
            manager.await(line -> line.equals("bound"));
            configured("", Running.freePort("127.0.0.1")).launch(Map.of("NOTIFY_SOCKET", socket.toString()));
            isthmus.awaitReady();
            manager.await(line -> line.startsWith("READY=1 STATUS=ready internet="));
            assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(isthmus.handle().pid())).start().waitFor()).isZero();
            manager.await(line -> line.startsWith("RELOADING=1 MONOTONIC_USEC="));
            assertThat(isthmus.stop()).isZero();
            manager.await(line -> line.startsWith("STOPPING=1"));
        }
    }

    /// The TCP ports at which a process listens, and those of UDP at which it could hear anybody.
    private static Set<Integer> listening(long pid) throws IOException {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path one : open.toList()) {
                String target = Files.exists(one, java.nio.file.LinkOption.NOFOLLOW_LINKS) ? Files.readSymbolicLink(one).toString() : "";
                if (target.startsWith("socket:[")) {
                    sockets.add(target.substring(8, target.length() - 1));
                }
            }
        }
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
                String[] words = line.strip().split(" +");
                // 0A is LISTEN; a datagram socket without a peer, 07, hears whoever speaks to it.
                if (words.length > 9 && (words[3].equals("0A") || (table.startsWith("udp") && words[3].equals("07"))) && sockets.contains(words[9])) {
                    ports.add(Integer.parseInt(words[1].substring(words[1].lastIndexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    private static int lowPort() throws IOException {
        for (int port = 700; port < 1023; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
        throw new IOException("no low port is free");
    }
}
