// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A Dovecot of a test's own that speaks LMTP, with a maildir for each of its users, and tells others who they are (SASL).
final class Dovecot implements AutoCloseable {
    /// That of all its users.
    static final String PASSWORD = "battery-staple,42";

    final InetSocketAddress address;
    /// Where it tells who logs in.
    final InetSocketAddress authentication;
    private final Path folder;
    private final Running running;

    private Dovecot(InetSocketAddress address, InetSocketAddress authentication, Path folder, Running running) {
        this.address = address;
        this.authentication = authentication;
        this.folder = folder;
        this.running = running;
    }

    /// @param users local parts that exist
    static Dovecot start(Path folder, String ip, List<String> users) throws IOException, InterruptedException {
        int port = Running.freePort(ip);
        int authPort = Running.freePort(ip);
        Postfix.letOthersPass(folder);
        Path mail = Files.createDirectories(folder.resolve("mail"));
        Files.setOwner(mail, folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mail"));
        Path passwd = folder.resolve("passwd");
        Files.write(passwd, users.stream().map(user -> user + ":{PLAIN}" + PASSWORD + "::::::").toList());
        Files.setPosixFilePermissions(passwd, PosixFilePermissions.fromString("rw-r--r--"));
        Path conf = folder.resolve("dovecot.conf");
        Files.writeString(conf, """
                base_dir = %1$s/run
                auth_mechanisms = plain login scram-sha-256
                disable_plaintext_auth = no
                auth_failure_delay = 0
                service auth {
                  unix_listener %1$s/auth-client {
                    mode = 0666
                  }
                  inet_listener {
                    address = %2$s
                    port = %4$d
                  }
                }
                state_dir = %1$s/state
                log_path = %1$s/log
                protocols = lmtp
                ssl = no
                listen = %2$s
                mail_location = maildir:%1$s/mail/%%n
                mail_uid = mail
                mail_gid = mail
                first_valid_uid = 1
                auth_username_format = %%Ln
                passdb {
                  driver = passwd-file
                  args = username_format=%%n %1$s/passwd
                }
                userdb {
                  driver = passwd-file
                  args = username_format=%%n %1$s/passwd
                  default_fields = uid=mail gid=mail home=%1$s/mail/%%n
                }
                service lmtp {
                  inet_listener lmtp {
                    address = %2$s
                    port = %3$d
                  }
                }
                """.formatted(folder, ip, port, authPort));
        Running running = Running.start("dovecot", folder, Map.of(), List.of("/usr/sbin/dovecot", "-F", "-c", conf.toString()));
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        try {
            Running.waitForPort(address);
        } catch (AssertionError e) {
            running.close();
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", running.lines()), e);
        }
        return new Dovecot(address, new InetSocketAddress(InetAddress.ofLiteral(ip), authPort), folder, running);
    }

    /// The same by a Unix socket.
    Path socket() {
        return folder.resolve("auth-client");
    }

    /// What {@code doveadm} says of a password: the same question to the same server, by its own tool.
    boolean knows(String user, String password) throws IOException, InterruptedException {
        return Running.run(folder, Map.of(), List.of("doveadm", "-c", folder.resolve("dovecot.conf").toString(), "auth", "test", "-x", "service=smtp", user, password)).exit() == 0;
    }

    /// Messages of a user, in no order.
    List<Path> mailbox(String user) throws IOException {
        Path fresh = folder.resolve("mail").resolve(user).resolve("new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        }
    }

    String log() throws IOException {
        Path log = folder.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        running.close();
    }
}
