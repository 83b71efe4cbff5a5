// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.isthmus.config.AddressPattern;
import org.isthmus.sasl.SaslPrep;
import org.isthmus.sasl.ScramKeys;
import org.jspecify.annotations.Nullable;

/// The content of a users file: lines {@code name:hash}, {@code #} comments. Behind the colon stand, with blanks between, at most one Argon2id hash, at most one set of SCRAM keys, and any number of
/// {@code sender=PATTERN}. Names count in any case. Immutable.
final class UsersFile {
    private static final String SENDER = "sender=";

    private final Map<String, User> users;
    private final List<String> problems;

    /// One user.
    /// @param hash none if he logs in by SCRAM alone
    /// @param scram none if he logs in by passwords alone
    /// @param line from 1
    record User(String name, @Nullable PasswordHash hash, @Nullable ScramKeys scram, List<AddressPattern> senders, int line) {
        User {
            senders = List.copyOf(senders);
        }

        /// As it stands in the file.
        String text() {
            StringBuilder text = new StringBuilder(name).append(':');
            List<String> words = new ArrayList<>();
            if (hash != null) {
                words.add(hash.text());
            }
            if (scram != null) {
                words.add(scram.text());
            }
            senders.forEach(sender -> words.add(SENDER + sender.text()));
            return text.append(String.join(" ", words)).toString();
        }
    }

    private UsersFile(Map<String, User> users, List<String> problems) {
        this.users = users;
        this.problems = List.copyOf(problems);
    }

    static UsersFile parse(String text) {
        Map<String, User> users = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String content = line.strip();
            if (content.isEmpty() || content.startsWith("#")) {
                continue;
            }
            try {
                User user = user(content, number);
                if (users.putIfAbsent(key(user.name()), user) != null) {
                    problems.add("line " + number + ": " + user.name() + " stands here twice; the first counts");
                }
            } catch (IllegalArgumentException e) {
                problems.add("line " + number + ": " + e.getMessage());
            }
        }
        return new UsersFile(users, problems);
    }

    private static User user(String line, int number) {
        int colon = line.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("expected name:hash");
        }
        String name = line.substring(0, colon).strip();
        checkName(name);
        PasswordHash hash = null;
        ScramKeys scram = null;
        List<AddressPattern> senders = new ArrayList<>();
        for (String word : line.substring(colon + 1).strip().split("[ \t]+")) {
            if (word.startsWith(SENDER)) {
                senders.add(AddressPattern.parse(word.substring(SENDER.length())));
            } else if (word.startsWith(ScramKeys.PREFIX)) {
                scram = ScramKeys.parse(word).orElseThrow(() -> new IllegalArgumentException("SCRAM keys that cannot be read"));
            } else {
                hash = PasswordHash.parse(word).orElseThrow(() -> new IllegalArgumentException("a hash that is no argon2id of a reasonable cost; isthmus user add makes one"));
            }
        }
        if (hash == null && scram == null) {
            throw new IllegalArgumentException("no hash");
        }
        return new User(name, hash, scram, senders, number);
    }

    /// @throws IllegalArgumentException if no user can have this name
    static void checkName(String name) {
        boolean good = !name.isEmpty() && name.length() <= 255 && !name.startsWith("#") && name.chars().noneMatch(c -> c == ':' || c <= ' ' || c == 127)
                && SaslPrep.prepare(name).filter(name::equals).isPresent();
        if (!good) {
            throw new IllegalArgumentException("no user can have this name: no blanks, colons or control characters");
        }
    }

    /// Under what a name is found.
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /// @param name prepared
    Optional<User> find(String name) {
        return Optional.ofNullable(users.get(key(name)));
    }

    List<User> users() {
        return List.copyOf(users.values());
    }

    List<String> problems() {
        return problems;
    }
}
