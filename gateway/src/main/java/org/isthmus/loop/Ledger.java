// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.Closeable;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.isthmus.address.Mailbox;
import org.isthmus.directory.AddressKey;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SipHash;
import org.jspecify.annotations.Nullable;

/// What went out: one entry for each copy that a peer took, so that it is known again when it comes back. Layer 5 of loop control, and the second witness of layer 4.
///
/// Entries are {@link LedgerRecord}s in files of the folder {@code ledger}, the oldest file thrown away when all together reach {@code loop.ledger-size}; so its depth in days
/// follows from the traffic. An index in memory (about 22 octets an entry, 28 MiB at the most) is made again from the files at each start.
///
/// **It never stands in the way of mail.** An entry is known at once, and written by one actor soon after; it is never forced but when a file is full and at the end. A killed
/// process loses what that actor had in hand, a power cut some seconds more: what is lost is found one pass later, for an entry can be missing but never be wrong. While
/// the disk fails, the newest {@value LedgerFiles#TAIL} entries are kept in memory and written when it works again; what is beyond them is counted as lost.
///
/// Safe for all threads. The lock is never held across the disk.
public final class Ledger implements Closeable {
    private final @Nullable LedgerFiles files;
    private final SipHash.Key key;
    private final ConcurrentHashMap<Long, List<Departure>> underWay = new ConcurrentHashMap<>();

    /// How much it knows.
    ///
    /// @param entries in all
    /// @param octets on disk
    /// @param since of when the oldest entry is; none if there is none
    /// @param lost entries that could not be kept since the start
    public record Depth(long entries, long octets, @Nullable Instant since, long lost) {}

    /// Reads what there is, and starts. Does not fail: without a disk that works it lives in memory.
    ///
    /// @param data the data folder
    /// @param limit octets that all files together may take; of more than 256 MiB, 256 MiB are used
    public static Ledger open(Disk disk, Time time, Threads threads, Entropy entropy, Path data, LongSupplier limit) {
        Path folder = data.resolve("ledger");
        SipHash.Key key = LedgerKey.open(disk, entropy, folder).key();
        return new Ledger(new LedgerFiles(disk, time, threads, folder, limit, key), key);
    }

    /// One that keeps nothing.
    public static Ledger forgetful(Entropy entropy) {
        byte[] key = new byte[16];
        entropy.fill(key);
        return new Ledger(null, SipHash.Key.of(key));
    }

    private Ledger(@Nullable LedgerFiles files, SipHash.Key key) {
        this.files = files;
        this.key = key;
    }

    /// Whether anything is written down now.
    public boolean isKept() {
        return files != null && files.isKept();
    }

    /// The key of all prints that are compared here.
    public SipHash.Key key() {
        return key;
    }

    /// The print of an address.
    public long print(Mailbox address) {
        return new SipHash(key).put((byte) 'a').put(AddressKey.of(address)).sum();
    }

    /// The print of a client's network: of the first 24 bits of an IPv4 address, of the first 64 of an IPv6 one.
    public int network(InetAddress client) {
        byte[] octets = client.getAddress();
        int kept = octets.length == 4 ? 3 : 8;
        int print = (int) new SipHash(key).put((byte) 'n').put(octets, 0, kept).sum();
        return print == 0 ? 1 : print;
    }

    /// Copies that may be on the wire from now on: they are known as departures until told what became of them. A peer may send back what it has before it says that it has it.
    public Leaving leaving(long uid, List<Departure> copies) {
        List<Departure> these = List.copyOf(copies);
        underWay.merge(uid, these, Ledger::joined);
        return new Leaving(uid, these);
    }

    private static List<Departure> joined(List<Departure> some, List<Departure> others) {
        List<Departure> all = new ArrayList<>(some);
        all.addAll(others);
        return List.copyOf(all);
    }

    /// Copies under way, until they are closed.
    public final class Leaving {
        private final long uid;
        private final List<Departure> copies;

        private Leaving(long uid, List<Departure> copies) {
            this.uid = uid;
            this.copies = copies;
        }

        /// The attempt is over.
        public void close() {
            // Nearly always no other attempt of this message is under way.
            if (underWay.remove(uid, copies)) {
                return;
            }
            underWay.computeIfPresent(uid, (key, all) -> {
                List<Departure> rest = new ArrayList<>(all);
                copies.forEach(rest::remove);
                return rest.isEmpty() ? null : List.copyOf(rest);
            });
        }
    }

    /// A copy has left. Never waits.
    public void record(Departure departure) {
        if (files != null) {
            files.add(departure);
        }
    }

    /// Copies of a message to a recipient, newest first, those under way included.
    /// @param recipient its {@link #print}
    public List<Departure> of(long uid, long recipient) {
        List<Departure> found = new ArrayList<>();
        for (Departure departure : underWay.getOrDefault(uid, List.of())) {
            if (departure.recipient() == recipient) {
                found.add(departure);
            }
        }
        find(LedgerVolume.messageKey(key, uid, recipient), departure -> departure.uid() == uid && departure.recipient() == recipient, found);
        return found;
    }

    /// Copies that went outward to a recipient under a Message-ID, newest first.
    /// @param messageId its print
    /// @param recipient its {@link #print}
    public List<Departure> like(long messageId, long recipient) {
        List<Departure> found = new ArrayList<>();
        find(LedgerVolume.likenessKey(key, messageId, recipient),
                departure -> departure.outward() && departure.prints().messageId() == messageId && departure.recipient() == recipient, found);
        return found;
    }

    private void find(long hash, Predicate<Departure> right, List<Departure> found) {
        if (files == null) {
            return;
        }
        files.find(hash, departure -> {
            if (right.test(departure)) {
                found.add(departure);
            }
        });
        if (found.size() > 1) {
            found.sort(Comparator.comparing(Departure::at).reversed());
        }
    }

    public Depth depth() {
        return files == null ? new Depth(0, 0, null, 0) : files.depth();
    }

    /// Writes down what it has in hand.
    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
    }
}
