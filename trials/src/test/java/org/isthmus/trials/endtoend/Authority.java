// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A certification authority of a test's own: the servers of a test get their certificates from it by OpenSSL, as an operator's would.
final class Authority {
    private final Path folder;

    /// A certificate with its key, in PEM.
    record Issued(Path certificate, Path key) {}

    Authority(Path folder) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        Postfix.letOthersPass(folder);
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Authority of a test", "-days", "30",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        Files.setPosixFilePermissions(certificate(), PosixFilePermissions.fromString("rw-r--r--"));
    }

    /// Its own certificate.
    Path certificate() {
        return folder.resolve("ca.crt");
    }

    /// @param owner whose user the key's file belongs to
    /// @param algorithm what OpenSSL calls the key: {@code rsa:2048}, {@code ec}
    /// @param more other names that it is for: {@code IP:127.0.0.1}
    Issued issue(String name, String owner, String algorithm, String... more) throws IOException, InterruptedException {
        List<String> request = new ArrayList<>(List.of("req", "-newkey", algorithm, "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name,
                "-addext", "subjectAltName=" + String.join(",", Stream.concat(Stream.of("DNS:" + name), Stream.of(more)).toList()), "-addext", "extendedKeyUsage=serverAuth,clientAuth"));
        if (algorithm.equals("ec")) {
            request.addAll(List.of("-pkeyopt", "ec_paramgen_curve:prime256v1"));
        }
        openssl(request.toArray(String[]::new));
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", name + ".crt", "-days", "30", "-copy_extensions", "copyall");
        Path key = folder.resolve(name + ".key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.setOwner(key, key.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
        Path certificate = folder.resolve(name + ".crt");
        Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rw-r--r--"));
        return new Issued(certificate, key);
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Running.Result result = Running.run(folder, Map.of(), command);
        if (result.exit() != 0) {
            throw new IOException(command + ": " + result.output());
        }
    }
}
