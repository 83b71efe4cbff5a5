// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.isthmus.syntax.SyntaxProblem;

/// What stands at {@code SELECTOR._domainkey.DOMAIN}: the public half of a key that signs. RFC 6376 §3.6.1, RFC 8463 §4.
///
/// @param key none if it has been taken back
/// @param services for which it may sign; {@code *} stands for all
/// @param testing whether the domain says that it only tries
public record DkimRecord(@org.jspecify.annotations.Nullable PublicKey key, List<String> services, boolean testing) {
    /// SubjectPublicKeyInfo of an Ed25519 key up to the key itself. RFC 8410 §4.
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");
    /// The algorithm of SubjectPublicKeyInfo for RSA. RFC 8017 Appendix A.1.
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    public DkimRecord {
        services = List.copyOf(services);
    }

    /// Reads a record.
    /// @throws SyntaxProblem if verifiers would find no key in it
    public static DkimRecord parse(String text) throws SyntaxProblem {
        Map<String, String> tags = new HashMap<>();
        for (String field : text.split(";")) {
            int equals = field.indexOf('=');
            if (equals < 0 && !field.isBlank()) {
                throw new SyntaxProblem("\"" + field.strip() + "\" is no tag", 0);
            }
            if (equals >= 0 && tags.put(field.substring(0, equals).strip(), field.substring(equals + 1).replaceAll("\\s", "")) != null) {
                throw new SyntaxProblem("the tag " + field.substring(0, equals).strip() + " stands there twice", 0);
            }
        }
        if (!tags.getOrDefault("v", "DKIM1").equals("DKIM1")) {
            throw new SyntaxProblem("it is of another version than DKIM1", 0);
        }
        if (!(":" + tags.getOrDefault("h", "sha256") + ":").contains(":sha256:")) {
            throw new SyntaxProblem("h= leaves out sha256", 0);
        }
        String data = tags.get("p");
        if (data == null) {
            throw new SyntaxProblem("p= is missing", 0);
        }
        PublicKey key = data.isEmpty() ? null : key(tags.getOrDefault("k", "rsa"), data);
        return new DkimRecord(key, List.of(tags.getOrDefault("s", "*").split(":")), Arrays.asList(tags.getOrDefault("t", "").split(":")).contains("y"));
    }

    private static PublicKey key(String kind, String data) throws SyntaxProblem {
        try {
            byte[] octets = Base64.getDecoder().decode(data);
            return switch (kind) {
                case "rsa" -> rsa(octets);
                case "ed25519" -> KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(ByteBuffer.allocate(ED25519.length + octets.length).put(ED25519).put(octets).array()));
                default -> throw new SyntaxProblem("k=" + kind + " is no kind of key", 0);
            };
        } catch (IllegalArgumentException e) {
            throw new SyntaxProblem("p= is no base64", 0);
        } catch (GeneralSecurityException e) {
            throw new SyntaxProblem("p= is no key of the kind " + kind, 0);
        }
    }

    /// SubjectPublicKeyInfo as all write it, or the RSAPublicKey that RFC 6376 §3.6.1 speaks of.
    private static PublicKey rsa(byte[] octets) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        try {
            return factory.generatePublic(new X509EncodedKeySpec(octets));
        } catch (GeneralSecurityException e) {
            byte[] bits = der(0x03, ByteBuffer.allocate(1 + octets.length).put((byte) 0).put(octets).array());
            return factory.generatePublic(new X509EncodedKeySpec(der(0x30, ByteBuffer.allocate(RSA.length + bits.length).put(RSA).put(bits).array())));
        }
    }

    private static byte[] der(int tag, byte[] content) {
        return ByteBuffer.allocate(4 + content.length).put((byte) tag).put((byte) 0x82).putShort((short) content.length).put(content).array();
    }

    /// Whether signatures for a service count: {@code email}, {@code tlsrpt} (RFC 8460 §3).
    public boolean serves(String service) {
        return services.contains("*") || services.contains(service);
    }
}
