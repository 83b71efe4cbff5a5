// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;

/// A disk in memory that keeps apart what was written and what was forced, and loses the difference when told to.
///
/// It is as unkind as a disk may be. What was not forced survives a {@link #crash} in part only: whole writes, the first few, any of them, or single sectors of 512 bytes,
/// as the seed says; the same for names (a name is forced by forcing its folder, a new folder's own name by forcing the parent). Without {@code length}, a force keeps bytes but
/// not a file's growth. A failed force drops a part of what was not forced for good, and what is read back afterwards may be either the lost bytes or the old ones.
///
/// Alone ({@code new SimulatedDisk(seed)}) it may be used by any threads. In a world each call lets others run first.
public final class SimulatedDisk implements Disk {

    /// What can fail. Those behind READ change the disk; they are counted by {@link #operations}.
    public enum Operation {
        OPEN, LIST, FACTS, LOCK, READ, CREATE, CREATE_FOLDERS, FORCE_FOLDER, RENAME, DELETE, WRITE, FORCE, TRUNCATE;

        boolean changes() {
            return compareTo(READ) > 0;
        }
    }

    /// Called before each operation, outside of any lock.
    @FunctionalInterface
    interface Pace {
        void before(Operation operation, Path path);
    }

    private final Chance chance;
    private final InstantSource clock;
    private final Pace pace;
    private final Node.Folder root = new Node.Folder();
    private final List<NameChange> pendingNames = new ArrayList<>();
    private final Set<Node.Content> touched = new LinkedHashSet<>();
    private final Map<Operation, Double> failing = new EnumMap<>(Operation.class);
    private final Map<Operation, List<Long>> failingOnce = new EnumMap<>(Operation.class);
    private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
    private final Set<Path> locked = new HashSet<>();
    private long capacity = Long.MAX_VALUE;
    private long operations;
    private long failures;
    private long powerOffAt = Long.MAX_VALUE;
    private boolean powerOff;
    private int generation;

    /// A disk alone, with a clock that stands at the year 2000 and moves a millisecond with each change.
    public SimulatedDisk(long seed) {
        this.chance = new Chance(seed).fork("disk");
        this.pace = (operation, path) -> {};
        this.clock = () -> Instant.ofEpochSecond(946_684_800L).plusMillis(operations);
    }

    SimulatedDisk(Chance chance, InstantSource clock, Pace pace) {
        this.chance = chance;
        this.clock = clock;
        this.pace = pace;
    }

    // What a trial does to it.

    /// The n-th operation of this kind from now on fails, once: 1 is the next.
    public synchronized void failNth(Operation operation, long n) {
        failingOnce.computeIfAbsent(operation, o -> new ArrayList<>()).add(counts.getOrDefault(operation, 0L) + n);
    }

    /// Operations of this kind fail with this probability until said otherwise; 1 makes all fail, 0 none.
    public synchronized void failOften(Operation operation, double probability) {
        failing.put(operation, probability);
    }

    /// Room for this many bytes of content; writing more fails with "No space left on device", after a part of it was written.
    public synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    /// Operations that change the disk, so far.
    public synchronized long operations() {
        return operations;
    }

    /// Operations that failed because they were told to, so far.
    public synchronized long failures() {
        return failures;
    }

    /// After n more changing operations the power goes: the one behind them happens in part or not at all, and every call fails until {@link #crash}.
    public synchronized void cutPowerAfter(long n) {
        powerOffAt = operations + n;
    }

    /// True from the moment the power went until {@link #crash}.
    public synchronized boolean powerOff() {
        return powerOff;
    }

    /// Power cut and restart: what was not forced survives in part; all files are closed and all locks free. Faults that were set stay, except a power cut to come.
    public synchronized void crash() {
        loseNames();
        Set<Node> seen = new HashSet<>();
        restore(root, seen);
        touched.clear();
        kill();
        powerOff = false;
        powerOffAt = Long.MAX_VALUE;
    }

    /// The program dies, the machine lives: all files are closed and all locks free; nothing that was written is lost.
    public synchronized void kill() {
        generation++;
        locked.clear();
    }

    /// Makes everything durable, as a clean shut-down does.
    public synchronized void forceAll() {
        for (NameChange change : pendingNames) {
            change.assignments.forEach(Assignment::keep);
        }
        pendingNames.clear();
        touched.forEach(content -> content.force(true));
        touched.clear();
    }

    private void loseNames() {
        Node.Survival survival = Node.Survival.chosen(chance);
        int first = chance.below(pendingNames.size() + 1);
        for (int i = 0; i < pendingNames.size(); i++) {
            boolean kept = switch (survival) {
                case ALL -> true;
                case NONE -> false;
                case FIRST_FEW -> i < first;
                case SOME, TORN -> chance.coin();
            };
            if (kept) {
                pendingNames.get(i).assignments.forEach(Assignment::keep);
            }
        }
        pendingNames.clear();
    }

    private void restore(Node.Folder folder, Set<Node> seen) {
        folder.live.clear();
        folder.live.putAll(folder.durable);
        for (Node node : folder.durable.values()) {
            if (seen.add(node)) {
                switch (node) {
                    case Node.Folder below -> restore(below, seen);
                    case Node.Content content -> {
                        content.losePending(chance);
                        content.showDurable();
                    }
                }
            }
        }
    }

    // The disk.

    @Override
    public File open(Path path) throws IOException {
        pace.before(Operation.OPEN, path);
        synchronized (this) {
            begin(Operation.OPEN, path);
            return switch (find(path)) {
                case Node.Content content -> new Handle(path, content);
                case Node.Folder folder -> throw new FileSystemException(path.toString(), null, "Is a directory");
                case null -> throw new NoSuchFileException(path.toString());
            };
        }
    }

    @Override
    public File create(Path path) throws IOException {
        pace.before(Operation.CREATE, path);
        synchronized (this) {
            begin(Operation.CREATE, path);
            Node.Folder folder = folderOf(path);
            if (folder.live.containsKey(name(path))) {
                throw new FileAlreadyExistsException(path.toString());
            }
            Node.Content content = new Node.Content(clock.instant());
            change(new Assignment(folder, name(path), content));
            return new Handle(path, content);
        }
    }

    @Override
    public void createFolders(Path path) throws IOException {
        pace.before(Operation.CREATE_FOLDERS, path);
        synchronized (this) {
            begin(Operation.CREATE_FOLDERS, path);
            Node.Folder at = root;
            for (Path part : path.toAbsolutePath().normalize()) {
                Node next = at.live.get(part.toString());
                if (next == null) {
                    next = new Node.Folder();
                    change(new Assignment(at, part.toString(), next));
                }
                if (!(next instanceof Node.Folder folder)) {
                    throw new FileAlreadyExistsException(path.toString());
                }
                at = folder;
            }
        }
    }

    @Override
    public void forceFolder(Path path) throws IOException {
        pace.before(Operation.FORCE_FOLDER, path);
        synchronized (this) {
            begin(Operation.FORCE_FOLDER, path);
            Node.Folder folder = folder(path);
            for (NameChange change : pendingNames) {
                change.assignments.removeIf(assignment -> {
                    if (assignment.folder == folder) {
                        assignment.keep();
                        return true;
                    }
                    return false;
                });
            }
            pendingNames.removeIf(change -> change.assignments.isEmpty());
        }
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        pace.before(Operation.LIST, folder);
        synchronized (this) {
            begin(Operation.LIST, folder);
            return switch (find(folder)) {
                case Node.Folder found -> List.copyOf(found.live.keySet());
                case Node.Content content -> throw new NotDirectoryException(folder.toString());
                case null -> List.of();
            };
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        pace.before(Operation.RENAME, from);
        synchronized (this) {
            begin(Operation.RENAME, from);
            Node.Folder source = folderOf(from);
            Node node = source.live.get(name(from));
            if (node == null) {
                throw new NoSuchFileException(from.toString());
            }
            Node.Folder target = folderOf(to);
            if (target.live.get(name(to)) == node) {
                return;
            }
            if (target.live.get(name(to)) instanceof Node.Folder) {
                throw new FileSystemException(to.toString(), null, "Is a directory");
            }
            change(new Assignment(target, name(to), node), new Assignment(source, name(from), null));
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        pace.before(Operation.DELETE, path);
        synchronized (this) {
            begin(Operation.DELETE, path);
            Node node = find(path);
            if (node instanceof Node.Folder folder && !folder.live.isEmpty()) {
                throw new DirectoryNotEmptyException(path.toString());
            }
            if (node != null) {
                change(new Assignment(folderOf(path), name(path), null));
            }
        }
    }

    @Override
    public Optional<Facts> facts(Path path) throws IOException {
        pace.before(Operation.FACTS, path);
        synchronized (this) {
            begin(Operation.FACTS, path);
            return switch (find(path)) {
                case Node.Content content -> Optional.of(new Facts(content.size, content.changed));
                case Node.Folder folder -> Optional.of(new Facts(0, Instant.EPOCH));
                case null -> Optional.empty();
            };
        }
    }

    @Override
    public long usable(Path folder) throws IOException {
        pace.before(Operation.FACTS, folder);
        synchronized (this) {
            begin(Operation.FACTS, folder);
            return capacity == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, capacity - used());
        }
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) throws IOException {
        pace.before(Operation.LOCK, file);
        synchronized (this) {
            begin(Operation.LOCK, file);
            Path path = file.toAbsolutePath().normalize();
            if (locked.contains(path)) {
                return Optional.empty();
            }
            Node.Folder folder = folderOf(path);
            Node node = folder.live.get(name(path));
            Node.Content content;
            if (node instanceof Node.Content there) {
                content = there;
            } else if (node == null) {
                content = new Node.Content(clock.instant());
                change(new Assignment(folder, name(path), content));
            } else {
                throw new FileSystemException(file.toString(), null, "Is a directory");
            }
            content.truncate(0, clock.instant());
            content.write(0, text.getBytes(StandardCharsets.UTF_8), clock.instant());
            touched.add(content);
            locked.add(path);
            int held = generation;
            return Optional.of(() -> unlock(path, held));
        }
    }

    private synchronized void unlock(Path path, int held) {
        if (held == generation) {
            locked.remove(path);
        }
    }

    // Names.

    private record Assignment(Node.Folder folder, String name, @Nullable Node node) {
        void keep() {
            set(folder.durable);
        }

        void show() {
            set(folder.live);
        }

        private void set(Map<String, Node> names) {
            if (node == null) {
                names.remove(name);
            } else {
                names.put(name, node);
            }
        }
    }

    /// Assignments that a crash keeps or drops together: the two halves of a rename.
    private record NameChange(List<Assignment> assignments) {}

    private void change(Assignment... assignments) {
        for (Assignment assignment : assignments) {
            assignment.show();
        }
        pendingNames.add(new NameChange(new ArrayList<>(Arrays.asList(assignments))));
    }

    private @Nullable Node find(Path path) {
        Node at = root;
        for (Path part : path.toAbsolutePath().normalize()) {
            if (!(at instanceof Node.Folder folder)) {
                return null;
            }
            Node next = folder.live.get(part.toString());
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private Node.Folder folder(Path path) throws IOException {
        return switch (find(path)) {
            case Node.Folder folder -> folder;
            case Node.Content content -> throw new NotDirectoryException(path.toString());
            case null -> throw new NoSuchFileException(path.toString());
        };
    }

    private Node.Folder folderOf(Path path) throws IOException {
        Path parent = path.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        return folder(parent);
    }

    private static String name(Path path) {
        return path.toAbsolutePath().normalize().getFileName().toString();
    }

    private long used() {
        return used(root, new HashSet<>());
    }

    private static long used(Node.Folder folder, Set<Node> seen) {
        long sum = 0;
        for (Node node : folder.live.values()) {
            if (seen.add(node)) {
                sum += switch (node) {
                    case Node.Content content -> content.size;
                    case Node.Folder below -> used(below, seen);
                };
            }
        }
        return sum;
    }

    // Faults.

    /// Counts, and fails where it was told to. A changing operation at which the power goes does not happen.
    private void begin(Operation operation, Path path) throws IOException {
        if (fails(operation, path)) {
            throw new FileSystemException(path.toString(), null, "Input/output error");
        }
    }

    private boolean fails(Operation operation, Path path) throws IOException {
        if (!powerOff && operation.changes() && operations++ >= powerOffAt) {
            powerOff = true;
        }
        if (powerOff) {
            throw new FileSystemException(path.toString(), null, "the power is off");
        }
        long count = counts.merge(operation, 1L, Long::sum);
        List<Long> once = failingOnce.get(operation);
        boolean often = chance.happens(failing.getOrDefault(operation, 0.0));
        boolean fails = (once != null && once.remove(count)) || often;
        failures += fails ? 1 : 0;
        return fails;
    }

    private final class Handle implements File {
        private final Path path;
        private final Node.Content content;
        private final int opened = generation;
        private boolean closed;

        Handle(Path path, Node.Content content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            pace.before(Operation.READ, path);
            synchronized (SimulatedDisk.this) {
                checkOpen();
                begin(Operation.READ, path);
                int length = Math.clamp(content.size - position, 0, into.remaining());
                content.live.read(position, into, length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            pace.before(Operation.WRITE, path);
            synchronized (SimulatedDisk.this) {
                checkOpen();
                byte[] bytes = new byte[from.remaining()];
                from.get(bytes);
                boolean powered = !powerOff;
                boolean fails;
                try {
                    fails = fails(Operation.WRITE, path);
                } catch (FileSystemException off) {
                    if (powered && bytes.length > 0) {
                        // The power went while this was being written: a part may have reached the disk.
                        content.write(position, bytes, clock.instant());
                    }
                    throw off;
                }
                long grows = Math.max(0, position + bytes.length - content.size);
                boolean full = grows > 0 && capacity != Long.MAX_VALUE && used() + grows > capacity;
                if (fails || full) {
                    bytes = Arrays.copyOf(bytes, full ? Math.clamp(bytes.length - (used() + grows - capacity), 0, bytes.length) : chance.below(bytes.length + 1));
                }
                if (bytes.length > 0) {
                    content.write(position, bytes, clock.instant());
                    touched.add(content);
                }
                if (fails || full) {
                    throw new FileSystemException(path.toString(), null, fails ? "Input/output error" : "No space left on device");
                }
            }
        }

        @Override
        public void force(boolean length) throws IOException {
            pace.before(Operation.FORCE, path);
            synchronized (SimulatedDisk.this) {
                checkOpen();
                if (fails(Operation.FORCE, path)) {
                    content.losePending(chance);
                    if (chance.coin()) {
                        content.showDurable();
                    }
                    throw new FileSystemException(path.toString(), null, "Input/output error");
                }
                content.force(length);
                if (!content.hasPending()) {
                    touched.remove(content);
                }
            }
        }

        @Override
        public long size() throws IOException {
            pace.before(Operation.FACTS, path);
            synchronized (SimulatedDisk.this) {
                checkOpen();
                begin(Operation.FACTS, path);
                return content.size;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            pace.before(Operation.TRUNCATE, path);
            synchronized (SimulatedDisk.this) {
                checkOpen();
                begin(Operation.TRUNCATE, path);
                content.truncate(size, clock.instant());
                touched.add(content);
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                closed = true;
            }
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (opened != generation) {
                throw new FileSystemException(path.toString(), null, "was opened before the restart");
            }
        }
    }
}
