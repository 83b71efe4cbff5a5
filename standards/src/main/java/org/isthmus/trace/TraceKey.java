// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.Characters;

/// One key of a site, with the keys for single purposes that are derived from it by HKDF-SHA-256 (RFC 5869): whoever learns one of them learns none of the others.
/// Safe for all threads. Never printed.
public final class TraceKey {
    /// Octets of a master key and of every derived one.
    public static final int OCTETS = 32;
    /// Octets of a site's name.
    public static final int SITE_OCTETS = 16;

    static final long RECIPIENT_MASK = 0xff_ffff_ffffL;
    private static final int MOST_ROUTES = 1000;

    private final int id;
    private final int site;
    private final Hmac transfer;
    private final Hmac messageId;
    private final Hmac recipient;
    private final Hmac route;
    private final byte[] challenge;
    /// Hashes of the few classes that a configuration has.
    private final Map<String, Integer> routes = new ConcurrentHashMap<>();

    private TraceKey(int id, byte[] siteName, byte[] master) throws GeneralSecurityException {
        this.id = id;
        this.site = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(siteName)).getInt();
        this.transfer = new Hmac(derived(siteName, master, "isthmus trace"));
        this.messageId = new Hmac(derived(siteName, master, "isthmus message-id"));
        this.recipient = new Hmac(derived(siteName, master, "isthmus recipient"));
        this.route = new Hmac(derived(siteName, master, "isthmus route"));
        this.challenge = derived(siteName, master, "isthmus xsite");
    }

    /// Where a token stands. One that was made for one place is a forgery in the other.
    public enum Use {
        /// In Received, in the trace header and in ENVID of a message that passes through.
        TRANSFER,
        /// In the Message-ID of a message that the site made.
        MESSAGE_ID
    }

    /// @param id 0 to 255, its name within the site
    /// @param siteName {@value #SITE_OCTETS} octets of chance that all keys of the site share
    /// @param master {@value #OCTETS} octets of chance
    /// @throws IllegalArgumentException if one of them has another size
    public static TraceKey derive(int id, byte[] siteName, byte[] master) {
        if (id < 0 || id > 255 || siteName.length != SITE_OCTETS || master.length != OCTETS) {
            throw new IllegalArgumentException("not a site key: id " + id + ", " + siteName.length + " and " + master.length + " octets");
        }
        try {
            return new TraceKey(id, siteName, master);
        } catch (GeneralSecurityException e) {
            // Every Java platform of ours has HMAC-SHA-256 and HKDF-SHA256.
            throw new IllegalStateException(e);
        }
    }

    private static byte[] derived(byte[] siteName, byte[] master, String purpose) throws GeneralSecurityException {
        HKDFParameterSpec.ExtractThenExpand how =
                HKDFParameterSpec.ofExtract().addIKM(master).addSalt(siteName).thenExpand(purpose.getBytes(US_ASCII), OCTETS);
        return KDF.getInstance("HKDF-SHA256").deriveData(how);
    }

    /// Its name within the site, 0 to 255.
    public int id() {
        return id;
    }

    /// The hash of the site's name, as tokens carry it.
    public int site() {
        return site;
    }

    /// The key of the challenge by which connectors of a site recognise each other on the wire. A copy.
    public byte[] challenge() {
        return challenge.clone();
    }

    /// Signs.
    public SealedToken seal(TraceToken token, Use use) {
        int body = SealedToken.FIXED_OCTETS + SealedToken.RECIPIENT_OCTETS * token.recipients().size();
        ByteBuffer out = ByteBuffer.allocate(body + SealedToken.MAC_OCTETS);
        out.put((byte) SealedToken.VERSION).put((byte) id).putInt(site).put((byte) token.node()).putInt((int) token.minute()).putLong(token.uid());
        out.put((byte) token.pass()).put((byte) token.lineage()).put((byte) TraceToken.Flag.bits(token.flags())).putInt(token.route());
        for (long print : token.recipients()) {
            out.put((byte) (print >>> 32)).putInt((int) print);
        }
        out.put(signature(out.array(), body, use), 0, SealedToken.MAC_OCTETS);
        return SealedToken.of(out.array());
    }

    /// What a token says, if this key signed it for this use. Takes the same time for every wrong signature.
    public Optional<TraceToken> open(SealedToken sealed, Use use) {
        if (sealed.keyId() != id || sealed.site() != site) {
            return Optional.empty();
        }
        byte[] octets = sealed.octets();
        int body = octets.length - SealedToken.MAC_OCTETS;
        byte[] right = Arrays.copyOf(signature(octets, body, use), SealedToken.MAC_OCTETS);
        if (!MessageDigest.isEqual(right, Arrays.copyOfRange(octets, body, octets.length))) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(octets, 0, body);
        in.position(6);
        int node = Byte.toUnsignedInt(in.get());
        long minute = Integer.toUnsignedLong(in.getInt());
        long uid = in.getLong();
        int pass = Byte.toUnsignedInt(in.get());
        int lineage = Byte.toUnsignedInt(in.get());
        Set<TraceToken.Flag> flags = TraceToken.Flag.of(in.get());
        int route = in.getInt();
        List<Long> recipients = new ArrayList<>(TraceToken.MOST_RECIPIENTS);
        while (in.hasRemaining()) {
            recipients.add(Byte.toUnsignedLong(in.get()) << 32 | Integer.toUnsignedLong(in.getInt()));
        }
        return Optional.of(new TraceToken(node, minute, uid, pass, lineage, flags, route, recipients));
    }

    private byte[] signature(byte[] octets, int length, Use use) {
        return (use == Use.TRANSFER ? transfer : messageId).sum(octets, length);
    }

    /// The print of a recipient in a token, 40 bits. It hides who else got a copy, and differs from message to message.
    /// Addresses that no server tells apart have one print: case of letters, form of the domain.
    public long recipient(long uid, Mailbox address) {
        byte[] name = normal(address).getBytes(UTF_8);
        byte[] text = ByteBuffer.allocate(Long.BYTES + name.length).putLong(uid).put(name).array();
        ByteBuffer sum = ByteBuffer.wrap(recipient.sum(text, text.length));
        return Byte.toUnsignedLong(sum.get()) << 32 | Integer.toUnsignedLong(sum.getInt());
    }

    /// The hash of a class of ways, which tells strangers nothing.
    /// @param way the class in words: {@code mx}, the name of a next hop
    public int route(String way) {
        Integer known = routes.get(way);
        if (known != null) {
            return known;
        }
        byte[] text = way.getBytes(UTF_8);
        int hash = ByteBuffer.wrap(route.sum(text, text.length)).getInt();
        if (routes.size() < MOST_ROUTES) {
            routes.put(way, hash);
        }
        return hash;
    }

    private static String normal(Mailbox address) {
        String local = address.local().content().toLowerCase(Locale.ROOT);
        String host = address.host() instanceof Domain domain ? domain.ascii() : address.host().text().toLowerCase(Locale.ROOT);
        return (Characters.ascii(local) ? local : Normalizer.normalize(local, Normalizer.Form.NFC)) + "@" + host;
    }

    @Override
    public String toString() {
        return "site key " + id;
    }
}
