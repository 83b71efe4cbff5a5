// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.isthmus.platform.Disk;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// The way from the operator's text to {@link Settings}, or to all that is wrong with it.
///
/// The main file, {@code conf.d/*.conf} beside it in order of name and what they include are read through the {@link Disk}; a later file overrides an
/// earlier one. Problems are collected, each with file and line, what was found, what was expected and the nearest valid name. Never throws for what
/// a file says.
public final class ConfigLoader {
    private ConfigLoader() {}

    /// Reads a configuration.
    /// @param file the main file, named in problems as it is named here
    /// @param environment answers for {@code ${NAME}} where no setting has that name
    /// @param disk also asked whether the files exist that settings name
    public static Loaded load(Path file, Function<String, @Nullable String> environment, Disk disk) {
        Problems problems = new Problems();
        ConfigFiles files = new ConfigFiles(disk, Keys.NAMED, problems);
        List<Path> order = files.read(file);
        return order.isEmpty() ? new Loaded(Optional.empty(), problems.sorted()) : load(files, order, environment, problems);
    }

    /// Reads a text alone, without includes, environment or a look at files it names; its lines are those of {@code isthmus.conf}.
    public static Loaded parse(String text) {
        return parse(text, name -> null);
    }

    /// The same with an environment.
    public static Loaded parse(String text, Function<String, @Nullable String> environment) {
        Problems problems = new Problems();
        ConfigFiles files = new ConfigFiles(null, Keys.NAMED, problems);
        Path file = Path.of("isthmus.conf");
        files.text(file, text);
        return load(files, List.of(file), environment, problems);
    }

    private static Loaded load(ConfigFiles files, List<Path> order, Function<String, @Nullable String> environment, Problems problems) {
        Optional<ConfigObject> root = new HoconReader(files, environment, problems).read(order);
        if (root.isEmpty()) {
            return new Loaded(Optional.empty(), problems.sorted());
        }
        Map<String, SourceLine> places = new HashMap<>();
        Section section = new Section(root.get(), "", files, problems, places);
        Settings settings = new SettingsReader(section, order.getFirst().toString()).read().at(places);
        List<String> hops = section.section("next-hops").map(inner -> inner.named().stream().map(Section.Named::name).toList()).orElse(List.of());
        new References(settings, hops, problems).check(section.place("connector.postmaster-to"), section.place("delivery.suspended"));
        if (!problems.hasErrors()) {
            // Where something could not be read, its default stands, and what that shows may be no mistake of the operator.
            SettingsCheck.check(settings, section::place).forEach(problems::add);
        }
        return new Loaded(problems.areFatal() ? Optional.empty() : Optional.of(settings), problems.sorted());
    }

    /// What differs between two configurations and takes effect only by a restart: the data folder and the listeners.
    /// @return errors with the line of the new configuration; empty if a reload does
    public static List<Problem> restartNeeded(Settings running, Settings next) {
        return Restart.needed(running, next);
    }
}
