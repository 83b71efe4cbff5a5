// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/// The few calls of the C library that Java has no words for: who the process is, and a datagram to a Unix socket. Linux, 64 bits.
///
/// glibc carries a change of user out on all threads of the process; the bare system call would change one.
final class Libc {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private Libc() {}

    /// A number and a group of a user.
    record Account(int uid, int gid) {}

    static int geteuid() throws IOException {
        return call("geteuid", FunctionDescriptor.of(INT), (handle, state, arena) -> (int) handle.invokeExact(state));
    }

    static void setgid(int gid) throws IOException {
        call("setgid", FunctionDescriptor.of(INT, INT), (handle, state, arena) -> (int) handle.invokeExact(state, gid));
    }

    static void setuid(int uid) throws IOException {
        call("setuid", FunctionDescriptor.of(INT, INT), (handle, state, arena) -> (int) handle.invokeExact(state, uid));
    }

    /// Takes the groups that a user is in, and no other.
    static void initgroups(String user, int gid) throws IOException {
        call("initgroups", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT), (handle, state, arena) -> (int) handle.invokeExact(state, arena.allocateFrom(user), gid));
    }

    /// Lets the process see itself in /proc again, which a change of user forbids it. PR_SET_DUMPABLE.
    static void visible() throws IOException {
        call("prctl", FunctionDescriptor.of(INT, INT, ValueLayout.JAVA_LONG), (handle, state, arena) -> (int) handle.invokeExact(state, 4, 1L));
    }

    /// Looks a user up, wherever the system has its users.
    /// @throws IOException if there is none
    static Account account(String user) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle handle = handle("getpwnam", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            MemorySegment found = (MemorySegment) handle.invokeExact(arena.allocate(STATE), arena.allocateFrom(user));
            if (found.address() == 0) {
                throw new IOException("there is no user " + user);
            }
            // struct passwd: two pointers, then the two numbers.
            MemorySegment entry = sized(found);
            return new Account(entry.get(INT, 16), entry.get(INT, 20));
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("getpwnam: " + e, e);
        }
    }

    /// Sends a datagram to a Unix socket.
    /// @param path beginning with `@` for an abstract one
    static void send(String path, String text) throws IOException {
        int socket = call("socket", FunctionDescriptor.of(INT, INT, INT, INT), (handle, state, arena) -> (int) handle.invokeExact(state, 1, 2, 0));
        try {
            call("sendto", FunctionDescriptor.of(ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, INT), (handle, state, arena) -> {
                byte[] name = path.getBytes(StandardCharsets.UTF_8);
                MemorySegment address = arena.allocate(110);
                address.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
                MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, Math.min(name.length, 107));
                if (name.length > 0 && name[0] == '@') {
                    address.set(ValueLayout.JAVA_BYTE, 2, (byte) 0);
                }
                byte[] octets = text.getBytes(StandardCharsets.UTF_8);
                // MSG_NOSIGNAL
                long sent = (long) handle.invokeExact(state, socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, octets), (long) octets.length, 0x4000, address, 2 + Math.min(name.length, 107));
                return sent == octets.length ? 0 : -1;
            });
        } finally {
            call("close", FunctionDescriptor.of(INT, INT), (handle, state, arena) -> (int) handle.invokeExact(state, socket));
        }
    }

    /// Does one call.
    private interface Call {
        int on(MethodHandle handle, MemorySegment state, Arena arena) throws Throwable;
    }

    private static int call(String name, FunctionDescriptor descriptor, Call call) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = call.on(handle(name, descriptor), state, arena);
            if (result < 0) {
                throw new IOException(name + " failed, errno " + (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(name + ": " + e, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MemorySegment sized(MemorySegment entry) {
        return entry.reinterpret(24);
    }
}
