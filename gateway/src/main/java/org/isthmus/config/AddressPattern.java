// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import org.isthmus.address.Domain;
import org.isthmus.address.LocalPart;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// Addresses that look alike: {@code bob@example.com}, {@code *@example.com} or {@code example.com}, {@code info-*@*.example.com}, {@code *}. The local part has at most
/// one star and is compared without case.
///
/// @param before what the local part begins with
/// @param behind what it ends with; null if there is no star and {@code before} is all of it
public record AddressPattern(String before, @Nullable String behind, DomainPattern domain) {
    private static final int LONGEST_LOCAL = 64;

    /// Everybody.
    public static final AddressPattern EVERYBODY = new AddressPattern("", "", new DomainPattern.Everything());

    /// @throws IllegalArgumentException saying what is wrong
    public static AddressPattern parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 0) {
            return new AddressPattern("", "", Kind.PATTERN.reader().read(text));
        }
        String local = text.substring(0, at);
        DomainPattern domain = Kind.PATTERN.reader().read(text.substring(at + 1));
        int star = local.indexOf('*');
        if (star < 0) {
            return new AddressPattern(local(local), null, domain);
        }
        if (local.indexOf('*', star + 1) >= 0) {
            throw new IllegalArgumentException("has more than one star before the @");
        }
        if (!local.equals("*")) {
            local(local.replace('*', 'x'));
        }
        return new AddressPattern(local.substring(0, star), local.substring(star + 1), domain);
    }

    private static String local(String text) {
        try {
            return Mailbox.parse(text + "@x").local().content();
        } catch (SyntaxProblem | IllegalArgumentException e) {
            throw new IllegalArgumentException("is no address: " + e.getMessage());
        }
    }

    public boolean hasStar() {
        return behind != null;
    }

    /// Whether the address is one of these.
    public boolean matches(Mailbox address) {
        return rest(address) != null;
    }

    /// What the star stands for in this address; empty where there is none; null if the address is none of these.
    private @Nullable String rest(Mailbox address) {
        if (!inDomain(address)) {
            return null;
        }
        String local = address.local().content();
        String end = behind;
        if (end == null) {
            return fold(local).equals(fold(before)) ? "" : null;
        }
        boolean fits = local.length() >= before.length() + end.length() && local.regionMatches(true, 0, before, 0, before.length())
                && local.regionMatches(true, local.length() - end.length(), end, 0, end.length());
        return fits ? local.substring(before.length(), local.length() - end.length()) : null;
    }

    private boolean inDomain(Mailbox address) {
        return domain instanceof DomainPattern.Everything || (address.host() instanceof Domain name && domain.matches(name));
    }

    private static String fold(String local) {
        return local.isEmpty() ? "" : new LocalPart(local).folded();
    }

    /// The address that takes the place of one of these: with what its star stands for in the place of the other's star, and with what is before the domain likewise.
    /// @return null if it is none of these, or nothing that an address can be would come of it
    public @Nullable Mailbox replace(Mailbox address, AddressPattern by) {
        String rest = rest(address);
        if (rest == null) {
            return null;
        }
        String local = by.behind == null ? by.before : by.before + rest + by.behind;
        Domain host = switch (by.domain) {
            case DomainPattern.Exact exact -> exact.domain();
            case DomainPattern.Below below -> moved(address, below.parent());
            case DomainPattern.Everything all -> address.host() instanceof Domain same ? same : null;
        };
        return host == null || local.isEmpty() || local.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_LOCAL ? null : new Mailbox(new LocalPart(local), host);
    }

    /// {@code a.b.old.example} below {@code new.example}: {@code a.b.new.example}.
    private @Nullable Domain moved(Mailbox address, Domain parent) {
        if (!(address.host() instanceof Domain host) || !(domain instanceof DomainPattern.Below below)) {
            return null;
        }
        String name = host.ascii();
        try {
            return Domain.parse(name.substring(0, name.length() - below.parent().ascii().length()) + parent.ascii());
        } catch (SyntaxProblem e) {
            return null;
        }
    }

    /// As it would be written.
    public String text() {
        if (equals(EVERYBODY)) {
            return "*";
        }
        String local = behind != null ? before + "*" + behind : new LocalPart(before).text();
        return local + "@" + domain.text();
    }

    @Override
    public String toString() {
        return text();
    }
}
