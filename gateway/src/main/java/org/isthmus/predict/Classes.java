// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.directory.FileDirectory;
import org.isthmus.route.Survey;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// All classes of mail that a configuration tells apart, each by a sample: every domain of the site with listed and unlisted addresses, every domain that `routes` names, a name below each,
/// a stranger's domain, the targets of aliases and catch-alls; each in every size, from every sender and after as many attempts as its address spaces ask for.
final class Classes {
    /// Nobody can own it (RFC 2606 §2), so it stands for all domains that the configuration does not name.
    static final Domain STRANGER = Domain.of("isthmus-prediction.example");
    private static final String CHILD = "isthmus-prediction.";
    private static final ReversePath SENDER = new ReversePath.To(Mailbox.of("sender@sender-of-prediction.example"));
    private static final int MOST_CONDITIONS = 64;

    private final Survey survey;
    private final Settings settings;
    private final Predicate<Domain> ours;
    private final List<Mail> all = new ArrayList<>();
    private final Map<Domain, Mention> foreign = new LinkedHashMap<>();

    /// A domain that is not ours, and who speaks of it.
    /// @param parent the domain of the site that it is a sample child of; none if it is named itself
    record Mention(Domain domain, String by, @Nullable SourceLine at, @Nullable SiteDomain parent) {}

    private record Condition(ReversePath from, long size, int attempts, boolean tls) {}

    /// @param ours which domains are the site's
    Classes(Survey survey, Predicate<Domain> ours, List<FileDirectory.AliasSample> aliases, List<KnownForwards.Forward> known) {
        this.survey = survey;
        this.settings = survey.settings();
        this.ours = ours;
        settings.domains().forEach(this::site);
        for (AddressSpace space : settings.routes()) {
            mention(sample(space.to()), Survey.rule(space), space.at());
        }
        mention(STRANGER, "a domain that the configuration does not name", null);
        for (FileDirectory.AliasSample alias : aliases) {
            named(alias.address(), alias.to());
            alias.to().forEach(target -> mention(domain(target), "the alias " + alias.address(), alias.at()));
        }
        addressing();
        for (KnownForwards.Forward forward : known) {
            if (forward.to() != null) {
                named(forward.to(), List.of(forward.from()));
            }
        }
        Mailbox postmaster = settings.connector().postmaster();
        named(postmaster, List.of());
        mention(domain(postmaster), "connector.postmaster", settings.place("connector.postmaster"));
    }

    List<Mail> mails() {
        return all;
    }

    /// Domains that are not ours and that the configuration speaks of.
    List<Mention> foreign() {
        return List.copyOf(foreign.values());
    }

    private void mention(@Nullable Domain domain, String by, @Nullable SourceLine at) {
        if (domain != null && !ours.test(domain) && foreign.putIfAbsent(domain, new Mention(domain, by, at, null)) == null) {
            add(Recipient.of(SampleDirectory.unlisted(domain), RcptParameters.NONE), Mail.Kind.FOREIGN, Set.of(domain));
        }
    }

    /// Where rewriting sends recipients, and who gets copies.
    private void addressing() {
        for (Settings.Rewrite rule : settings.addressing().rewrites()) {
            if (rule.to() != null && rule.what().contains(Settings.Rewrite.Part.ENVELOPE_RECIPIENT)) {
                mention(sample(rule.to().domain()), rule.text(), rule.at());
            }
        }
        for (Settings.Copies rule : settings.addressing().copies()) {
            for (Mailbox to : rule.to()) {
                named(to, List.of());
                mention(domain(to), rule.text(), rule.at());
            }
        }
    }

    private void site(SiteDomain domain) {
        Domain name = sample(domain.name());
        if (name == null) {
            return;
        }
        boolean open = domain.recipients().stream().anyMatch(source -> source instanceof RecipientSource.Any);
        if (!open) {
            add(Recipient.of(SampleDirectory.listed(name), RcptParameters.NONE), Mail.Kind.LISTED, Set.of(name));
        }
        add(Recipient.of(SampleDirectory.unlisted(name), RcptParameters.NONE), Mail.Kind.UNLISTED, Set.of(name));
        if (domain.catchAll() != null) {
            mention(domain(domain.catchAll()), "domains.\"" + domain.name().text() + "\" catch-all", domain.at());
        }
        Domain child = Domain.of(CHILD + name.ascii());
        if (domain.name() instanceof DomainPattern.Exact && !ours.test(child)) {
            foreign.put(child, new Mention(child, "below domains.\"" + domain.name().text() + "\"", domain.at(), domain));
            add(Recipient.of(SampleDirectory.unlisted(child), RcptParameters.NONE), Mail.Kind.FOREIGN, Set.of(child));
        }
    }

    private void named(Mailbox address, List<Mailbox> targets) {
        Set<Domain> domains = new LinkedHashSet<>();
        Stream.concat(Stream.of(address), targets.stream()).map(Classes::domain).filter(Objects::nonNull).forEach(domains::add);
        add(Recipient.of(address, RcptParameters.NONE), Mail.Kind.NAMED, domains);
    }

    private static @Nullable Domain domain(Mailbox address) {
        return address.host() instanceof Domain domain ? domain : null;
    }

    /// A name that a pattern matches.
    static @Nullable Domain sample(DomainPattern pattern) {
        return switch (pattern) {
            case DomainPattern.Exact one -> one.domain();
            case DomainPattern.Below many -> Domain.of(CHILD + many.parent().ascii());
            case DomainPattern.Everything every -> null;
        };
    }

    private void add(Recipient recipient, Mail.Kind kind, Set<Domain> domains) {
        for (Condition condition : conditions(domains)) {
            all.add(new Mail(recipient, kind, condition.from(), condition.size(), condition.attempts(), condition.tls()));
        }
    }

    private List<Condition> conditions(Set<Domain> domains) {
        Set<Long> sizes = new TreeSet<>(Set.of(0L));
        Set<Integer> attempts = new TreeSet<>(Set.of(0));
        Set<ReversePath> senders = new LinkedHashSet<>(List.of(SENDER));
        Set<Boolean> requirements = new TreeSet<>(Set.of(false));
        for (Domain domain : domains) {
            for (AddressSpace space : survey.spaces(domain)) {
                space.minSize().ifPresent(size -> sizes.add(size.octets()));
                space.maxSize().ifPresent(size -> sizes.add(size.octets() + 1));
                if (space.fallback() != null) {
                    attempts.add(space.fallbackAfter());
                }
                if (space.requireTls().isPresent()) {
                    requirements.add(true);
                }
                if (space.from() != null) {
                    sender(space.from(), senders);
                }
            }
        }
        sizes.removeIf(size -> size > settings.limits().messageSize().octets());
        List<Condition> conditions = new ArrayList<>();
        for (ReversePath sender : senders) {
            for (long size : sizes) {
                attempts.forEach(count -> requirements.forEach(tls -> conditions.add(new Condition(sender, size, count, tls))));
            }
        }
        return conditions.size() > MOST_CONDITIONS ? conditions.subList(0, MOST_CONDITIONS) : conditions;
    }

    /// A sender that a pattern of `routes` matches.
    private static void sender(String pattern, Set<ReversePath> into) {
        if (pattern.equals("<>")) {
            into.add(new ReversePath.Null());
            return;
        }
        String plain = pattern.toLowerCase(Locale.ROOT).replace('*', 'x').replace('?', 'x');
        try {
            into.add(new ReversePath.To(Mailbox.of(plain.indexOf('@') >= 0 ? plain : "sender@" + plain)));
        } catch (IllegalArgumentException e) {
            // A pattern that no address matches has no class.
        }
    }
}
