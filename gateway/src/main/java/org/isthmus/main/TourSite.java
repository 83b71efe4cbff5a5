// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.isthmus.cli.Checked;
import org.isthmus.cli.Program;
import org.isthmus.cli.control.Reloaded;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.tracking.Trace;
import org.isthmus.tracking.TraceQuery;
import org.isthmus.tracking.TraceSearch;

/// The site of the tour: a connector with a configuration of its own in a folder that goes when it goes, and the store behind it.
final class TourSite implements Closeable {
    /// The connector's only trusted client.
    static final String COLLEAGUE = "127.0.0.2";
    /// An alias of the site; it leads to {@code fred@forward.example}.
    static final String FORWARDED = "fred@harbour.example";
    private static final String CONFIGURATION = """
            connector {
              hostname   = "mx.harbour.example"
              data       = "data"
              postmaster = "postmaster@harbour.example"
            }
            identity { mx-port = %1$d }        # stands for port 25 in the tour's Internet
            listeners {
              internet { address = "127.0.0.10:%1$d", tls = off }
              site     { address = "127.0.0.1:0", tls = off }
            }
            trusted-networks = ["127.0.0.2/32"]
            domains {
              "harbour.example" {
                kind       = authoritative
                recipients = "file:recipients"
                aliases    = "file:aliases"
                deliver-to = store
              }
              "team.harbour.example" {
                recipients = "file:recipients"
                deliver-to = store
                loopback   = turn-around
              }
              "old.harbour.example" {
                recipients = "file:recipients"
                deliver-to = store
                loopback   = reject
              }
              "care.harbour.example" {
                recipients = "file:recipients"
                deliver-to = store
                loopback   = hold
              }
              "far.harbour.example" {
                recipients = "file:recipients"
                deliver-to = store
                loopback   = send
              }
            }
            next-hops {
              store { url = "smtp://127.0.0.13:%2$d" }
            }
            routes = [
              { to = "*.harbour.example", via = mx }    # DNS says: to ourselves
              { to = "*", via = mx }
            ]
            """;
    private static final String RECIPIENTS = """
            anna@harbour.example
            bert@team.harbour.example
            clara@old.harbour.example
            david@care.harbour.example
            erik@far.harbour.example
            """;
    private static final String ALIASES = FORWARDED + ": fred@forward.example\n";

    private final Platform platform;
    private final Path folder;
    private final String text;
    private final TourHost store;
    private final Server server;

    private TourSite(Platform platform, Path folder, String text, TourHost store, Server server) {
        this.platform = platform;
        this.folder = folder;
        this.text = text;
        this.store = store;
        this.server = server;
    }

    /// Makes the folder and starts everything.
    static TourSite open(LiveProgram program, Platform platform, int port) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "isthmus-try-" + Long.toHexString(platform.entropy().below(1L << 48))).toAbsolutePath();
        platform.disk().createFolders(folder);
        TourHost store = new TourHost("store.harbour.example", TourInternet.at("127.0.0.13", 0), null, platform);
        boolean open = false;
        try {
            write(platform.disk(), folder.resolve("recipients"), RECIPIENTS);
            write(platform.disk(), folder.resolve("aliases"), ALIASES);
            String configuration = CONFIGURATION.formatted(port, store.address().getPort());
            write(platform.disk(), folder.resolve("isthmus.conf"), configuration);
            TourSite site = new TourSite(platform, folder, configuration, store, start(program, platform, folder.resolve("isthmus.conf")));
            open = true;
            return site;
        } finally {
            if (!open) {
                store.close();
                remove(platform.disk(), folder);
            }
        }
    }

    private static Server start(LiveProgram program, Platform platform, Path file) throws IOException {
        Checked checked = program.check(file);
        Settings settings = checked.settings();
        if (settings == null || !checked.isUsable(Set.of())) {
            throw new IOException(checked.problems().stream().map(Problem::text).collect(Collectors.joining("; ")));
        }
        try {
            return Server.start(platform, program.sockets(), new Program.RunOptions(file, checked, Set.of()), settings, program::check);
        } catch (DataFolderTaken e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void write(Disk disk, Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (Disk.File open = disk.create(fresh)) {
            open.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
        }
        disk.rename(fresh, file);
    }

    /// Reloads with a changed configuration, and puts the old text back.
    Reloaded tryChange(UnaryOperator<String> change) throws IOException {
        write(platform.disk(), configuration(), change.apply(text));
        try {
            return server.reload(Set.of(), "the tour");
        } finally {
            write(platform.disk(), configuration(), text);
        }
    }

    Server server() {
        return server;
    }

    TourHost store() {
        return store;
    }

    Path folder() {
        return folder;
    }

    Path configuration() {
        return folder.resolve("isthmus.conf");
    }

    /// Where the connector listens.
    /// @param name of the listener
    InetSocketAddress listener(String name) {
        String address = server.status().doors().stream().filter(door -> door.name().equals(name)).findFirst().orElseThrow().address();
        int colon = address.lastIndexOf(':');
        return TourInternet.at(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    /// What the tracking log knows of a message, or of a refusal by its trace id; the newest only. Empty if nothing.
    List<Trace> trace(String query) throws IOException {
        server.syncTracking();
        return new TraceSearch(folder.resolve("data"), platform.disk()).find(TraceQuery.of(query), null, null, 1).traces();
    }

    @Override
    public void close() throws IOException {
        server.close();
        store.close();
        remove(platform.disk(), folder);
    }

    private static void remove(Disk disk, Path path) throws IOException {
        for (String name : names(disk, path)) {
            remove(disk, path.resolve(name));
        }
        disk.delete(path);
    }

    private static List<String> names(Disk disk, Path path) throws IOException {
        try {
            return disk.list(path);
        } catch (java.nio.file.NotDirectoryException e) {
            return List.of();
        }
    }
}
