// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A site behind address translation, out of network namespaces of this machine: the site at 10.77.0.2, and a gateway that maps 198.51.100.9, ports 25 and 2525, to port 25 of the site, for
/// the site itself too (a hairpin). Needs root. Closing takes away what was made, and nothing else.
final class Gateway implements AutoCloseable {
    static final String OUTSIDE = "198.51.100.9";

    private static final String RULES = """
            table ip hairpin {
                chain inwards { type nat hook prerouting priority -100; ip daddr 198.51.100.9 tcp dport { 25, 2525 } dnat to 10.77.0.2:25; }
                chain outwards { type nat hook postrouting priority 100; ip daddr 10.77.0.2 masquerade; }
            }
            """;

    private final Path folder;
    private final String site = "isthmus-site-" + ProcessHandle.current().pid();
    private final String gate = "isthmus-gate-" + ProcessHandle.current().pid();
    private final List<String> made = new ArrayList<>();

    private Gateway(Path folder) {
        this.folder = folder;
    }

    /// Whether this machine and user can have one.
    static boolean isPossible() {
        return System.getProperty("user.name").equals("root") && Files.isExecutable(Path.of("/usr/sbin/nft"));
    }

    static Gateway open(Path folder) throws IOException, InterruptedException {
        Gateway gateway = new Gateway(folder);
        boolean open = false;
        try {
            gateway.make();
            open = true;
            return gateway;
        } finally {
            if (!open) {
                gateway.close();
            }
        }
    }

    private void make() throws IOException, InterruptedException {
        for (String name : List.of(site, gate)) {
            ip("netns", "add", name);
            made.add(name);
        }
        ip("link", "add", "inner", "netns", site, "type", "veth", "peer", "name", "outer", "netns", gate);
        ip("-n", site, "addr", "add", "10.77.0.2/24", "dev", "inner");
        ip("-n", gate, "addr", "add", "10.77.0.1/24", "dev", "outer");
        ip("-n", site, "link", "set", "inner", "up");
        ip("-n", gate, "link", "set", "outer", "up");
        ip("-n", site, "link", "set", "lo", "up");
        ip("-n", site, "route", "add", "default", "via", "10.77.0.1");
        run(within(gate), "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        Path rules = Files.writeString(folder.resolve("hairpin.nft"), RULES, StandardCharsets.US_ASCII);
        run(within(gate), "/usr/sbin/nft", "-f", rules.toString());
    }

    /// The beginning of a command that runs the rest of it on the site.
    List<String> onSite() {
        return within(site);
    }

    private static List<String> within(String name) {
        return List.of("ip", "netns", "exec", name);
    }

    private void ip(String... arguments) throws IOException, InterruptedException {
        run(List.of("ip"), arguments);
    }

    private void run(List<String> before, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(arguments));
        Running.Result result = Running.run(folder, Map.of(), command);
        if (result.exit() != 0) {
            throw new IOException(command + ": " + result.output());
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String name : made) {
            Running.run(folder, Map.of(), List.of("ip", "netns", "del", name));
        }
        made.clear();
    }
}
