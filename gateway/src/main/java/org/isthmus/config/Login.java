// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How we log in at a next hop: {@code login { user, password, without-tls }}.
///
/// @param withoutTls whether the password may go in the clear
public record Login(
        String user,
        Secret password,
        boolean withoutTls) {

    static @Nullable Login read(Section hop, @Nullable Login inUrl) {
        Optional<Section> written = hop.section("login");
        if (written.isEmpty()) {
            return inUrl == null ? null : new Login(inUrl.user(), new Secret(inUrl.password().reveal(), hop.standsIn("url")), inUrl.withoutTls());
        }
        Section section = written.get();
        if (inUrl != null) {
            hop.problems().error("bad-value", section.at(), hop.name("login") + " and user information in " + hop.name("url") + " contradict each other");
        }
        Optional<String> user = section.one("user", Kind.TEXT);
        Optional<String> password = section.one("password", Kind.TEXT);
        boolean withoutTls = section.one("without-tls", Kind.FLAG).orElse(false);
        for (String key : java.util.List.of("user", "password")) {
            if (!section.has(key)) {
                hop.problems().error("missing-key", section.at(), section.name(key) + " is missing", key + " = \"...\"");
            }
        }
        section.finish();
        return user.isPresent() && password.isPresent() ? new Login(user.get(), new Secret(password.get(), section.standsIn("password")), withoutTls) : null;
    }
}
