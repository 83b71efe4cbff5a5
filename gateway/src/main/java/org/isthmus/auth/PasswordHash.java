// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// A password's hash by Argon2id (RFC 9106), written as everybody writes it: {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}.
///
/// @param memory KiB
/// @param passes over it
/// @param lanes of it
record PasswordHash(int memory, int passes, int lanes, byte[] salt, byte[] hash) {
    static final String PREFIX = "$argon2id$";
    /// What hashes of ours cost: the second of the settings that OWASP recommends, some 30 ms of one core.
    static final Cost COST = new Cost(19 * 1024, 2, 1);
    /// A line of the file can cost us no more memory than this.
    private static final int MOST_MEMORY = 256 * 1024;
    private static final int SALT = 16;
    private static final int HASH = 32;

    /// What a hash costs whoever computes it.
    record Cost(int memory, int passes, int lanes) {}

    /// Makes a hash.
    /// @param password prepared
    /// @param salt 16 random octets
    static PasswordHash make(String password, byte[] salt, Cost cost) {
        PasswordHash empty = new PasswordHash(cost.memory(), cost.passes(), cost.lanes(), salt, new byte[HASH]);
        return new PasswordHash(cost.memory(), cost.passes(), cost.lanes(), salt, empty.compute(password));
    }

    static int saltLength() {
        return SALT;
    }

    boolean fits(String password) {
        return MessageDigest.isEqual(compute(password), hash);
    }

    private byte[] compute(String password) {
        Argon2BytesGenerator argon = new Argon2BytesGenerator();
        argon.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memory).withIterations(passes).withParallelism(lanes).withSalt(salt).build());
        byte[] result = new byte[hash.length];
        argon.generateBytes(password.getBytes(StandardCharsets.UTF_8), result);
        return result;
    }

    String text() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return PREFIX + "v=19$m=" + memory + ",t=" + passes + ",p=" + lanes + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    /// Reads what {@link #text} wrote, or another program.
    /// @return empty if it is something else, or would cost more than a server should spend
    static Optional<PasswordHash> parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (parts.length != 6 || !text.startsWith(PREFIX + "v=19$")) {
            return Optional.empty();
        }
        try {
            String[] cost = parts[3].split(",", -1);
            if (cost.length != 3) {
                return Optional.empty();
            }
            Base64.Decoder base64 = Base64.getDecoder();
            PasswordHash read = new PasswordHash(number(cost[0], "m="), number(cost[1], "t="), number(cost[2], "p="), base64.decode(parts[4]), base64.decode(parts[5]));
            return read.isSane() ? Optional.of(read) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isSane() {
        return lanes >= 1 && lanes <= 16 && memory >= 8 * lanes && memory <= MOST_MEMORY && passes >= 1 && passes <= 20 && salt.length >= 8 && salt.length <= 64 && hash.length >= 16 && hash.length <= 64;
    }

    private static int number(String text, String name) {
        if (!text.startsWith(name)) {
            throw new IllegalArgumentException(text);
        }
        return Integer.parseInt(text.substring(name.length()));
    }

    /// Shows no hash.
    @Override
    public String toString() {
        return "argon2id";
    }
}
