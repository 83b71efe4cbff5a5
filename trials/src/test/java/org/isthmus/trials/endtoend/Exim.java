// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;

/// An Exim of a test's own. Debian's packages of Exim and Postfix exclude each other, so `./verify` only unpacks Exim's, into {@link #HOME}. It wants a user that its package
/// would have made; it finds him in a view of /etc/passwd that only its own processes have.
final class Exim implements AutoCloseable {
    /// Where the unpacked packages lie, from the root of the repository.
    private static final String HOME = ".build/exim";
    private static final String USER = "Debian-exim";

    final InetSocketAddress address;
    private final Path folder;
    private final Running running;

    private Exim(InetSocketAddress address, Path folder, Running running) {
        this.address = address;
        this.folder = folder;
        this.running = running;
    }

    /// @param name its host name
    /// @param rest the sections of its configuration from `begin routers` on
    static Exim start(Path folder, String ip, int port, String name, String rest) throws IOException, InterruptedException {
        Path binary = binary();
        UserPrincipal mail = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mail");
        for (String each : List.of("spool", "log")) {
            Files.setOwner(Files.createDirectories(folder.resolve(each)), mail);
        }
        Postfix.letOthersPass(folder);
        Path conf = folder.resolve("exim.conf");
        Files.writeString(conf, """
                exim_path = %s
                exim_user = mail
                exim_group = mail
                never_users =
                keep_environment =
                spool_directory = %s
                log_file_path = %s/log/%%slog
                pid_file_path = %s/pid
                primary_hostname = %s
                local_interfaces = <; [%s]:%d
                tls_advertise_hosts =
                host_lookup =
                acl_smtp_rcpt = accept
                acl_smtp_data = accept
                """.formatted(binary, folder.resolve("spool"), folder, folder, name, ip, port) + rest + "\nbegin retry\n* * F,1d,1m\n");
        view("passwd", folder, USER + ":x:8:8::/:/usr/sbin/nologin\n");
        view("group", folder, USER + ":x:8:\n");
        String script = "mount --bind %s/passwd /etc/passwd && mount --bind %s/group /etc/group && exec %s -C %s -bdf -q1m".formatted(folder, folder, binary, conf);
        Running running = Running.start("exim", folder, Map.of(), List.of("unshare", "-m", "--propagation", "private", "sh", "-c", script));
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        try {
            Running.waitForPort(address);
        } catch (AssertionError e) {
            running.close();
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", running.lines()), e);
        }
        return new Exim(address, folder, running);
    }

    private static void view(String file, Path folder, String more) throws IOException {
        Files.copy(Path.of("/etc", file), folder.resolve(file));
        Files.writeString(folder.resolve(file), more, StandardOpenOption.APPEND);
    }

    private static Path binary() {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path binary = up.resolve(HOME).resolve("usr/sbin/exim4");
            if (Files.isExecutable(binary)) {
                return binary;
            }
        }
        throw new AssertionError("there is no " + HOME + "/usr/sbin/exim4: ./verify unpacks it");
    }

    /// How often it took a message with some text in its log line: its address or Message-ID.
    long taken(String text) throws IOException {
        return log().lines().filter(line -> line.contains(" <= ") && line.contains(text)).count();
    }

    String log() throws IOException {
        Path log = folder.resolve("log/mainlog");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        running.close();
    }
}
