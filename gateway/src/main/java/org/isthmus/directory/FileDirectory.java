// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory of a site whose addresses stand in its configuration and in files beside it.
///
/// An address is looked up in this order, and the first that knows it decides: aliases; {@code connector.postmaster-to}, for postmaster and abuse; the
/// domain's recipients; the same three for the address without its sub-address; the catch-all. {@code postmaster} exists in every domain (RFC 5321 §4.5.1),
/// as that whole word and in any case. If a file cannot be read that might have known it, the answer is undecided, never unknown.
///
/// Files are read when first needed ({@link #prepare} does it beforehand) and again when they have changed. Lookups are answered from memory; once a
/// second at most one of them looks at the file's size and time first.
public final class FileDirectory implements Directory, Tables {
    private static final Logger LOG = LoggerFactory.getLogger(FileDirectory.class);

    private final Disk disk;
    private final Time time;
    private final Map<Path, WatchedFile<RecipientsFile>> recipients = new ConcurrentHashMap<>();
    private final Map<Path, WatchedFile<AliasTable>> aliases = new ConcurrentHashMap<>();
    private volatile @Nullable Settings inForce;

    public FileDirectory(Disk disk, Time time) {
        this.disk = disk;
        this.time = time;
    }

    /// Reads the files that these settings name, so that no session must wait for them, and forgets all others. To be called before the settings come into force.
    public void prepare(Settings settings) {
        inForce = settings;
        Set<Path> named = new HashSet<>();
        for (SiteDomain domain : settings.domains()) {
            for (RecipientSource source : domain.recipients()) {
                if (source instanceof RecipientSource.File file && named.add(file.path())) {
                    recipients(file.path()).content();
                }
            }
            if (domain.aliases() != null && named.add(domain.aliases())) {
                aliases(domain.aliases()).content();
            }
        }
        for (Settings.Rewrite rule : settings.addressing().rewrites()) {
            if (rule.table() != null && named.add(rule.table())) {
                aliases(rule.table()).content();
            }
        }
        recipients.keySet().retainAll(named);
        aliases.keySet().retainAll(named);
    }

    @Override
    public Presence find(Mailbox address, Snapshot snapshot) {
        return domain(address, snapshot)
                .<Presence>map(domain -> new Search(this, domain, snapshot.settings().connector(), address).withAliases())
                .orElseGet(Presence.NotOurs::new);
    }

    @Override
    public Presence resident(Mailbox address, Snapshot snapshot) {
        return domain(address, snapshot)
                .<Presence>map(domain -> new Search(this, domain, snapshot.settings().connector(), address).withoutAliases())
                .orElseGet(Presence.NotOurs::new);
    }

    @Override
    public Mapped mapped(Path table, Mailbox address) {
        WatchedFile<AliasTable> file = aliases(table);
        AliasTable content = file.content();
        if (content == null) {
            return new Mapped.Undecided("file " + table + ": " + file.trouble(), null);
        }
        AliasTable.Alias found = content.find(AddressKey.of(address));
        if (found == null) {
            return new Mapped.Nothing();
        }
        SourceLine at = new SourceLine(table.toString(), found.line());
        return found.to().size() == 1 ? new Mapped.To(found.to().getFirst(), at) : new Mapped.Undecided("what " + address + " becomes cannot be read (" + at + ")", at);
    }

    /// Shows the addresses of a table with their lines, in the order of the file.
    /// @param most where there are more, none are shown
    public void tableEntries(Path table, int most, java.util.function.ObjIntConsumer<Mailbox> action) {
        AliasTable content = aliases(table).content();
        if (content != null && content.entries() <= most) {
            content.forEach((key, line) -> action.accept(AliasTable.mailbox(key), line));
        }
    }

    /// Whether an address may stand for others: a quick look, that says yes where it would take more to know.
    boolean mayExpand(Mailbox address, Snapshot snapshot) {
        SiteDomain domain = domain(address, snapshot).orElse(null);
        if (domain == null) {
            return false;
        }
        AliasTable table = domain.aliases() == null ? null : aliases(domain.aliases()).content();
        String local = address.local().content();
        return domain.catchAll() != null || Search.isPostmaster(address) || Search.isAbuse(address) || (table != null && table.contains(AddressKey.of(address)))
                || (domain.subAddressing().isPresent() && local.indexOf(domain.subAddressing().get()) > 0);
    }

    private static Optional<SiteDomain> domain(Mailbox address, Snapshot snapshot) {
        return address.host() instanceof Domain name ? DomainTable.of(snapshot).find(name) : Optional.empty();
    }

    /// What is wrong with the files that these settings name, and with the aliases in them, for people who check a configuration. Reads the files if need be.
    public List<Problem> problems(Settings settings) {
        return new DirectoryCheck(this, settings).problems();
    }

    /// One alias for each domain that the aliases of a file lead to, with its line: as much of an aliases file as decides where its mail goes.
    /// @param most how many at most
    /// @param wanted targets whose aliases are all to be among them
    public List<AliasSample> aliasSamples(Settings settings, int most, Predicate<Mailbox> wanted) {
        List<AliasSample> samples = new ArrayList<>();
        Set<Path> files = new LinkedHashSet<>();
        settings.domains().stream().map(SiteDomain::aliases).filter(Objects::nonNull).forEach(files::add);
        for (Path path : files) {
            AliasTable table = aliases(path).content();
            if (table != null) {
                sample(table, path, most, wanted, samples);
            }
        }
        return samples;
    }

    private static void sample(AliasTable table, Path path, int most, Predicate<Mailbox> wanted, List<AliasSample> into) {
        Set<Host> seen = new HashSet<>();
        table.forEach((key, line) -> {
            AliasTable.Alias alias = into.size() < most ? table.find(key) : null;
            if (alias != null && (alias.to().stream().map(Mailbox::host).filter(seen::add).count() > 0 || alias.to().stream().anyMatch(wanted))) {
                into.add(new AliasSample(AliasTable.mailbox(key), alias.to(), new SourceLine(path.toString(), line)));
            }
        });
    }

    /// @param at where it stands
    public record AliasSample(Mailbox address, List<Mailbox> to, SourceLine at) {
        public AliasSample {
            to = List.copyOf(to);
        }
    }

    WatchedFile<RecipientsFile> recipients(Path path) {
        return recipients.computeIfAbsent(path, file -> new WatchedFile<>(file, disk, time, RecipientsFile::read));
    }

    WatchedFile<AliasTable> aliases(Path path) {
        return aliases.computeIfAbsent(path, file -> new WatchedFile<>(file, disk, time, AliasTable::read, this::aliasesChanged));
    }

    /// Aliases that were changed by themselves have passed no check. What they lead into is stopped all the same; here it is said.
    private void aliasesChanged() {
        Settings settings = inForce;
        if (settings != null) {
            new AliasCircles(this, settings).problems().stream().filter(problem -> problem.severity() == Problem.Severity.ERROR).limit(20)
                    .forEach(problem -> LOG.warn("{} {}: {} ({})", problem.id(), problem.at(), problem.message(), String.join("; ", problem.evidence())));
        }
    }
}
