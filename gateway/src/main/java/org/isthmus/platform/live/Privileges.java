// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Who the process is, and how it stops being root.
public final class Privileges {
    private Privileges() {}

    /// Whether it is root now. Where that can't be told, it is taken not to be.
    public static boolean isRoot() {
        try {
            return Libc.geteuid() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Becomes another user for good, with that user's groups and no other. All that is open stays open.
    /// @throws IOException if there is no such user, or if it cannot be done; the process must end then, for it may be half of both
    public static void become(String user) throws IOException {
        Libc.Account account = Libc.account(user);
        if (account.uid() == 0) {
            throw new IOException("the user " + user + " is root");
        }
        Libc.initgroups(user, account.gid());
        Libc.setgid(account.gid());
        Libc.setuid(account.uid());
        if (isRoot() || canReturn()) {
            throw new IOException("still root after becoming " + user);
        }
        Libc.visible();
    }

    private static boolean canReturn() {
        try {
            Libc.setuid(0);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Makes a folder that is a user's alone, if there is none.
    /// @throws IOException if there is no such user, or if it can't be made
    public static void folder(Path path, String user) throws IOException {
        Libc.account(user);
        if (!Files.exists(path)) {
            new LiveDisk().createFolders(path);
            give(path, user);
        }
    }

    /// Makes a file a user's.
    /// @throws IOException if there is no such user, or if it can't be done
    public static void give(Path path, String user) throws IOException {
        Files.setOwner(path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    }

    /// Gives a file owner, group and mode of another one; but others may not read or write it.
    /// @return false if there is no other one
    /// @throws IOException if it can't be done
    public static boolean giveLike(Path like, Path path) throws IOException {
        if (!Files.exists(like)) {
            return false;
        }
        PosixFileAttributes attributes = Files.readAttributes(like, PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        view.setOwner(attributes.owner());
        view.setGroup(attributes.group());
        Set<PosixFilePermission> mode = EnumSet.copyOf(attributes.permissions());
        mode.removeAll(EnumSet.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE));
        view.setPermissions(mode);
        return true;
    }

    /// Gives a file to whom another one belongs, if there is one.
    /// @throws IOException if it can't be done
    public static void giveOwnerOf(Path other, Path path) throws IOException {
        if (Files.exists(other)) {
            Files.setOwner(path, Files.getOwner(other));
        }
    }

    /// Whether a user can certainly not read something: it is not his, and neither a group nor everybody may. Groups are taken to be his.
    /// @return owner and permissions, for people; empty if he may read it, or if there is nothing
    public static Optional<String> closedTo(String user, Path path) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
            Set<PosixFilePermission> permissions = attributes.permissions();
            boolean own = attributes.owner().getName().equals(user);
            boolean open = permissions.contains(PosixFilePermission.OTHERS_READ) || (own ? permissions.contains(PosixFilePermission.OWNER_READ) : permissions.contains(PosixFilePermission.GROUP_READ));
            return open ? Optional.empty() : Optional.of(attributes.owner().getName() + ":" + attributes.group().getName() + " " + PosixFilePermissions.toString(permissions));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /// Whether others than the owner and his group may read something; empty if they may not, or if there is nothing.
    /// @return the permissions, for people
    public static Optional<String> exposed(Path path) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            boolean others = permissions.contains(PosixFilePermission.OTHERS_READ) || permissions.contains(PosixFilePermission.OTHERS_WRITE);
            return others ? Optional.of(PosixFilePermissions.toString(permissions)) : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
