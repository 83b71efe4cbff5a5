// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isthmus.config.Loaded;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.predict.Prediction;
import org.jspecify.annotations.Nullable;

/// A configuration as it was read.
///
/// @param settings none if errors leave none
/// @param data the data folder, where that much can be told even of a broken file: the control socket is found by it
/// @param problems all findings
public record Checked(@Nullable Settings settings, @Nullable Path data, List<Problem> problems) {
    private static final long LARGEST = 1 << 20;

    public Checked {
        problems = List.copyOf(problems);
    }

    /// Of what the loader says. A server keeps running while its file is being broken and mended, so the data folder is looked for in a broken file too.
    /// @param more findings that the loader does not make
    public static Checked of(Loaded loaded, List<Problem> more, Path file, Disk disk) {
        List<Problem> all = new ArrayList<>(loaded.problems());
        more.stream().filter(found -> loaded.problems().stream().noneMatch(known -> known.id().equals(found.id()) && known.at() != null && known.at().equals(found.at()))).forEach(all::add);
        Settings settings = loaded.settings().orElse(null);
        return new Checked(settings, settings == null ? dataIn(file, disk) : settings.connector().data(), all);
    }

    /// Whether nothing stops a start.
    /// @param accepted ids of findings that the operator accepts, besides those of {@code loop.accept}
    public boolean isUsable(Set<String> accepted) {
        Settings usable = settings;
        return usable != null
                && problems.stream().noneMatch(p -> p.isError() && !accepted.contains(p.id()) && !usable.loop().accept().contains(p.id()));
    }

    /// With what prediction by DNS found; it knows better than the look at the configuration alone, whose findings of the same things go.
    Checked with(Prediction prediction) {
        List<Problem> all = new ArrayList<>(problems.stream().filter(problem -> !problem.isLoop()).toList());
        all.addAll(prediction.with(problems).problems());
        return new Checked(settings, data, all);
    }

    /// With more findings.
    Checked with(List<Problem> more) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(more);
        return new Checked(settings, data, all);
    }

    /// Whether nothing stops it from taking the place of a configuration in force: a loop that was there before is not new.
    /// @param accepted as in {@link #isUsable}
    /// @param inForce findings of the configuration in force
    public boolean isUsableAfter(List<Problem> inForce, Set<String> accepted) {
        Set<String> known = inForce.stream().filter(Problem::isLoop).map(p -> p.id() + " " + p.message()).collect(java.util.stream.Collectors.toSet());
        return new Checked(settings, data, problems.stream().filter(p -> !known.contains(p.id() + " " + p.message())).toList()).isUsable(accepted);
    }

    private static @Nullable Path dataIn(Path file, Disk disk) {
        try (Disk.File open = disk.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(open.size(), LARGEST));
            open.read(bytes, 0);
            String written = ConfigFactory.parseString(new String(bytes.array(), 0, bytes.position(), UTF_8))
                    .resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true)).getString("connector.data");
            return file.toAbsolutePath().resolveSibling(written).normalize();
        } catch (IOException | ConfigException | java.nio.file.InvalidPathException e) {
            return null;
        }
    }
}
