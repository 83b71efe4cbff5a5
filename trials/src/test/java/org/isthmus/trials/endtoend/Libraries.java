// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.trials.endtoend.Errand.Way;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Mail libraries of other languages, each behind a small script in {@code src/test/clients} that does an errand told in JSON.
final class Libraries {
    private Libraries() {}

    static MailClient smtplib() {
        return new Script("Python smtplib", List.of("PLAIN", "LOGIN"), EnumSet.of(MailClient.Extension.EIGHT_BIT, MailClient.Extension.SMTPUTF8, MailClient.Extension.DSN, MailClient.Extension.SIZE),
                List.of("python3", script("smtplib_client.py")), Map.of());
    }

    static MailClient nodemailer() {
        return new Script("nodemailer", List.of("PLAIN", "LOGIN"), EnumSet.of(MailClient.Extension.EIGHT_BIT, MailClient.Extension.SMTPUTF8, MailClient.Extension.DSN),
                List.of("node", script("nodemailer_client.cjs")), Map.of("NODE_PATH", modules().toString()));
    }

    private static String script(String name) {
        return Path.of("src/test/clients", name).toAbsolutePath().toString();
    }

    /// Where {@code ./verify} has put it.
    private static Path modules() {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path modules = up.resolve(".build/nodemailer/node_modules");
            if (Files.isDirectory(modules.resolve("nodemailer"))) {
                return modules;
            }
        }
        throw new AssertionError("there is no .build/nodemailer: ./verify fetches it");
    }

    private record Script(String name, List<String> mechanisms, Set<MailClient.Extension> extensions, List<String> command, Map<String, String> environment) implements MailClient {
        @Override
        public Set<Way> ways() {
            return EnumSet.allOf(Way.class);
        }

        @Override
        public boolean showsCertificates() {
            return true;
        }

        @Override
        public Running.Result run(Path folder, Errand errand) throws IOException, InterruptedException {
            Path told = Files.writeString(folder.resolve("errand.json"), json(errand).toString());
            List<String> whole = new ArrayList<>(command);
            whole.add(told.toString());
            return Running.run(folder, environment, whole);
        }

        private static ObjectNode json(Errand errand) {
            ObjectNode json = JsonMapper.shared().createObjectNode().put("host", errand.host()).put("port", errand.at().getPort()).put("tls", errand.way() != Way.CLEAR)
                    .put("implicit", errand.way().isImplicit()).put("version", errand.way().isOld() ? "1.2" : "1.3").put("ca", errand.authority().toString())
                    .put("from", errand.from()).put("to", errand.rich() ? "jürgen@site.example" : errand.to()).put("id", errand.id()).put("body", Errand.BODY).put("rich", errand.rich());
            if (errand.shown() != null) {
                json.put("cert", errand.shown().certificate().toString()).put("key", errand.shown().key().toString());
            }
            if (errand.login() != null) {
                json.put("mechanism", errand.login().mechanism()).put("user", errand.login().user()).put("password", errand.login().password());
            }
            return json;
        }
    }
}
