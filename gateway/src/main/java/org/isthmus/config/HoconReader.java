// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// From texts to one tree of values by the HOCON library, which is given nothing of the machine: no files, no class path, no environment but ours.
final class HoconReader {
    private final ConfigFiles files;
    private final Function<String, @Nullable String> environment;
    private final Problems problems;

    HoconReader(ConfigFiles files, Function<String, @Nullable String> environment, Problems problems) {
        this.files = files;
        this.environment = environment;
        this.problems = problems;
    }

    /// Parses, merges (the later over the earlier) and resolves.
    Optional<ConfigObject> read(List<Path> order) {
        Config merged = ConfigFactory.empty();
        boolean whole = !files.isBroken();
        for (Path file : order) {
            try {
                merged = parse(file).withFallback(merged);
            } catch (ConfigException e) {
                report(e, file);
                whole = false;
            } catch (RuntimeException e) {
                problems.error("syntax", new SourceLine(file.toString(), 0), "cannot be read as HOCON: " + e);
                whole = false;
            }
        }
        // What is missing from a half-read tree is not missing from the files.
        return whole ? resolve(merged, order.getLast()) : Optional.empty();
    }

    private Config parse(Path file) {
        String text = files.textOf(file);
        ConfigParseOptions options = ConfigParseOptions.defaults()
                .setSyntax(ConfigSyntax.CONF)
                .setOriginDescription(file.toString())
                .setIncluder(new Includer(file, Set.of(file)));
        return ConfigFactory.parseString(text == null ? "" : text, options);
    }

    private Optional<ConfigObject> resolve(Config merged, Path file) {
        Set<String> missing = new HashSet<>();
        ConfigResolver resolver = new Environment(missing);
        try {
            Config resolved = merged.resolve(ConfigResolveOptions.noSystem().appendResolver(resolver));
            for (HoconScan.Substitution substitution : files.substitutions()) {
                if (!substitution.optional() && missing.contains(substitution.path())) {
                    problems.error("unresolved", substitution.at(), "${" + substitution.path() + "} is neither a setting nor in the environment");
                }
            }
            return Optional.of(resolved.root());
        } catch (ConfigException e) {
            report(e, file);
        } catch (RuntimeException | StackOverflowError e) {
            problems.error("syntax", new SourceLine(file.toString(), 0), "substitutions cannot be resolved: " + e);
        }
        return Optional.empty();
    }

    private void report(ConfigException e, Path file) {
        SourceLine at = e.origin() == null ? new SourceLine(file.toString(), 0) : place(e.origin());
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        String prefix = e.origin() == null ? "" : e.origin().description() + ": ";
        problems.error("syntax", at, "not readable as HOCON: " + (message.startsWith(prefix) ? message.substring(prefix.length()) : message));
    }

    /// Where a value stands. The library describes it as {@code FILE: LINE}, {@code FILE: FROM-TO} or {@code merge of FILE: LINE,FILE: LINE}.
    static SourceLine place(ConfigOrigin origin) {
        String text = origin.description();
        if (text.startsWith("merge of ")) {
            text = text.substring("merge of ".length());
        }
        for (int colon = text.indexOf(": "); colon >= 0; colon = text.indexOf(": ", colon + 1)) {
            int end = colon + 2;
            while (end < text.length() && Character.isDigit(text.charAt(end)) && end - colon < 11) {
                end++;
            }
            if (end > colon + 2 && (end == text.length() || text.charAt(end) == ',' || text.charAt(end) == '-')) {
                return new SourceLine(text.substring(0, colon), (int) Long.parseLong(text.substring(colon + 2, end)));
            }
        }
        return new SourceLine(text, Math.max(0, origin.lineNumber()));
    }

    /// Gives the library what has been read already. A file that is missing has been reported.
    private final class Includer implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        private final Path from;
        private final Set<Path> outer;

        Includer(Path from, Set<Path> outer) {
            this.from = from;
            this.outer = outer;
        }

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            Path file = ConfigFiles.included(from, what);
            String text = file == null ? null : files.textOf(file);
            if (file == null || text == null || outer.contains(file)) {
                return ConfigFactory.empty().root();
            }
            Set<Path> inner = new HashSet<>(outer);
            inner.add(file);
            return ConfigFactory.parseString(text, context.parseOptions().setSyntax(ConfigSyntax.CONF).setOriginDescription(file.toString()).setIncluder(new Includer(file, inner)))
                    .root();
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            return include(context, what.getPath());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            return ConfigFactory.empty().root();
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            return ConfigFactory.empty().root();
        }
    }

    /// Answers for what is no setting. What is missing is noted and stands for an empty text, so that all of it is found in one run.
    private final class Environment implements ConfigResolver {
        private final Set<String> missing;
        private final Set<String> required;

        Environment(Set<String> missing) {
            this.missing = missing;
            this.required = new HashSet<>();
            files.substitutions().stream().filter(one -> !one.optional()).forEach(one -> required.add(one.path()));
        }

        @Override
        public @Nullable ConfigValue lookup(String path) {
            String value = environment.apply(path);
            if (value != null) {
                return ConfigValueFactory.fromAnyRef(value, "environment variable " + path);
            }
            if (!required.contains(path)) {
                return null;
            }
            missing.add(path);
            return ConfigValueFactory.fromAnyRef("");
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }
}
