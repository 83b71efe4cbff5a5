// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
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
            Files.setOwner(path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
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
