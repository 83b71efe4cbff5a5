// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An Exim of a test's own. Debian's packages of Exim and Postfix exclude each other, so `./verify` only unpacks Exim's. It wants a user that its package would
/// have made; it finds him in its own view of /etc/passwd.
final class Exim implements AutoCloseable {
    private static final String USER = "Debian-exim";

    final InetSocketAddress address;
    private final Path folder;
    private final Running running;

    private Exim(InetSocketAddress address, Path folder, Running running) {
        this.address = address;
        this.folder = folder;
        this.running = running;
    }

    /// Without TLS.
    /// @param name its host name
    /// @param rest the sections of its configuration from `begin routers` on
    static Exim start(Path folder, String ip, int port, String name, String rest) throws IOException, InterruptedException {
        return start(folder, ip, List.of(port), name, "tls_advertise_hosts =\n", rest);
    }

    /// @param ports at which it listens, the first one for {@link #address}
    /// @param main more options of the main section
    static Exim start(Path folder, String ip, List<Integer> ports, String name, String main, String rest) throws IOException, InterruptedException {
        Unpacked unpacked = new Unpacked("exim", folder).with(USER + ":x:8:8::/:/usr/sbin/nologin");
        Path binary = unpacked.file("usr/sbin/exim4");
        UserPrincipal mail = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mail");
        for (String each : List.of("spool", "log", "mail")) {
            Files.setOwner(Files.createDirectories(folder.resolve(each)), mail);
        }
        Path conf = folder.resolve("exim.conf");
        String listens = ports.stream().map(port -> "[" + ip + "]:" + port).collect(Collectors.joining(" ; "));
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
                local_interfaces = <; %s
                host_lookup =
                acl_smtp_rcpt = accept
                acl_smtp_data = accept
                """.formatted(binary, folder.resolve("spool"), folder, folder, name, listens) + main + rest + "\nbegin retry\n* * F,1d,1m\n");
        Running running = unpacked.start("exim", List.of(binary.toString(), "-C", conf.toString(), "-bdf", "-q1m"));
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(ip), ports.getFirst());
        try {
            Running.waitForPort(address);
        } catch (AssertionError e) {
            running.close();
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", running.lines()), e);
        }
        return new Exim(address, folder, running);
    }

    /// Where a transport of its configuration may write mail.
    static Path mail(Path folder) {
        return folder.resolve("mail");
    }

    /// Messages in the maildir {@code mail} of its folder, in no order.
    List<Path> mailbox() throws IOException {
        Path fresh = mail(folder).resolve("new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        }
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
