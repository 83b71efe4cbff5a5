// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.SourceLine;

/// Checks the files of a directory: whether they can be read, lines that are of no use, addresses that no domain asks for, aliases that lead in a circle.
final class DirectoryCheck {
    /// Nobody reads more lines about one file.
    private static final int SHOWN = 20;

    private final FileDirectory directory;
    private final Settings settings;
    private final List<Problem> problems = new ArrayList<>();

    DirectoryCheck(FileDirectory directory, Settings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    List<Problem> problems() {
        Map<Path, Set<SiteDomain>> recipients = new HashMap<>();
        Map<Path, Set<SiteDomain>> aliases = new HashMap<>();
        for (SiteDomain domain : settings.domains()) {
            for (RecipientSource source : domain.recipients()) {
                if (source instanceof RecipientSource.File file) {
                    recipients.computeIfAbsent(file.path(), path -> new LinkedHashSet<>()).add(domain);
                }
            }
            if (domain.aliases() != null) {
                aliases.computeIfAbsent(domain.aliases(), path -> new LinkedHashSet<>()).add(domain);
            }
        }
        recipients.keySet().stream().sorted().forEach(path -> recipientsFile(path, recipients.getOrDefault(path, Set.of())));
        aliases.keySet().stream().sorted().forEach(path -> aliasesFile(path, aliases.getOrDefault(path, Set.of())));
        settings.addressing().rewrites().stream().filter(rule -> rule.table() != null).forEach(this::table);
        problems.addAll(new AliasCircles(directory, settings).problems());
        return problems;
    }

    private void recipientsFile(Path path, Set<SiteDomain> askedBy) {
        RecipientsFile content = listed("recipients", path, directory.recipients(path), askedBy);
        if (content != null) {
            Strangers strangers = new Strangers(path, askedBy);
            content.addresses().forEach(strangers::look);
            strangers.finish();
        }
    }

    private void aliasesFile(Path path, Set<SiteDomain> askedBy) {
        AliasTable content = listed("aliases", path, directory.aliases(path), askedBy);
        if (content != null) {
            Strangers strangers = new Strangers(path, askedBy);
            content.forEach(strangers::look);
            strangers.finish();
        }
    }

    /// A file of rewriting, whose entries name one address each.
    private void table(Settings.Rewrite rule) {
        Path path = rule.table();
        AliasTable content = path == null ? null : listed("rewrite", path, directory.aliases(path), rule.text(), rule.at());
        if (path == null || content == null) {
            return;
        }
        int[] count = new int[1];
        content.forEach((key, line) -> {
            AliasTable.Alias entry = content.find(key);
            if (entry != null && entry.to().size() > 1 && ++count[0] <= SHOWN) {
                problems.add(Problem.error("rewrite-file", new SourceLine(path.toString(), line), AliasTable.mailbox(key) + " becomes " + entry.to().size()
                        + " addresses; rewriting makes one of one, and an alias stands for several", null));
            }
        });
    }

    private <T extends Listed> @org.jspecify.annotations.Nullable T listed(String what, Path path, WatchedFile<T> file, Set<SiteDomain> askedBy) {
        SiteDomain first = askedBy.iterator().next();
        return listed(what, path, file, first.name().text(), first.at());
    }

    private <T extends Listed> @org.jspecify.annotations.Nullable T listed(String what, Path path, WatchedFile<T> file, String whose, SourceLine at) {
        T content = file.content();
        String trouble = file.trouble();
        if (trouble != null) {
            problems.add(Problem.error(what + "-file", at, "the " + what + " file " + path + " of " + whose + " cannot be used: " + trouble, null));
        }
        if (content != null && content.badCount() > 0) {
            content.bad().stream().limit(SHOWN).forEach(bad ->
                    problems.add(Problem.warning(what + "-line", new SourceLine(path.toString(), bad.number()), bad.problem() + "; the line is left out", null)));
            if (content.badCount() > SHOWN) {
                problems.add(Problem.warning(what + "-line", new SourceLine(path.toString(), content.bad().get(SHOWN - 1).number()),
                        "... and " + (content.badCount() - SHOWN) + " more bad lines in " + path, null));
            }
        }
        return content;
    }

    /// Finds addresses of domains that do not ask the file they stand in.
    private final class Strangers {
        private final Path path;
        private final Set<SiteDomain> askedBy;
        private final DomainTable table = DomainTable.of(settings);
        private final Map<String, Boolean> domains = new HashMap<>();
        private int count;

        Strangers(Path path, Set<SiteDomain> askedBy) {
            this.path = path;
            this.askedBy = askedBy;
        }

        void look(String key, int line) {
            String domain = key.substring(key.lastIndexOf('@') + 1);
            if (!domains.computeIfAbsent(domain, this::asks) && ++count <= SHOWN) {
                problems.add(Problem.warning("unused-address", new SourceLine(path.toString(), line), key + ": " + domain + " is no domain that asks this file", null));
            }
        }

        private boolean asks(String domain) {
            return !domain.startsWith("[") && table.find(Domain.of(domain)).filter(askedBy::contains).isPresent();
        }

        void finish() {
            if (count > SHOWN) {
                problems.add(Problem.warning("unused-address", null, "... and " + (count - SHOWN) + " more addresses in " + path + " of domains that do not ask it", null));
            }
        }
    }
}
