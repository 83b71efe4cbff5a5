// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.isthmus.loop.KeyRing.SiteKey;
import org.isthmus.platform.Disk;
import org.isthmus.trace.TraceKey;

/// The site's keys on disk: one small file of lines, each with a sum of its own, so that one bad line costs one key. It is replaced as a whole, in one step.
///
/// ```
/// site 404142434445464748494a4b4c4d4e4f 1f0c2a33
/// key 7 2026-06-20T10:00:00Z 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 77aa0b1c
/// ```
final class KeyFile {
    private static final String HEAD = """
            # The keys by which this site knows its own mail again: docs/reference/trace-token.md.
            # Who has them can sign as the site. All connectors of one site have the same file.
            """;
    private static final int MOST_OCTETS = 64 * 1024;
    private static final HexFormat HEX = HexFormat.of();

    private final Disk disk;
    private final Path data;
    private final Path folder;
    private final Path file;

    /// @param data the data folder; the keys have a folder of their own in it
    KeyFile(Disk disk, Path data) {
        this.disk = disk;
        this.data = data;
        this.folder = data.resolve("keys");
        this.file = folder.resolve("site-keys");
    }

    /// What was found.
    /// @param ring the keys that can be read; nothing if there are none, or not the name of the site
    /// @param badLines numbers of lines that cannot be understood, from 1
    record Found(Optional<KeyRing> ring, List<Integer> badLines) {}

    Path path() {
        return file;
    }

    /// @throws java.nio.file.NoSuchFileException if there is no such file
    Found read() throws IOException {
        byte[] octets;
        try (Disk.File open = disk.openToRead(file)) {
            ByteBuffer into = ByteBuffer.allocate((int) Math.min(open.size(), MOST_OCTETS));
            open.read(into, 0);
            octets = java.util.Arrays.copyOf(into.array(), into.position());
        }
        byte[] site = null;
        List<SiteKey> keys = new ArrayList<>();
        List<Integer> bad = new ArrayList<>();
        String[] lines = new String(octets, US_ASCII).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = summed(line);
            if (site == null && words.length == 2 && words[0].equals("site") && isHex(words[1], TraceKey.SITE_OCTETS)) {
                site = HEX.parseHex(words[1]);
                continue;
            }
            Optional<SiteKey> key = site == null ? Optional.empty() : key(site, words);
            if (key.isPresent() && keys.stream().noneMatch(other -> other.id() == key.get().id())) {
                keys.add(key.get());
            } else {
                bad.add(i + 1);
            }
        }
        return new Found(site == null || keys.isEmpty() ? Optional.empty() : Optional.of(new KeyRing(site, keys)), bad);
    }

    private static Optional<SiteKey> key(byte[] site, String[] words) {
        if (words.length != 4 || !words[0].equals("key") || !words[1].matches("[0-9]{1,3}") || !isHex(words[3], TraceKey.OCTETS)) {
            return Optional.empty();
        }
        int id = Integer.parseInt(words[1]);
        try {
            return id > 255 ? Optional.empty() : Optional.of(SiteKey.of(site, id, Instant.parse(words[2]), HEX.parseHex(words[3])));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static boolean isHex(String text, int octets) {
        return text.length() == 2 * octets && text.chars().allMatch(HexFormat::isHexDigit);
    }

    /// The words of a line whose sum is right, without the sum; none of another.
    private static String[] summed(String line) {
        int at = line.lastIndexOf(' ');
        boolean right = at > 0 && line.substring(at + 1).equals(sum(line.substring(0, at)));
        return right ? line.substring(0, at).split(" ") : new String[0];
    }

    private static String sum(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(US_ASCII));
        return HEX.toHexDigits((int) sum.getValue());
    }

    /// Makes a ring durable. Until this returns, the file is as it was before.
    void write(KeyRing ring) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        line(text, "site " + HEX.formatHex(ring.site()));
        for (SiteKey key : ring.keys()) {
            line(text, "key " + key.id() + " " + key.made() + " " + HEX.formatHex(key.master()));
        }
        disk.createFolders(folder);
        Path unfinished = folder.resolve("site-keys.new");
        disk.replace(file, unfinished, text.toString().getBytes(US_ASCII));
        disk.forceFolder(data);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(' ').append(sum(line)).append('\n');
    }

    /// Puts a file aside that cannot be used, for a person to look at.
    /// @return its new name
    Path putAside(Instant now) throws IOException {
        Path aside = folder.resolve("site-keys.damaged-" + now.getEpochSecond());
        disk.rename(file, aside);
        disk.forceFolder(folder);
        return aside;
    }
}
