// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;

/// Reads {@code domains}.
final class DomainReader {
    private static final Kind<Optional<Character>> SEPARATOR = new Kind<>("one character like \"+\", or off", DomainReader::separator);
    private static final Kind<String> SOURCE = new Kind<>("any, \"file:PATH\" or \"pattern:GLOB\"", DomainReader::source);

    private final Section root;
    private final Problems problems;

    DomainReader(Section root) {
        this.root = root;
        this.problems = root.problems();
    }

    List<SiteDomain> domains() {
        Optional<Section> written = root.section("domains");
        List<SiteDomain> domains = new ArrayList<>();
        Map<String, SiteDomain> seen = new HashMap<>();
        for (Section.Named named : written.map(Section::named).orElse(List.of())) {
            domain(named.name(), named.section()).ifPresent(domain -> {
                SiteDomain other = seen.putIfAbsent(key(domain.name()), domain);
                if (other != null) {
                    problems.error("duplicate-key", domain.at(), "the domain " + named.name() + " is the same as " + other.name().text() + " (" + other.at() + ")");
                }
                domains.add(domain);
            });
        }
        written.ifPresent(Section::finish);
        return domains;
    }

    private static String key(DomainPattern pattern) {
        return switch (pattern) {
            case DomainPattern.Exact exact -> exact.domain().ascii();
            case DomainPattern.Below below -> "*." + below.parent().ascii();
            case DomainPattern.Everything all -> "*";
        };
    }

    private Optional<SiteDomain> domain(String name, Section section) {
        Optional<DomainPattern> pattern = pattern(name, section);
        SiteDomain.Kind kind = section.one("kind", Kind.word(SiteDomain.Kind.class)).orElse(SiteDomain.Kind.AUTHORITATIVE);
        List<RecipientSource> recipients = recipients(section);
        String deliverTo = section.one("deliver-to", Kind.TEXT).orElse(null);
        String elsewhere = section.one("elsewhere", Kind.TEXT).orElse(null);
        elsewhere(section, name, kind, elsewhere);
        Path aliases = section.one("aliases", Kind.PATH).map(text -> aliases(section, text)).orElse(null);
        Optional<Character> separator = section.one("sub-addressing", SEPARATOR).orElse(Optional.empty());
        Mailbox catchAll = section.one("catch-all", Kind.MAILBOX).orElse(null);
        Optional<Settings.LoopbackSetting> loopback = LoopbackKeys.read(section);
        List<SiteDomain.FrontDoor> frontDoors = section.placed("front-doors", Kind.DOMAIN).stream().map(door -> new SiteDomain.FrontDoor(door.value(), door.at())).toList();
        List<Cidr> etrnHosts = section.several("etrn-hosts", Kind.NETWORK).orElse(List.of());
        List<Settings.Dkim> dkim = dkim(section);
        section.notYet(false, "filters in front", "trusted-upstreams");
        section.finish();
        return pattern.map(as -> new SiteDomain(as, kind, recipients, deliverTo, elsewhere, aliases, separator, catchAll, loopback, frontDoors, etrnHosts, dkim, section.at()));
    }

    private List<Settings.Dkim> dkim(Section section) {
        List<Settings.Dkim> keys = new ArrayList<>();
        for (Section one : section.sections("dkim")) {
            String selector = one.one("selector", Kind.DOMAIN).map(name -> name.ascii()).orElse(null);
            Path key = TlsReader.file(one, "key");
            if (selector == null || key == null) {
                problems.error("missing-key", one.at(), one.name("") + " needs a selector and a key", "dkim { selector = s1, key = dkim.pem }");
            } else {
                keys.add(new Settings.Dkim(selector, key));
            }
            one.finish();
        }
        if (!keys.isEmpty() && section.name("").contains("*")) {
            problems.error("bad-value", section.at(), "only a domain that is named outright can sign");
        }
        return keys;
    }

    private Optional<DomainPattern> pattern(String name, Section section) {
        try {
            DomainPattern pattern = Kind.PATTERN.reader().read(name);
            if (!(pattern instanceof DomainPattern.Everything)) {
                return Optional.of(pattern);
            }
            problems.error("bad-value", section.at(), "domains.\"*\": a connector cannot be in charge of all domains; expected a domain or \"*.domain\"");
        } catch (IllegalArgumentException e) {
            problems.error("bad-value", section.at(), "domains.\"" + name + "\" " + e.getMessage() + "; expected a domain or \"*.domain\"");
        }
        return Optional.empty();
    }

    private void elsewhere(Section section, String name, SiteDomain.Kind kind, @org.jspecify.annotations.Nullable String elsewhere) {
        if (kind == SiteDomain.Kind.SHARED && !section.has("elsewhere")) {
            problems.error("missing-key", section.at("kind"), "the shared domain " + name + " does not say where its other addresses live", "elsewhere = HOP");
        } else if (kind != SiteDomain.Kind.SHARED && elsewhere != null) {
            problems.warning("unused", section.at("elsewhere"), section.name("elsewhere") + " counts only for shared domains; this one is " + kind.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private List<RecipientSource> recipients(Section section) {
        Optional<List<String>> written = section.several("recipients", SOURCE);
        if (written.isEmpty()) {
            return List.of(new RecipientSource.Any());
        }
        List<RecipientSource> sources = new ArrayList<>();
        for (String source : written.get()) {
            String rest = source.substring(source.indexOf(':') + 1);
            if (source.startsWith("file:")) {
                Path file = section.file("recipients", rest);
                section.checkFile("recipients", file);
                sources.add(new RecipientSource.File(file));
            } else if (source.startsWith("pattern:")) {
                sources.add(new RecipientSource.Pattern(rest));
            } else if (source.equals("any")) {
                sources.add(new RecipientSource.Any());
            } else {
                String way = source.indexOf(':') < 0 ? source : source.substring(0, source.indexOf(':'));
                problems.error("not-yet", section.at("recipients"), section.name("recipients") + ": " + way + " needs directories, which this release does not have");
            }
        }
        return sources;
    }

    private static Path aliases(Section section, String text) {
        Path file = section.file("aliases", text.startsWith("file:") ? text.substring("file:".length()) : text);
        section.checkFile("aliases", file);
        return file;
    }

    private static Optional<Character> separator(String text) {
        if (text.equals("off") || text.equals("false") || text.equals("no")) {
            return Optional.empty();
        }
        // Letters and digits would take ordinary names apart; @ and " are not part of any.
        boolean good = text.length() == 1 && text.charAt(0) > 32 && text.charAt(0) < 127 && !Character.isLetterOrDigit(text.charAt(0)) && "@\"\\<>(),:;[]".indexOf(text) < 0;
        if (!good) {
            throw new IllegalArgumentException("cannot separate anything");
        }
        return Optional.of(text.charAt(0));
    }

    private static String source(String text) {
        int colon = text.indexOf(':');
        String way = colon < 0 ? text : text.substring(0, colon);
        List<String> ways = List.of("any", "file", "pattern", "ldap", "ldaps", "sql", "call-out");
        boolean alone = way.equals("any") || way.equals("call-out");
        if (!ways.contains(way)) {
            boolean path = text.startsWith("/") || text.endsWith(".txt");
            throw new Kind.Wrong("is not among its values", path ? "; did you mean \"file:" + text + "\"?" : NearestName.hint(way, ways));
        }
        if (alone == (colon >= 0) || text.length() == colon + 1) {
            throw new IllegalArgumentException(alone ? "has something behind its colon" : "does not say which " + way);
        }
        if (way.equals("file")) {
            Kind.PATH.reader().read(text.substring(colon + 1));
        }
        return text;
    }
}
