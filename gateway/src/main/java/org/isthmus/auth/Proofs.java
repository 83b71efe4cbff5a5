// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.isthmus.platform.Entropy;

/// Remembers for ten minutes that a password fitted, so that a program that logs in for each message costs one slow hash and not thousands. It keeps a MAC under a key of this process alone, bound to
/// the hash in the file: after a change of the password, the old one is not remembered.
final class Proofs {
    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final int MOST = 4096;

    private final byte[] key = new byte[32];
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Proof> proofs = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Proof> eldest) {
            return size() > MOST;
        }
    };

    private record Proof(byte[] mac, Duration until) {}

    Proofs(Entropy entropy) {
        entropy.fill(key);
    }

    /// A mark of a password, worthless to whoever finds it.
    byte[] mark(String user, String hash, String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((user + '\0' + hash + '\0' + password).getBytes(StandardCharsets.UTF_8));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    boolean knows(String user, byte[] mark, Duration now) {
        lock.lock();
        try {
            Proof proof = proofs.get(user);
            return proof != null && proof.until.compareTo(now) > 0 && MessageDigest.isEqual(proof.mac, mark);
        } finally {
            lock.unlock();
        }
    }

    void keep(String user, byte[] mark, Duration now) {
        lock.lock();
        try {
            proofs.put(user, new Proof(mark, now.plus(KEEP)));
        } finally {
            lock.unlock();
        }
    }
}
