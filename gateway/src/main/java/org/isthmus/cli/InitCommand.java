// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// {@code isthmus init NAME}: a first configuration, with what could be found out filled in and a comment for what could not. Never overwrites a file.
@Command(name = "init", description = "Writes a commented configuration after probing what it can.")
final class InitCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Path SYSTEM_DATA = Path.of("/var/lib/isthmus");
    private static final int SMTP = 25;
    private static final int UNPRIVILEGED = 2525;
    private static final int LMTP = 24;

    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Parameters(paramLabel = "NAME", description = "The mail domain, like example.com, or the connector's own host name, like mx1.example.com.")
    private String name = "";

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The mail domain, where NAME is the host.")
    private @Nullable String domain;

    @Option(names = "--store", paramLabel = "URL", description = "Where mail for the domain goes: lmtp://HOST:PORT or smtp://HOST:PORT.")
    private @Nullable String store;

    InitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Platform platform = terminal.program().platform();
        Path named = configuration.file();
        Path file = named != null ? named : Path.of(terminal.variable(Terminal.CONFIGURATION).orElse("isthmus.conf"));
        Names names = names(platform, SelectorOptions.domain(name));
        Path recipients = file.resolveSibling("recipients");
        String text = text(names, platform, file, recipients);
        write(platform.disk(), file, text);
        terminal.line("wrote " + file);
        if (platform.disk().facts(recipients).isEmpty()) {
            write(platform.disk(), recipients, "# The addresses of " + names.domain() + ", one a line. Others are refused.\npostmaster@" + names.domain() + "\n");
            terminal.line("wrote " + recipients);
        }
        terminal.findings(terminal.program().check(file).problems(), terminal.out());
        terminal.line("look it over, put your addresses into " + recipients + ", then: isthmus check -c " + file + " and isthmus run -c " + file);
        return Exit.YES;
    }

    /// @param found what DNS said about the host
    private record Names(Domain host, Domain domain, String found) {}

    /// A name with exchangers, or of two labels, is a mail domain; another one is a host in the domain above it.
    private Names names(Platform platform, Domain given) {
        if (domain != null) {
            return new Names(given, SelectorOptions.domain(domain), addresses(platform, given));
        }
        boolean mail = platform.dns().mx(given.ascii()) instanceof Answer.Found<DnsRecord.Mx> || given.text().indexOf('.') == given.text().lastIndexOf('.');
        Domain host = mail ? Domain.of("mx1." + given.text()) : given;
        Domain site = mail ? given : Domain.of(given.text().substring(given.text().indexOf('.') + 1));
        return new Names(host, site, addresses(platform, host));
    }

    private static String addresses(Platform platform, Domain host) {
        List<String> found = new ArrayList<>();
        for (Answer<DnsRecord.Address> answer : List.of(platform.dns().ipv4(host.ascii()), platform.dns().ipv6(host.ascii()))) {
            if (answer instanceof Answer.Found<DnsRecord.Address> records) {
                records.records().forEach(record -> found.add(record.address().getHostAddress()));
            }
        }
        return found.isEmpty() ? "DNS knows no address for it yet" : "by DNS " + found.stream().collect(Collectors.joining(", "));
    }

    private String text(Names names, Platform platform, Path file, Path recipients) {
        boolean standardPort = canListen(platform, SMTP);
        String storeUrl = store == null ? "lmtp://127.0.0.1:" + LMTP : store;
        String storeNote = store != null ? "" : answers(platform, LMTP) ? "  # something listens there" : "  # nobody answered there: put in the URL of your mail store";
        return """
                # Isthmus: the configuration of %s, written by isthmus init.
                # isthmus check tells whether it is right; docs/configuration.md tells all there is.
                # A value with one of @ : * $ [ ] { } # & ? ! ^ = + , in it needs quotes.

                connector {
                  hostname   = "%s"  # in the greeting, in EHLO and in Received; %s
                  data       = "%s"  # spool, tracking, control socket
                  postmaster = "postmaster@%s"
                }

                listeners {
                  internet { address = "0.0.0.0:%d" }%s
                }

                # Clients that may send to anywhere. Nobody by default, this machine included.
                trusted-networks = []

                domains {
                  "%s" {
                    kind       = authoritative  # all its addresses are known here; others are refused
                    recipients = "file:%s"  # one address a line; or any, or "pattern:u*"
                    deliver-to = mailstore
                  }
                }

                next-hops {
                  mailstore { url = "%s" }%s
                }

                routes = [
                  { to = "*", via = mx }  # all other mail, by DNS; or a smart host: another entry of next-hops
                ]

                loop {
                  loopback = turn-around  # mail for the site never takes the way through the Internet: turn-around | reject | send | hold
                }
                """.formatted(names.host(), names.host(), names.found(), data(platform.disk(), file), names.domain(), standardPort ? SMTP : UNPRIVILEGED,
                standardPort ? "" : "  # port 25 is taken, or needs rights that we have not", names.domain(), recipients.getFileName(), storeUrl, storeNote);
    }

    /// The system's place where we may write there, else a folder beside the configuration.
    private static Path data(Disk disk, Path file) {
        try {
            disk.createFolders(SYSTEM_DATA);
            disk.forceFolder(SYSTEM_DATA);
            return SYSTEM_DATA;
        } catch (IOException e) {
            return file.toAbsolutePath().resolveSibling("isthmus-data");
        }
    }

    private static boolean canListen(Platform platform, int port) {
        try {
            platform.network().listen(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port)).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answers(Platform platform, int port) {
        try {
            platform.network().connect(null, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), PATIENCE).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Disk disk, Path path, String text) throws IOException {
        try (Disk.File file = disk.create(path)) {
            file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
            file.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new Failure(Exit.CANNOT_CREATE, path + " exists already, and stays as it is");
        }
    }
}
