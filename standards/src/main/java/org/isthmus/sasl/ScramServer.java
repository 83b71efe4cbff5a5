// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The server's side of one SCRAM-SHA-256 exchange. RFC 5802, RFC 7677. First {@link #first}, then {@link #last}; nothing is proved before that returns.
public final class ScramServer {
    /// Knows users.
    public interface Book {
        /// The keys of a user; of one that does not exist, keys that fit no password, always the same ones, so that nobody learns who exists.
        /// @param user prepared
        ScramKeys keys(String user);
    }

    private final Book book;
    private final String nonce;
    private final boolean plus;
    private final List<ChannelBinding> bindings;
    private final boolean plusOffered;
    private String header = "";
    private byte[] bound = new byte[0];
    private String user = "";
    private String firstBare = "";
    private String serverFirst = "";
    private String wholeNonce = "";
    private @Nullable ScramKeys keys;

    /// @param nonce our part of it: at least 18 random octets, printable
    /// @param plus whether the client chose SCRAM-SHA-256-PLUS
    /// @param bindings what the connection can be bound by
    /// @param plusOffered whether the PLUS form was offered: a client that was told otherwise has somebody between
    public ScramServer(Book book, String nonce, boolean plus, List<ChannelBinding> bindings, boolean plusOffered) {
        this.book = book;
        this.nonce = nonce;
        this.plus = plus;
        this.bindings = List.copyOf(bindings);
        this.plusOffered = plusOffered;
    }

    /// Takes the client's first message.
    /// @return our challenge
    public byte[] first(byte[] message) throws SaslProblem {
        String text = PlainMessage.utf8(message, 0, message.length);
        int flagEnd = text.indexOf(',');
        int headerEnd = text.indexOf(',', flagEnd + 1);
        if (flagEnd < 0 || headerEnd < 0) {
            throw SaslProblem.malformed("SCRAM: no GS2 header");
        }
        header = text.substring(0, headerEnd + 1);
        bind(text.substring(0, flagEnd));
        firstBare = text.substring(headerEnd + 1);
        ScramAttributes attributes = new ScramAttributes(firstBare);
        user = prepared(ScramAttributes.name(attributes.take('n')));
        actsAsHimself(text.substring(flagEnd + 1, headerEnd));
        String clientNonce = attributes.take('r');
        if (!ScramAttributes.isNonce(clientNonce)) {
            throw SaslProblem.malformed("SCRAM: no nonce");
        }
        keys = book.keys(user);
        wholeNonce = clientNonce + nonce;
        serverFirst = "r=" + wholeNonce + ",s=" + Base64.getEncoder().encodeToString(keys.salt()) + ",i=" + keys.iterations();
        return ScramKeys.ascii(serverFirst);
    }

    /// RFC 5802 §6.
    private void bind(String flag) throws SaslProblem {
        if (flag.startsWith("p=")) {
            String type = flag.substring(2);
            ChannelBinding binding = bindings.stream().filter(one -> one.type().equals(type)).findFirst().orElse(null);
            if (!plus || binding == null) {
                throw SaslProblem.malformed("SCRAM: channel binding " + (plus ? "of a kind that this connection has not: " + type : "without the PLUS form"));
            }
            bound = binding.data();
        } else if (plus || !(flag.equals("n") || flag.equals("y"))) {
            throw SaslProblem.malformed("SCRAM: " + (plus ? "the PLUS form without channel binding" : "no GS2 flag"));
        } else if (flag.equals("y") && plusOffered) {
            throw SaslProblem.unproved("SCRAM: the client was not shown the PLUS form that was offered: somebody is between");
        }
    }

    private void actsAsHimself(String actAs) throws SaslProblem {
        if (!actAs.isEmpty() && !(actAs.startsWith("a=") && prepared(ScramAttributes.name(actAs.substring(2))).equals(user))) {
            throw SaslProblem.unproved("nobody may act as another user");
        }
    }

    private static String prepared(String name) throws SaslProblem {
        return SaslPrep.prepare(name).filter(good -> !good.isEmpty()).orElseThrow(() -> SaslProblem.malformed("a name with characters that no name has"));
    }

    /// Takes the client's last message.
    /// @return what proves to the client that we know the user too
    /// @throws SaslProblem if the client has not proved itself
    public byte[] last(byte[] message) throws SaslProblem {
        ScramKeys known = keys;
        String text = PlainMessage.utf8(message, 0, message.length);
        int proofAt = text.lastIndexOf(",p=");
        if (known == null || proofAt < 0) {
            throw SaslProblem.malformed("SCRAM: no proof");
        }
        ScramAttributes attributes = new ScramAttributes(text);
        byte[] binding = attributes.takeBase64('c');
        String said = attributes.take('r');
        byte[] proof = ScramAttributes.base64(text.substring(proofAt + 3));
        byte[] authMessage = (firstBare + "," + serverFirst + "," + text.substring(0, proofAt)).getBytes(StandardCharsets.UTF_8);
        boolean sameChannel = MessageDigest.isEqual(binding, expectedBinding());
        if (!sameChannel || !said.equals(wholeNonce)) {
            throw SaslProblem.unproved("SCRAM: " + (sameChannel ? "another nonce" : "another channel: somebody is between"));
        }
        byte[] signature = ScramKeys.hmac(known.storedKey(), authMessage);
        boolean proved = proof.length == signature.length && MessageDigest.isEqual(ScramKeys.sha256(ScramKeys.xor(proof, signature)), known.storedKey());
        if (!proved) {
            throw SaslProblem.unproved("wrong name or password");
        }
        return ScramKeys.ascii("v=" + Base64.getEncoder().encodeToString(ScramKeys.hmac(known.serverKey(), authMessage)));
    }

    private byte[] expectedBinding() {
        byte[] start = header.getBytes(StandardCharsets.UTF_8);
        byte[] expected = java.util.Arrays.copyOf(start, start.length + bound.length);
        System.arraycopy(bound, 0, expected, start.length, bound.length);
        return expected;
    }

    /// Whom the client claims to be; prepared, and empty before {@link #first}.
    public String user() {
        return user;
    }
}
