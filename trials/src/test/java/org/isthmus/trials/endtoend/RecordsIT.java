// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records of TLS as OpenSSL fills them, 16,384 octets each (RFC 8446 §5.1). Java, which plays the client in other tests, stops a few octets earlier.
class RecordsIT {
    private static final String CLIENT = """
            import smtplib, ssl, sys
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl._create_unverified_context()
                context.minimum_version = context.maximum_version = version
                client = smtplib.SMTP(sys.argv[1], int(sys.argv[2]), 'client.example')
                client.starttls(context=context)
                client.sendmail('a@client.example', ['b@site.example'], 'Subject: large\\r\\n\\r\\n' + ('x' * 97 + '\\r\\n') * 30000)
                print('taken over', client.sock.version())
                client.quit()
            """;

    @TempDir
    Path folder;

    @Test
    void fullRecordsAreTaken() throws Exception {
        try (Isthmus isthmus = new Isthmus(folder.resolve("isthmus"))) {
            InetSocketAddress door = isthmus.configure("""
                    listeners { internet { address = "127.0.0.1:0", tls = starttls } }
                    domains { "site.example" { recipients = any, deliver-to = store } }
                    next-hops { store { url = "lmtp://127.0.0.1:1" } }
                    """).start().get("internet");
            Running.Result client = Running.run(folder, Map.of(), List.of("python3", "-c", CLIENT, "127.0.0.1", Integer.toString(door.getPort())));
            assertThat(client.output()).contains("taken over TLSv1.2", "taken over TLSv1.3");
            assertThat(client.exit()).isZero();
        }
    }
}
