// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.trials.endtoend.Errand.Way;

/// Mail programs that are commands of the system.
final class Programs {
    private static final Set<Way> ALL = EnumSet.allOf(Way.class);
    private static final String HELLO = "client.example";

    private Programs() {}

    /// {@code openssl s_client}: TLS, and what the test says through it. All at once, which PIPELINING allows; the message is one chunk, for which nothing has to be awaited.
    static final class OpenSsl implements MailClient {
        @Override
        public String name() {
            return "openssl s_client";
        }

        @Override
        public Set<Way> ways() {
            return EnumSet.complementOf(EnumSet.of(Way.CLEAR));
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN");
        }

        @Override
        public boolean showsCertificates() {
            return true;
        }

        @Override
        public Set<Extension> extensions() {
            return EnumSet.noneOf(Extension.class);
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws Exception {
            Path said = folder.resolve("openssl.said");
            Files.writeString(said, words(errand));
            List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-quiet", "-connect", errand.host() + ":" + errand.at().getPort(), errand.way().isOld() ? "-tls1_2" : "-tls1_3",
                    "-CAfile", errand.authority().toString(), "-verify_return_error", "-verify_ip", errand.host()));
            if (errand.way().isStartTls()) {
                command.addAll(List.of("-starttls", "smtp", "-name", HELLO));
            }
            if (errand.shown() != null) {
                command.addAll(List.of("-cert", errand.shown().certificate().toString(), "-key", errand.shown().key().toString()));
            }
            Running.Result result = Running.run(folder, Map.of(), command, said);
            return new Running.Result(result.output().contains("250 2.0.0 ok, queued") ? 0 : 1, result.output());
        }

        private static String words(Errand errand) {
            byte[] message = errand.message().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            Errand.Login login = errand.login();
            String auth = login == null ? "" : "AUTH PLAIN " + java.util.Base64.getEncoder().encodeToString(
                    ('\0' + login.user() + '\0' + login.password()).getBytes(java.nio.charset.StandardCharsets.UTF_8)) + "\r\n";
            return "EHLO " + HELLO + "\r\n" + auth + "MAIL FROM:<" + errand.from() + "> BODY=8BITMIME\r\nRCPT TO:<" + errand.to() + ">\r\nBDAT " + message.length + " LAST\r\n" + errand.message() + "QUIT\r\n";
        }
    }

    /// Swaks, with Net::SSLeay.
    static final class Swaks implements MailClient {
        @Override
        public String name() {
            return "swaks";
        }

        @Override
        public Set<Way> ways() {
            return ALL;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN");
        }

        @Override
        public boolean showsCertificates() {
            return true;
        }

        @Override
        public Set<Extension> extensions() {
            return EnumSet.of(Extension.PIPELINING);
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws Exception {
            Path data = Files.writeString(folder.resolve("swaks.data"), errand.message().replace("\r\n", "\n"));
            List<String> command = new ArrayList<>(List.of("swaks", "--server", errand.host(), "--port", Integer.toString(errand.at().getPort()), "--helo", HELLO, "--from", errand.from(), "--to", errand.to(),
                    "--data", "@" + data));
            if (errand.way() != Way.CLEAR) {
                command.addAll(List.of(errand.way().isImplicit() ? "--tls-on-connect" : "--tls", "--tls-protocol", errand.way().isOld() ? "tlsv1_2" : "tlsv1_3", "--tls-verify",
                        "--tls-ca-path", errand.authority().toString()));
            }
            if (errand.shown() != null) {
                command.addAll(List.of("--tls-cert", errand.shown().certificate().toString(), "--tls-key", errand.shown().key().toString()));
            }
            if (errand.login() != null) {
                command.addAll(List.of("--auth", errand.login().mechanism(), "--auth-user", errand.login().user(), "--auth-password", errand.login().password()));
            }
            if (errand.rich()) {
                command.add("--pipeline");
            }
            return Running.run(folder, Map.of(), command);
        }
    }

    /// The command line of libcurl.
    static final class Curl implements MailClient {
        @Override
        public String name() {
            return "curl";
        }

        @Override
        public Set<Way> ways() {
            return ALL;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN");
        }

        @Override
        public boolean showsCertificates() {
            return true;
        }

        @Override
        public Set<Extension> extensions() {
            return EnumSet.of(Extension.SIZE, Extension.SMTPUTF8);
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws Exception {
            Path data = Files.writeString(folder.resolve("curl.data"), errand.message());
            List<String> options = new ArrayList<>(List.of("url = " + (errand.way().isImplicit() ? "smtps" : "smtp") + "://" + errand.host() + ":" + errand.at().getPort() + "/" + HELLO,
                    "mail-from = " + errand.from(), "mail-rcpt = " + (errand.rich() ? "jürgen@site.example" : errand.to()), "upload-file = " + data, "silent", "show-error", "verbose"));
            if (errand.way() != Way.CLEAR) {
                options.addAll(List.of("ssl-reqd", "cacert = " + errand.authority(), errand.way().isOld() ? "tlsv1.2" : "tlsv1.3", "tls-max = " + (errand.way().isOld() ? "1.2" : "1.3")));
            }
            if (errand.shown() != null) {
                options.addAll(List.of("cert = " + errand.shown().certificate(), "key = " + errand.shown().key()));
            }
            if (errand.login() != null) {
                options.addAll(List.of("user = \"" + errand.login().user() + ":" + errand.login().password() + "\"", "login-options = AUTH=" + errand.login().mechanism()));
                // It says PLAIN and LOGIN in steps unless told otherwise; so both are seen.
                if (errand.way().isOld()) {
                    options.add("sasl-ir");
                }
            }
            Path configuration = Files.write(folder.resolve("curl.conf"), options);
            return Running.run(folder, Map.of("LC_ALL", "C.UTF-8"), List.of("curl", "-q", "-K", configuration.toString()));
        }
    }

    /// msmtp, with GnuTLS and GNU SASL.
    static final class Msmtp implements MailClient {
        @Override
        public String name() {
            return "msmtp";
        }

        @Override
        public Set<Way> ways() {
            return ALL;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "SCRAM-SHA-256");
        }

        @Override
        public boolean showsCertificates() {
            return true;
        }

        @Override
        public Set<Extension> extensions() {
            return EnumSet.of(Extension.DSN);
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws Exception {
            List<String> lines = new ArrayList<>(List.of("account default", "host " + errand.host(), "port " + errand.at().getPort(), "domain " + HELLO, "from " + errand.from(),
                    "tls " + (errand.way() == Way.CLEAR ? "off" : "on"), "tls_starttls " + (errand.way().isImplicit() ? "off" : "on"),
                    "tls_priorities NORMAL:-VERS-ALL:+VERS-TLS1." + (errand.way().isOld() ? 2 : 3), "tls_trust_file " + errand.authority()));
            if (errand.shown() != null) {
                lines.addAll(List.of("tls_cert_file " + errand.shown().certificate(), "tls_key_file " + errand.shown().key()));
            }
            if (errand.login() != null) {
                lines.addAll(List.of("auth " + errand.login().mechanism().toLowerCase(java.util.Locale.ROOT), "user " + errand.login().user(), "password \"" + errand.login().password() + "\""));
            }
            if (errand.rich()) {
                lines.addAll(List.of("dsn_notify failure,delay", "dsn_return headers"));
            }
            Path configuration = folder.resolve("msmtprc");
            Files.write(configuration, lines);
            Files.setPosixFilePermissions(configuration, PosixFilePermissions.fromString("rw-------"));
            Path data = Files.writeString(folder.resolve("msmtp.data"), errand.message().replace("\r\n", "\n"));
            return Running.run(folder, Map.of(), List.of("msmtp", "--debug", "-C", configuration.toString(), "--", errand.to()), data);
        }
    }

    /// gsasl, the command line of GNU SASL: it logs in and sends nothing.
    static final class Gsasl implements MailClient {
        @Override
        public String name() {
            return "gsasl";
        }

        @Override
        public boolean sends() {
            return false;
        }

        @Override
        public Set<Way> ways() {
            return EnumSet.of(Way.CLEAR, Way.STARTTLS_12, Way.STARTTLS_13);
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS");
        }

        @Override
        public boolean showsCertificates() {
            return false;
        }

        @Override
        public Set<Extension> extensions() {
            return EnumSet.noneOf(Extension.class);
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws Exception {
            List<String> command = new ArrayList<>(List.of("gsasl", "--client", "--smtp", "--verbose", "--mechanism", errand.login().mechanism(), "--authentication-id", errand.login().user(), "--password", errand.login().password(),
                    "--connect", errand.host() + ":" + errand.at().getPort(), "--hostname", "gate.isthmus.example"));
            // It does not fall back by itself from what could be bound.
            if (!errand.login().mechanism().endsWith("-PLUS")) {
                command.add("--no-cb");
            }
            if (errand.way() == Way.CLEAR) {
                command.add("--no-starttls");
            } else {
                command.addAll(List.of("--starttls", "--x509-ca-file", errand.authority().toString(), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1." + (errand.way().isOld() ? 2 : 3)));
            }
            return Running.run(folder, Map.of(), command);
        }
    }
}
