// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// One lookup of one address; remembers where it was looked for in vain, and what could not be asked.
final class Search {
    private static final String STAGE = "directory";
    private static final String OWNER = "owner-";

    private final FileDirectory files;
    private final SiteDomain domain;
    private final Settings.Connector connector;
    private final Mailbox address;
    private final List<String> inVain = new ArrayList<>();
    private @Nullable String undecided;

    Search(FileDirectory files, SiteDomain domain, Settings.Connector connector, Mailbox address) {
        this.files = files;
        this.domain = domain;
        this.connector = connector;
        this.address = address;
    }

    /// The address as everybody means it.
    Presence withAliases() {
        Presence found = exact(address, true);
        Mailbox base = found == null ? withoutSubAddress() : null;
        if (base != null) {
            found = exact(base, true);
        }
        if (found == null && undecided == null) {
            found = catchAll();
        }
        return found != null ? found : unknown();
    }

    /// The address as a mailbox of its own.
    Presence withoutAliases() {
        Presence found = exact(address, false);
        Mailbox base = found == null ? withoutSubAddress() : null;
        if (base != null) {
            found = exact(base, false);
        }
        return found != null ? found : unknown();
    }

    private @Nullable Presence exact(Mailbox wanted, boolean aliases) {
        Presence found = aliases && domain.aliases() != null ? alias(domain.aliases(), wanted) : null;
        if (found == null) {
            found = role(wanted, aliases);
        }
        for (int i = 0; found == null && i < domain.recipients().size(); i++) {
            found = source(domain.recipients().get(i), wanted);
        }
        return found;
    }

    private @Nullable Presence alias(Path path, Mailbox wanted) {
        WatchedFile<AliasTable> file = files.aliases(path);
        AliasTable table = file.content();
        if (table == null) {
            undecided = "aliases file " + path + ": " + file.trouble();
            return null;
        }
        AliasTable.Alias alias = table.find(AddressKey.of(wanted));
        if (alias == null) {
            return null;
        }
        String rule = "aliases = \"file:" + path + "\"";
        SourceLine at = new SourceLine(path.toString(), alias.line());
        if (alias.broken()) {
            String why = "the alias " + wanted + " cannot be read (" + at + ")";
            return new Presence.Undecided(domain, why, step(rule, at, "cannot be told now: " + why));
        }
        Mailbox owner = owner(table, wanted);
        return new Presence.Expands(domain, alias.to(), true, owner, step(rule, at, wanted + " stands for " + join(alias.to()) + (owner == null ? "" : "; failures go to " + owner)));
    }

    /// Sendmail's custom, which others have followed: `owner-NAME` hears of what goes wrong with members of NAME. Field: without it, failures go to everybody who writes.
    private static @Nullable Mailbox owner(AliasTable table, Mailbox list) {
        String local = list.local().content();
        if (local.length() + OWNER.length() > 64 || local.regionMatches(true, 0, OWNER, 0, OWNER.length())) {
            return null;
        }
        Mailbox owner = new Mailbox(new LocalPart(OWNER + local), list.host());
        return table.contains(AddressKey.of(owner)) ? owner : null;
    }

    /// Postmaster and abuse. RFC 5321 §4.5.1, RFC 2142 §4.
    private @Nullable Presence role(Mailbox wanted, boolean aliases) {
        boolean postmaster = isPostmaster(wanted);
        String to = domain.kind() == SiteDomain.Kind.RELAY ? null : connector.postmasterTo();
        if (!postmaster && (to == null || !isAbuse(wanted))) {
            return null;
        }
        if (to == null) {
            return known(step("postmaster exists in every domain (RFC 5321 §4.5.1)", null, wanted + " is known"));
        }
        String rule = "connector.postmaster-to = \"" + to + "\"";
        if (to.indexOf('@') < 0) {
            return known(step(rule, null, wanted + " goes to the next hop " + to));
        }
        Mailbox target = Mailbox.of(to);
        if (!aliases || AddressKey.same(target, wanted)) {
            return known(step(rule, null, wanted + " is known"));
        }
        return new Presence.Expands(domain, List.of(target), true, step(rule, null, wanted + " stands for " + target));
    }

    /// The whole word in any case, and no part of it.
    static boolean isPostmaster(Mailbox address) {
        return address.local().content().equalsIgnoreCase("postmaster");
    }

    static boolean isAbuse(Mailbox address) {
        return address.local().content().equalsIgnoreCase("abuse");
    }

    private @Nullable Presence source(RecipientSource source, Mailbox wanted) {
        return switch (source) {
            case RecipientSource.Any any -> known(step(rule("any"), domain.at(), wanted + " is known, as every address is"));
            case RecipientSource.Pattern pattern -> pattern(pattern.glob(), wanted);
            case RecipientSource.File file -> file(file.path(), wanted);
        };
    }

    private @Nullable Presence pattern(String glob, Mailbox wanted) {
        String rule = rule("pattern:" + glob);
        if (Glob.matches(AddressKey.local(glob), AddressKey.local(wanted.local().content()))) {
            return known(step(rule, domain.at(), wanted + " is known"));
        }
        inVain.add(rule + ": " + wanted.local() + " does not match");
        return null;
    }

    private @Nullable Presence file(Path path, Mailbox wanted) {
        WatchedFile<RecipientsFile> file = files.recipients(path);
        RecipientsFile content = file.content();
        String rule = rule("file:" + path);
        if (content == null) {
            undecided = "recipients file " + path + ": " + file.trouble();
            return null;
        }
        int line = content.addresses().line(AddressKey.of(wanted));
        if (line > 0) {
            return known(step(rule, new SourceLine(path.toString(), line), wanted + " is known"));
        }
        String trouble = file.trouble();
        inVain.add(rule + ": " + wanted + " is not among its " + content.addresses().size() + " addresses" + (trouble == null ? "" : " (as last read; now " + trouble + ")"));
        return null;
    }

    private @Nullable Mailbox withoutSubAddress() {
        if (domain.subAddressing().isEmpty()) {
            return null;
        }
        String local = address.local().content();
        int separator = local.indexOf(domain.subAddressing().get());
        return separator > 0 ? new Mailbox(new LocalPart(local.substring(0, separator)), address.host()) : null;
    }

    /// For a shared domain, unknown addresses live elsewhere, and for a relay domain they are not ours to catch.
    private @Nullable Presence catchAll() {
        Mailbox to = domain.catchAll();
        if (to == null || domain.kind() != SiteDomain.Kind.AUTHORITATIVE || AddressKey.same(to, address)) {
            return null;
        }
        Step step = step(name() + " catch-all = \"" + to + "\"", domain.at(), address + " is not known and goes to " + to);
        return new Presence.Expands(domain, List.of(to), false, step);
    }

    private Presence unknown() {
        String why = undecided;
        if (why != null) {
            return new Presence.Undecided(domain, why, step(name() + " recipients", domain.at(), "cannot be told now: " + why));
        }
        String kind = switch (domain.kind()) {
            case AUTHORITATIVE -> "authoritative, so it exists nowhere";
            case SHARED -> "shared, so it may live elsewhere";
            case RELAY -> "relayed for, and its recipients are listed";
        };
        String outcome = address + " is not known; the domain is " + kind;
        return new Presence.Unknown(domain, new Step(STAGE, name() + " recipients", domain.at(), outcome, List.of(), inVain));
    }

    private Presence known(Step step) {
        return new Presence.Known(domain, step);
    }

    private Step step(String rule, @Nullable SourceLine at, String outcome) {
        return new Step(STAGE, rule, at, outcome, List.of(), inVain);
    }

    private String rule(String source) {
        return name() + " recipients = \"" + source + "\"";
    }

    private String name() {
        return "domains.\"" + domain.name().text() + "\"";
    }

    static String join(List<Mailbox> mailboxes) {
        return String.join(", ", mailboxes.stream().map(Mailbox::text).toList());
    }
}
