// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.AddressPattern;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.sasl.SaslPrep;
import org.isthmus.sasl.ScramKeys;
import org.jspecify.annotations.Nullable;

/// Changes a users file: for {@code isthmus user}. The file is replaced in one step, with its comments and other lines as they were; a server that runs sees it within a second.
public final class UsersEdit {
    private final Disk disk;
    private final Entropy entropy;
    private final Path file;
    private final Owner owner;

    /// Gives a file to whom it is for.
    public interface Owner {
        /// @param fresh a file that is about to take the other's name
        /// @param before the other; may not be there
        void give(Path fresh, Path before) throws IOException;
    }

    /// What it writes belongs to whoever runs it.
    public UsersEdit(Disk disk, Entropy entropy, Path file) {
        this(disk, entropy, file, (fresh, before) -> {});
    }

    public UsersEdit(Disk disk, Entropy entropy, Path file, Owner owner) {
        this.disk = disk;
        this.entropy = entropy;
        this.file = file;
        this.owner = owner;
    }

    /// One user, for people.
    /// @param ways how he can prove himself: {@code password}, {@code scram}
    /// @param senders addresses that he may use besides his own
    public record Entry(String name, List<String> ways, List<String> senders) {
        public Entry {
            ways = List.copyOf(ways);
            senders = List.copyOf(senders);
        }
    }

    /// What the file holds; empty if there is none.
    public List<Entry> list() throws IOException {
        return UsersFile.parse(text()).users().stream().map(UsersEdit::entry).toList();
    }

    private static Entry entry(UsersFile.User user) {
        List<String> ways = new ArrayList<>();
        if (user.hash() != null) {
            ways.add("password");
        }
        if (user.scram() != null) {
            ways.add("scram");
        }
        return new Entry(user.name(), ways, user.senders().stream().map(AddressPattern::text).toList());
    }

    /// Lines that are none, for people.
    public List<String> problems() throws IOException {
        return UsersFile.parse(text()).problems();
    }

    /// Adds a user, or gives one that is there a new password.
    ///
    /// @param scram whether keys for SCRAM are kept too
    /// @param senders sender addresses that he may use besides his own; null to leave those that he has
    /// @return whether he was there before
    /// @throws IOException also if somebody else changes the file at this moment
    /// @throws IllegalArgumentException if no user can have the name, no password can be this, or a sender is no pattern
    public boolean add(String name, String password, boolean scram, @Nullable List<String> senders) throws IOException {
        UsersFile.checkName(name);
        return alone(() -> put(name, password, scram, senders));
    }

    private boolean put(String name, String password, boolean scram, @Nullable List<String> senders) throws IOException {
        String prepared = SaslPrep.prepare(password).filter(good -> !good.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException(password.isEmpty() ? "the password is empty" : "the password holds characters that no password can have"));
        String text = text();
        UsersFile.User before = UsersFile.parse(text).find(name).orElse(null);
        List<AddressPattern> patterns = senders != null ? senders.stream().map(AddressPattern::parse).toList() : before != null ? before.senders() : List.of();
        UsersFile.User user = new UsersFile.User(before == null ? name : before.name(), PasswordHash.make(prepared, salt(), PasswordHash.COST),
                scram ? ScramKeys.derive(prepared, salt(), FileUsers.ITERATIONS) : null, patterns, before == null ? 0 : before.line());
        List<String> lines = new ArrayList<>(text.isEmpty() ? List.of() : List.of(text.stripTrailing().split("\n", -1)));
        if (before == null) {
            lines.add(user.text());
        } else {
            lines.set(before.line() - 1, user.text());
        }
        write(lines);
        return before != null;
    }

    /// Removes a user.
    /// @return whether there was one
    public boolean remove(String name) throws IOException {
        return alone(() -> take(name));
    }

    private boolean take(String name) throws IOException {
        String text = text();
        UsersFile.User user = UsersFile.parse(text).find(name).orElse(null);
        if (user == null) {
            return false;
        }
        List<String> lines = new ArrayList<>(List.of(text.stripTrailing().split("\n", -1)));
        lines.remove(user.line() - 1);
        write(lines);
        return true;
    }

    private interface Change {
        boolean make() throws IOException;
    }

    /// Of two who change the file at one time, one would undo what the other did.
    private boolean alone(Change change) throws IOException {
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        try (Closeable _ = disk.lock(lock, "isthmus user\n").orElseThrow(() -> new IOException("another isthmus user changes " + file + " at this moment; nothing was done"))) {
            owner.give(lock, file);
            return change.make();
        }
    }

    private byte[] salt() {
        byte[] salt = new byte[PasswordHash.saltLength()];
        entropy.fill(salt);
        return salt;
    }

    private String text() throws IOException {
        try {
            return WatchedUsers.text(disk, file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private void write(List<String> lines) throws IOException {
        byte[] octets = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        disk.delete(fresh);
        try (Disk.File open = disk.create(fresh)) {
            open.write(ByteBuffer.wrap(octets), 0);
            open.force(true);
        }
        owner.give(fresh, file);
        disk.rename(fresh, file);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            disk.forceFolder(folder);
        }
    }
}
