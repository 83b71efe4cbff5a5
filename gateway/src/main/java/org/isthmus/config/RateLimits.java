// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How much may come in a time; nothing is limited that is not written. Clients of trusted networks are limited as users and by the listener alone.
///
/// @param client an address; of IPv6 a network of 64 bits
/// @param network a network of 24 bits, of IPv6 48 bits
/// @param sender an address in MAIL; the null sender is nobody
/// @param user an authenticated one, by whatever clients
public record RateLimits(Door client, Door network, Mail sender, Mail user, Door listener) {
    /// Nothing is limited.
    public static final RateLimits NONE = new RateLimits(Door.NONE, Door.NONE, Mail.NONE, Mail.NONE, Door.NONE);

    /// Of those who connect.
    public record Door(
            @Doc("Connections in a time, like 60/1m. Those beyond are answered 421.") @Nullable Rate connections,
            @Doc("Messages in a time. MAIL beyond is answered 450.") @Nullable Rate messages,
            @Doc("Recipients in a time. RCPT beyond is answered 450.") @Nullable Rate recipients) {
        static final Door NONE = new Door(null, null, null);
    }

    /// Of those who send.
    public record Mail(
            @Doc("Messages in a time. MAIL beyond is answered 450.") @Nullable Rate messages,
            @Doc("Recipients in a time. RCPT beyond is answered 450.") @Nullable Rate recipients) {
        static final Mail NONE = new Mail(null, null);
    }

    static RateLimits read(Section limits) {
        Optional<Section> rate = limits.section("rate");
        if (rate.isEmpty()) {
            return NONE;
        }
        RateLimits read = new RateLimits(door(rate.get(), "client"), door(rate.get(), "network"), mail(rate.get(), "sender"), mail(rate.get(), "user"), door(rate.get(), "listener"));
        rate.get().finish();
        return read.equals(NONE) ? NONE : read;
    }

    private static Door door(Section rate, String name) {
        Optional<Section> section = rate.section(name);
        Door door = section.isEmpty() ? Door.NONE : new Door(rate(section.get(), "connections"), rate(section.get(), "messages"), rate(section.get(), "recipients"));
        section.ifPresent(Section::finish);
        return door;
    }

    private static Mail mail(Section rate, String name) {
        Optional<Section> section = rate.section(name);
        Mail mail = section.isEmpty() ? Mail.NONE : new Mail(rate(section.get(), "messages"), rate(section.get(), "recipients"));
        section.ifPresent(Section::finish);
        return mail;
    }

    private static @Nullable Rate rate(Section section, String key) {
        return section.one(key, Kind.RATE).orElse(null);
    }
}
