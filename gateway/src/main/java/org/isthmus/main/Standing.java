// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.config.Auth;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.platform.live.Privileges;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the server may do on its machine: never more than it must.
final class Standing {
    private static final Logger LOG = LoggerFactory.getLogger(Standing.class);
    private static final String HOW = "name connector.user, or start it as another user with the capability CAP_NET_BIND_SERVICE, as packaging/isthmus.service does";

    private Standing() {}

    /// Opens the ports and stops being root, if it is. Before anything else is opened or made.
    /// @throws IOException if that can't be done
    static void lower(LivePlatform live, Settings settings) throws IOException {
        if (!Privileges.isRoot()) {
            return;
        }
        String user = settings.connector().user();
        if (user == null) {
            LOG.warn("running as root: {}", HOW);
            return;
        }
        List<InetSocketAddress> addresses = settings.listeners().stream().map(Settings.Listener::address).toList();
        live.reserve(addresses);
        Privileges.folder(settings.connector().data(), user);
        Privileges.become(user);
        LOG.info("root no longer, but {}", user);
    }

    /// As {@link org.isthmus.cli.Program#entrust} says.
    static void entrust(Path fresh, Path before, Settings settings) throws IOException {
        String user = settings.connector().user();
        if (Privileges.isRoot() && !Privileges.giveLike(before, fresh)) {
            if (user != null) {
                Privileges.give(fresh, user);
            } else {
                Privileges.giveOwnerOf(settings.connector().data(), fresh);
            }
        }
    }

    /// What others may read and must not, and who it runs as.
    static List<Problem> problems(Settings settings, Path configuration) {
        List<Problem> problems = new ArrayList<>();
        if (settings.connector().user() == null && Privileges.isRoot()) {
            problems.add(Problem.warning("root", null, "connector.user is not set: started by root, the server stays root", HOW));
        }
        exposed(problems, settings.connector().data(), "the data folder");
        secrets(settings).forEach(secret -> exposed(problems, secret.path(), secret.what()));
        String user = settings.connector().user();
        if (user != null && !user.equals("root")) {
            Stream.concat(Stream.of(new Held(configuration, "the configuration")), secrets(settings)).forEach(held -> Privileges.closedTo(user, held.path()).ifPresent(whose ->
                    problems.add(Problem.warning("closed", null, held.what() + " " + held.path() + " (" + whose + ") cannot be read by " + user + ", whom the server runs as (connector.user)",
                            "chown " + user + " " + held.path()))));
        }
        return problems;
    }

    /// @param what in words: the key
    private record Held(Path path, String what) {}

    private static Stream<Held> secrets(Settings settings) {
        Stream<Held> users = settings.auth().users() instanceof Auth.Users.File file ? Stream.of(new Held(file.path(), "the users file")) : Stream.empty();
        Stream<Held> passwords = settings.nextHops().values().stream().flatMap(hop -> Stream.ofNullable(hop.login())).flatMap(login -> Stream.ofNullable(login.password().standsIn())).distinct()
                .map(file -> new Held(file, "the file with a password"));
        return Stream.of(keys(settings).map(key -> new Held(key, "the key")), users, passwords).flatMap(held -> held);
    }

    private static Stream<Path> keys(Settings settings) {
        List<@Nullable Path> all = new ArrayList<>();
        all.add(settings.tls().key());
        settings.tls().certificates().forEach(shown -> all.add(shown.key()));
        settings.listeners().forEach(listener -> all.add(listener.key()));
        settings.domains().forEach(domain -> domain.dkim().forEach(dkim -> all.add(dkim.key())));
        return all.stream().<Path>flatMap(Stream::ofNullable).distinct();
    }

    private static void exposed(List<Problem> problems, Path path, String what) {
        Privileges.exposed(path).ifPresent(permissions ->
                problems.add(Problem.warning("exposed", null, what + " " + path + " can be read by others (" + permissions + ")", "chmod o-rwx " + path)));
    }
}
