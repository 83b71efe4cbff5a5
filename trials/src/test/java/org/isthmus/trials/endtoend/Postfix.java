// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A Postfix of a test's own: its configuration, queue and mailboxes in a folder of the test, one address, one port. Debian's own instance is neither used nor changed.
final class Postfix implements AutoCloseable {
    private static final String DAEMONS = "/usr/lib/postfix/sbin";

    final InetSocketAddress address;
    private final Path folder;
    private final Running running;

    private Postfix(InetSocketAddress address, Path folder, Running running) {
        this.address = address;
        this.folder = folder;
        this.running = running;
    }

    /// @param domain whose addresses it takes into maildirs
    /// @param settings more lines for main.cf
    static Postfix start(Path folder, String ip, String domain, String... settings) throws IOException, InterruptedException {
        return start(folder, ip, Running.freePort(ip), domain, settings);
    }

    static Postfix start(Path folder, String ip, int port, String domain, String... settings) throws IOException, InterruptedException {
        return start(folder, ip, port, domain, List.of(), settings);
    }

    /// @param services more lines for master.cf
    static Postfix start(Path folder, String ip, int port, String domain, List<String> services, String... settings) throws IOException, InterruptedException {
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Path queue = Files.createDirectories(folder.resolve("queue"));
        Path data = Files.createDirectories(folder.resolve("data"));
        Path mail = Files.createDirectories(folder.resolve("mail"));
        letOthersPass(folder);
        UserPrincipal postfix = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix");
        Files.setOwner(data, postfix);
        Files.setOwner(mail, postfix);
        int uid = (Integer) Files.getAttribute(data, "unix:uid");
        int gid = (Integer) Files.getAttribute(data, "unix:gid");
        List<String> main = new ArrayList<>(List.of(
                "compatibility_level = 3.6",
                "queue_directory = " + queue,
                "data_directory = " + data,
                "command_directory = /usr/sbin",
                "daemon_directory = " + DAEMONS,
                "mail_owner = postfix",
                "setgid_group = postdrop",
                "maillog_file = " + folder.resolve("log"),
                "maillog_file_prefixes = /tmp, /var",
                // It must be an address that an interface has; where the server listens is said in master.cf.
                "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4",
                "myhostname = mail." + domain,
                "mydestination =",
                "virtual_mailbox_domains = " + domain,
                "virtual_mailbox_base = " + mail,
                "virtual_mailbox_maps = static:all/",
                "virtual_uid_maps = static:" + uid,
                "virtual_gid_maps = static:" + (gid == 0 ? groupOf(postfix) : gid),
                "virtual_minimum_uid = 1",
                "mynetworks = 127.0.0.0/8",
                "smtp_tls_security_level = none",
                "alias_maps =",
                "alias_database =",
                "smtputf8_enable = yes",
                "smtputf8_autodetect_classes = all",
                "default_process_limit = 20",
                "smtpd_peername_lookup = no"));
        // The later of two lines counts, but not without a warning.
        List<String> names = List.of(settings).stream().map(Postfix::name).toList();
        main.removeIf(line -> names.contains(name(line)));
        main.addAll(List.of(settings));
        Files.write(conf.resolve("main.cf"), main);
        Files.write(conf.resolve("master.cf"), master(ip, port));
        Files.write(conf.resolve("master.cf"), services, StandardOpenOption.APPEND);
        Running running = Running.start("postfix", folder, Map.of(), List.of("/usr/sbin/postfix", "-c", conf.toString(), "start-fg"));
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        try {
            Running.waitForPort(address);
        } catch (AssertionError e) {
            running.close();
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", running.lines()) + "\n" + read(folder.resolve("log")), e);
        }
        return new Postfix(address, folder, running);
    }

    private static String name(String setting) {
        return setting.substring(0, setting.indexOf('=')).strip();
    }

    /// A test's folder is its owner's alone; servers that give up root must come through.
    static void letOthersPass(Path folder) throws IOException {
        for (Path up = folder; up.startsWith("/tmp") && !up.equals(Path.of("/tmp")); up = up.getParent()) {
            Files.setPosixFilePermissions(up, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static int groupOf(UserPrincipal postfix) throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":");
            if (fields[0].equals(postfix.getName())) {
                return Integer.parseInt(fields[3]);
            }
        }
        throw new IOException("no user " + postfix);
    }

    private static List<String> master(String ip, int port) {
        return List.of(
                ip + ":" + port + " inet n - n - - smtpd",
                "pickup unix n - n 60 1 pickup",
                "cleanup unix n - n - 0 cleanup",
                "qmgr unix n - n 300 1 qmgr",
                "tlsmgr unix - - n 1000? 1 tlsmgr",
                "rewrite unix - - n - - trivial-rewrite",
                "bounce unix - - n - 0 bounce",
                "defer unix - - n - 0 bounce",
                "trace unix - - n - 0 bounce",
                "verify unix - - n - 1 verify",
                "flush unix n - n 1000? 0 flush",
                "proxymap unix - - n - - proxymap",
                "proxywrite unix - - n - 1 proxymap",
                "smtp unix - - n - - smtp",
                "relay unix - - n - - smtp",
                "lmtp unix - - n - - lmtp",
                "error unix - - n - - error",
                "retry unix - - n - - error",
                "discard unix - - n - - discard",
                "local unix - n n - - local",
                "virtual unix - n n - - virtual",
                "anvil unix - - n - 1 anvil",
                "scache unix - - n - 1 scache",
                "postlog unix-dgram n - n - 1 postlogd");
    }

    /// Messages in its maildir, in no order.
    List<Path> mailbox() throws IOException {
        Path fresh = folder.resolve("mail/all/new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        }
    }

    /// How often it took the message with a Message-ID.
    long taken(String messageId) throws IOException {
        return log().lines().filter(line -> line.contains("/cleanup[") && line.contains("message-id=<" + messageId + ">")).count();
    }

    String log() throws IOException {
        return read(folder.resolve("log"));
    }

    private static String read(Path log) throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /// Ends its master process, which ends the others; the command that started it is only its parent.
    @Override
    public void close() {
        try {
            String pid = Files.readString(folder.resolve("queue/pid/master.pid")).strip();
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroy);
        } catch (IOException e) {
            // It never came so far.
        }
        running.close();
    }
}
