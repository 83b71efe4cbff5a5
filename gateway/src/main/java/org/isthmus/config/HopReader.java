// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings.Hop;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Reads {@code next-hops}.
final class HopReader {
    private static final Kind<Target> URL = new Kind<>("\"smtp://host:port\" or \"lmtp://host:port\"", HopReader::target);

    private final Section root;
    private final Problems problems;

    HopReader(Section root) {
        this.root = root;
        this.problems = root.problems();
    }

    Map<String, Hop> hops() {
        Optional<Section> written = root.section("next-hops");
        Map<String, Hop> hops = new LinkedHashMap<>();
        for (Section.Named named : written.map(Section::named).orElse(List.of())) {
            hop(named.name(), named.section()).ifPresent(hop -> hops.put(hop.name(), hop));
        }
        written.ifPresent(Section::finish);
        return hops;
    }

    private Optional<Hop> hop(String name, Section section) {
        if (name.equals(Settings.AddressSpace.MX) || name.equals("*") || name.isBlank()) {
            problems.error("bad-value", section.at(), "no next hop can be called \"" + name + "\"; that word means something else in a route");
        }
        if (!section.has("url")) {
            problems.error("missing-key", section.at(), section.name("url") + " is missing: which server it is", "url = \"smtp://host:25\"");
        }
        Optional<Target> target = section.one("url", URL);
        Optional<Boolean> inside = section.one("inside", Kind.FLAG);
        InetAddress source = section.one("source-address", Kind.ADDRESS).orElse(null);
        Optional<Hop.UnknownUsers> unknownUsers = section.one("unknown-users", Kind.word(Hop.UnknownUsers.class));
        Domain ehloName = section.one("ehlo-name", Kind.DOMAIN).orElse(null);
        boolean xforward = section.one("xforward", Kind.FLAG).orElse(false);
        boolean onDemand = section.one("on-demand", Kind.FLAG).orElse(false);
        List<Domain> etrnDomains = section.several("etrn-domains", Kind.DOMAIN).orElse(List.of());
        Duration etrnEvery = section.one("etrn-every", Kind.duration(Duration.ofMinutes(1))).orElse(Hop.ETRN_EVERY);
        Optional<Settings.TlsMode> tls = section.one("tls", Kind.word(Settings.TlsMode.class));
        List<Domain> tlsNames = section.several("tls-names", Kind.DOMAIN).orElse(List.of());
        Path tlsCa = TlsReader.file(section, "tls-ca");
        target.filter(Target::secure).ifPresent(url -> notOff(section, tls));
        Login login = Login.read(section, target.map(Target::login).orElse(null));
        if (login != null && !login.withoutTls() && tls.isPresent() && tls.get() == Settings.TlsMode.OFF) {
            problems.error("auth-without-tls", section.at("tls"), section.name("tls") + " is off and there is a login; a password does not go in the clear unless login.without-tls = true", "tls = required");
        }
        Optional<Settings.TlsMode> mode = tls.isEmpty() && login != null && !login.withoutTls() && target.filter(Target::secure).isEmpty() ? Optional.of(Settings.TlsMode.REQUIRED) : tls;
        section.finish();
        return target.map(url -> new Hop(name, url.protocol(), url.host(), url.port(), inside, source, unknownUsers, ehloName, xforward, onDemand, etrnDomains, etrnEvery, mode, tlsNames, tlsCa, url.secure(), login, section.at()));
    }

    /// Implicit TLS cannot be left out when it fails.
    private void notOff(Section section, Optional<Settings.TlsMode> tls) {
        if (tls.filter(mode -> mode == Settings.TlsMode.OFF || mode == Settings.TlsMode.OPPORTUNISTIC).isPresent()) {
            problems.error("bad-value", section.at("tls"), section.name("tls") + " contradicts smtps:// in the url, which is TLS from the first octet on; expected required or verify");
        }
    }

    private record Target(Way.Protocol protocol, boolean secure, @Nullable Login login, String host, int port) {}

    private static Target target(String text) {
        int slashes = text.indexOf("://");
        String scheme = slashes < 0 ? "" : text.substring(0, slashes).toLowerCase(Locale.ROOT);
        List<String> schemes = List.of("smtp", "lmtp", "smtps");
        if (slashes < 0) {
            throw new Kind.Wrong("has no protocol with ://", text.indexOf('/') >= 0 ? "" : "; did you mean \"smtp://" + text + "\"?");
        }
        if (!schemes.contains(scheme)) {
            throw new Kind.Wrong("has the unknown protocol " + scheme, NearestName.hint(scheme, schemes));
        }
        String rest = text.substring(slashes + 3);
        int user = rest.lastIndexOf('@');
        Login login = user < 0 ? null : login(rest.substring(0, user));
        rest = rest.substring(user + 1);
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        if (rest.indexOf('/') >= 0 || rest.indexOf('?') >= 0) {
            throw new IllegalArgumentException("has a path; a mail server has none");
        }
        HostPort split = HostPort.split(rest);
        checkHost(rest, split.host());
        int port = split.port().orElse(scheme.equals("lmtp") ? 24 : scheme.equals("smtps") ? 465 : 25);
        if (port == 0) {
            throw new IllegalArgumentException("has port 0, which nobody can be reached at");
        }
        return new Target(scheme.equals("lmtp") ? Way.Protocol.LMTP : Way.Protocol.SMTP, scheme.equals("smtps"), login, split.host(), port);
    }

    /// RFC 3986 §3.2.1, with a password.
    private static Login login(String written) {
        int colon = written.indexOf(':');
        if (colon <= 0 || colon == written.length() - 1) {
            throw new IllegalArgumentException("has no user:password before the @");
        }
        return new Login(decoded(written.substring(0, colon)), new Secret(decoded(written.substring(colon + 1))), false);
    }

    private static String decoded(String text) {
        // A plus stands for itself in this part of a URL.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void checkHost(String written, String host) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("has no host");
        }
        if (host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
            if (host.indexOf(':') >= 0 && !written.startsWith("[")) {
                throw new IllegalArgumentException("has an IPv6 address without brackets, like [2001:db8::1]");
            }
            Kind.ADDRESS.reader().read(host);
            return;
        }
        try {
            Domain.parse(host);
        } catch (SyntaxProblem e) {
            throw new IllegalArgumentException("has the host \"" + host + "\": " + e.getMessage());
        }
    }
}
