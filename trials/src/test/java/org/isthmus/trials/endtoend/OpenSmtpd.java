// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/// An OpenSMTPD of a test's own. It asks no name server: it knows the names in the machine's hosts file and those that it was given.
final class OpenSmtpd implements AutoCloseable {
    final InetSocketAddress address;
    private final Path folder;
    private final Running running;

    private OpenSmtpd(InetSocketAddress address, Path folder, Running running) {
        this.address = address;
        this.folder = folder;
        this.running = running;
    }

    /// @param domain whose addresses it takes into a maildir
    /// @param hosts lines of a hosts file
    /// @param more lines of its configuration; those that route, behind the one for the domain
    static OpenSmtpd start(Path folder, String ip, int port, String domain, List<String> hosts, String more) throws IOException, InterruptedException {
        Unpacked unpacked = new Unpacked("opensmtpd", folder).with(
                "opensmtpd:x:61901:61901::/var/lib/opensmtpd/empty:/usr/sbin/nologin", "opensmtpq:x:61902:61902::/var/lib/opensmtpd/empty:/usr/sbin/nologin");
        Path spool = Files.createDirectories(folder.resolve("spool/smtpd"));
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwx--x--x"));
        Files.createDirectories(folder.resolve("lib/opensmtpd/empty"));
        Path mail = Files.createDirectories(folder.resolve("mail"));
        Files.setOwner(mail, folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mail"));
        unpacked.showing(folder.resolve("spool"), "/var/spool")
                .showing(folder.resolve("lib"), "/var/lib")
                .showing(Files.createDirectories(folder.resolve("run")), "/run")
                .showing(unpacked.file("usr/libexec"), "/usr/libexec")
                .showing(Files.writeString(folder.resolve("resolv.conf"), "lookup file\n"), "/etc/resolv.conf")
                .showing(Files.writeString(folder.resolve("hosts"), Files.readString(Path.of("/etc/hosts")) + "\n" + String.join("\n", hosts) + "\n"), "/etc/hosts");
        Path conf = Files.writeString(folder.resolve("smtpd.conf"), """
                table everybody { "@" = "mail" }
                listen on %1$s port %2$d hostname mail.%3$s
                action store maildir "%4$s" virtual <everybody> user mail
                match from any for domain "%3$s" action store
                """.formatted(ip, port, domain, mail) + more);
        Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r--r--"));
        Running running = unpacked.start("opensmtpd", List.of(unpacked.file("usr/sbin/smtpd").toString(), "-d", "-f", conf.toString()));
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        try {
            Running.waitForPort(address);
        } catch (AssertionError e) {
            running.close();
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", running.lines()), e);
        }
        return new OpenSmtpd(address, folder, running);
    }

    /// Messages in its maildir, in no order.
    List<Path> mailbox() throws IOException {
        Path fresh = folder.resolve("mail/new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        }
    }

    String log() {
        return String.join("\n", running.lines());
    }

    @Override
    public void close() {
        running.close();
    }
}
