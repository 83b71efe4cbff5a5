// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.auth.Authenticator;
import org.isthmus.auth.Exchange;
import org.isthmus.auth.Turn;
import org.isthmus.auth.UsersEdit;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Time;
import org.isthmus.sasl.ChannelBinding;
import org.isthmus.sasl.PlainMessage;
import org.isthmus.sasl.SaslProblem;
import org.isthmus.sasl.ScramClient;
import org.isthmus.smtp.Hello;
import org.isthmus.transit.Client;
import org.isthmus.transit.TlsFacts;
import org.isthmus.trials.world.SimulatedDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Users of a file: how they prove themselves, what guessing costs, what they may.
class AuthenticatorTest {
    private static final Path FILE = Path.of("/users");
    private static final TlsFacts TLS = tls("TLSv1.3");

    private static TlsFacts tls(String version) {
        return new TlsFacts(version, "TLS_AES_256_GCM_SHA384", null, null, List.of(), TlsFacts.Proof.UNASKED, new TlsFacts.Bindings() {
            @Override
            public byte @Nullable [] exporter() {
                return new byte[] {1, 2, 3};
            }

            @Override
            public byte @Nullable [] serverEndPoint() {
                return null;
            }
        });
    }

    private final HandTime time = new HandTime();
    private final Disk disk = new SimulatedDisk(0);
    private static final String TEXT = """
            connector { hostname = mx1.example.org, data = /data }
            listeners { submission { address = "127.0.0.1:587", tls = starttls, auth = required } }
            trusted-networks = ["10.0.0.0/8"]
            domains { "example.org" { recipients = any, deliver-to = store, sub-addressing = "+" } }
            next-hops { store { url = "lmtp://127.0.0.1:24" } }
            auth { users = "file:/users", attempts = 5/10m }
            """;
    private final Settings settings = ConfigLoader.parse(TEXT).orThrow();
    private final UsersEdit users = new UsersEdit(disk, new Dice(), FILE);
    private final Authenticator authenticator = new Authenticator(() -> settings,
            new Authenticator.Parts(disk, time, new Dice(), new ScriptedNetwork(List.of()), LocalSockets.NONE));

    private static final class HandTime implements Time {
        private Duration elapsed = Duration.ofHours(1);

        @Override
        public Instant now() {
            return Instant.parse("2026-11-24T08:00:00Z").plus(elapsed);
        }

        @Override
        public Duration elapsed() {
            return elapsed;
        }

        @Override
        public void sleep(Duration duration) {
            elapsed = elapsed.plus(duration);
        }
    }

    static final class Dice implements Entropy {
        private final Random random = new Random(7);

        @Override
        public void fill(byte[] into) {
            random.nextBytes(into);
        }

        @Override
        public long below(long bound) {
            return random.nextLong(bound);
        }
    }

    @BeforeEach
    void alice() throws IOException {
        users.add("alice", "correct horse", true, List.of("*@lists.example.org"));
    }

    static Client client(String address, @Nullable TlsFacts tls) {
        return new Client("submission", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 587), new InetSocketAddress(InetAddress.ofLiteral(address), 4000), new Hello(true, "c.example"), null, "S", tls);
    }

    private Turn plain(String address, String user, String password) {
        return authenticator.begin(Mechanism.PLAIN, client(address, TLS)).next(new PlainMessage("", user, password).octets());
    }

    private Turn login(String address, String user, String password) {
        Exchange exchange = authenticator.begin(Mechanism.LOGIN, client(address, TLS));
        exchange.next(null);
        exchange.next(user.getBytes(UTF_8));
        return exchange.next(password.getBytes(UTF_8));
    }

    private static Turn.Reason reason(Turn turn) {
        assertThat(turn).isInstanceOf(Turn.Failed.class);
        return ((Turn.Failed) turn).reason();
    }

    private Turn scram(Mechanism mechanism, ScramClient client) throws SaslProblem {
        Exchange exchange = authenticator.begin(mechanism, client("192.0.2.7", TLS));
        if (!(exchange.next(client.first()) instanceof Turn.Challenge challenge)) {
            throw new AssertionError("no challenge");
        }
        Turn proof = exchange.next(client.last(challenge.octets()));
        if (!(proof instanceof Turn.Challenge last)) {
            return proof;
        }
        client.verify(last.octets());
        return exchange.next(new byte[0]);
    }

    @Test
    void passwordProvesTheUserInAnyCase() {
        assertThat(plain("192.0.2.7", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
        assertThat(plain("192.0.2.7", "ALICE", "correct horse")).isEqualTo(new Turn.Passed("alice"));
        assertThat(reason(plain("192.0.2.7", "alice", "Correct horse"))).isEqualTo(Turn.Reason.CREDENTIALS);
        assertThat(reason(plain("192.0.2.7", "bob", "correct horse"))).isEqualTo(Turn.Reason.CREDENTIALS);
    }

    @Test
    void scramProvesBothSides() throws SaslProblem {
        assertThat(scram(Mechanism.SCRAM_SHA_256, new ScramClient("alice", "correct horse", "nonce1", null, false))).isEqualTo(new Turn.Passed("alice"));
        assertThat(reason(scram(Mechanism.SCRAM_SHA_256, new ScramClient("alice", "wrong", "nonce2", null, false)))).isEqualTo(Turn.Reason.CREDENTIALS);
        assertThat(reason(scram(Mechanism.SCRAM_SHA_256, new ScramClient("nobody", "wrong", "nonce3", null, false)))).isEqualTo(Turn.Reason.CREDENTIALS);
    }

    @Test
    void scramPlusIsBoundToTheConnection() throws SaslProblem {
        ChannelBinding right = new ChannelBinding(ChannelBinding.EXPORTER, new byte[] {1, 2, 3});
        ChannelBinding wrong = new ChannelBinding(ChannelBinding.EXPORTER, new byte[] {3, 2, 1});
        assertThat(scram(Mechanism.SCRAM_SHA_256_PLUS, new ScramClient("alice", "correct horse", "nonce1", right, true))).isEqualTo(new Turn.Passed("alice"));
        assertThat(reason(scram(Mechanism.SCRAM_SHA_256_PLUS, new ScramClient("alice", "correct horse", "nonce2", wrong, true)))).isEqualTo(Turn.Reason.CREDENTIALS);
    }

    @Test
    void scramPlusIsOfferedWhereProgramsMeanTheSameBindingAndNobodyIsAccusedWhereItIsNot() throws SaslProblem {
        Settings.Listener listener = settings.listeners().getFirst();
        Client older = client("192.0.2.7", tls("TLSv1.2"));
        assertThat(authenticator.offered(older, listener)).as("of TLS 1.2 they mean tls-unique").doesNotContain(Mechanism.SCRAM_SHA_256_PLUS).contains(Mechanism.SCRAM_SHA_256);
        // "y": I could bind, and saw no offer. RFC 5802 §6
        byte[] couldBind = new ScramClient("alice", "correct horse", "nonce1", null, true).first();
        assertThat(authenticator.begin(Mechanism.SCRAM_SHA_256, older).next(couldBind)).isInstanceOf(Turn.Challenge.class);
        assertThat(reason(authenticator.begin(Mechanism.SCRAM_SHA_256, client("192.0.2.7", TLS)).next(couldBind))).as("it was offered").isEqualTo(Turn.Reason.CREDENTIALS);
        Settings without = ConfigLoader.parse(TEXT.replace("attempts = 5/10m", "attempts = 5/10m, mechanisms = [scram-sha-256]")).orThrow();
        Authenticator other = new Authenticator(() -> without, new Authenticator.Parts(disk, time, new Dice(), new ScriptedNetwork(List.of()), LocalSockets.NONE));
        assertThat(other.begin(Mechanism.SCRAM_SHA_256, client("192.0.2.7", TLS)).next(couldBind)).as("it is left out by configuration").isInstanceOf(Turn.Challenge.class);
    }

    @Test
    void bindingThatTheConnectionDoesNotHaveIsNoGuess() {
        byte[] unique = "p=tls-unique,,n=alice,r=nonce".getBytes(UTF_8);
        assertThat(reason(authenticator.begin(Mechanism.SCRAM_SHA_256_PLUS, client("192.0.2.7", TLS)).next(unique))).isEqualTo(Turn.Reason.MALFORMED);
    }

    @Test
    void userThatDoesNotExistIsShownTheSameSaltEachTime() {
        byte[] first = challenge("nobody");
        byte[] second = challenge("nobody");
        assertThat(salt(first)).isEqualTo(salt(second)).isNotEqualTo(salt(challenge("nobody2")));
    }

    private byte[] challenge(String user) {
        Turn turn = authenticator.begin(Mechanism.SCRAM_SHA_256, client("192.0.2.7", TLS)).next(new ScramClient(user, "x", "nonce", null, false).first());
        return ((Turn.Challenge) turn).octets();
    }

    private static String salt(byte[] challenge) {
        return new String(challenge, UTF_8).split(",")[1];
    }

    @Test
    void offersNothingInTheClearAndPlusOnlyWhereItCanBeBound() {
        Settings.Listener listener = settings.listeners().getFirst();
        assertThat(authenticator.offered(client("192.0.2.7", null), listener)).isEmpty();
        assertThat(authenticator.offered(client("192.0.2.7", TLS), listener)).containsExactly(Mechanism.values());
    }

    @Test
    void guessingIsAnsweredEverMoreSlowlyAndThenNotAtAll() {
        Duration before = time.elapsed();
        for (int i = 0; i < 5; i++) {
            assertThat(reason(plain("192.0.2.66", "alice", "guess " + i))).isEqualTo(Turn.Reason.CREDENTIALS);
        }
        assertThat(time.elapsed().minus(before)).isGreaterThan(Duration.ofSeconds(15));
        assertThat(reason(plain("192.0.2.66", "alice", "correct horse"))).isEqualTo(Turn.Reason.TOO_OFTEN);
        assertThat(plain("192.0.2.7", "alice", "correct horse")).as("others are not concerned").isEqualTo(new Turn.Passed("alice"));
        time.sleep(Duration.ofMinutes(3));
        assertThat(plain("192.0.2.66", "alice", "correct horse")).as("it is over by itself").isEqualTo(new Turn.Passed("alice"));
    }

    @Test
    void programWithAForgottenPasswordLocksNobodyOut() {
        for (int i = 0; i < 30; i++) {
            assertThat(reason(plain("192.0.2.66", "alice", "last year's"))).isEqualTo(Turn.Reason.CREDENTIALS);
            assertThat(reason(login("192.0.2.66", "alice", "last year's"))).as("PLAIN was not taken, so the program tries LOGIN").isEqualTo(Turn.Reason.CREDENTIALS);
            assertThat(reason(plain("192.0.2.66", "bob", "of the year before"))).as("another program in the same house").isEqualTo(Turn.Reason.CREDENTIALS);
        }
        assertThat(plain("192.0.2.66", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
    }

    @Test
    void guessesFromManyPlacesKeepStrangersOutAndNotTheUser() {
        assertThat(plain("192.0.2.7", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
        for (int i = 0; i < 60; i++) {
            plain("198.51.100." + i, i % 2 == 0 ? "alice" : "Alice", "guess " + i);
        }
        assertThat(reason(plain("203.0.113.9", "alice", "correct horse"))).isEqualTo(Turn.Reason.TOO_OFTEN);
        assertThat(plain("192.0.2.7", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
    }

    @Test
    void guessesFromManyPlacesAreAnsweredAlikeWhetherRightOrWrong() throws SaslProblem {
        for (int i = 0; i < 60; i++) {
            plain("198.51.100." + i, "ALICE", "guess " + i);
        }
        Duration before = time.elapsed();
        Turn wrong = plain("203.0.113.8", "alice", "wrong");
        Duration afterWrong = time.elapsed();
        Turn right = plain("203.0.113.9", "alice", "correct horse");
        assertThat(reason(wrong)).isEqualTo(reason(right)).isEqualTo(Turn.Reason.TOO_OFTEN);
        assertThat(afterWrong.minus(before)).isPositive().isEqualTo(time.elapsed().minus(afterWrong));
        assertThat(reason(scram(Mechanism.SCRAM_SHA_256, new ScramClient("alice", "correct horse", "nonce1", null, false))))
                .as("the server's proof, which would tell that the password was right, is not shown").isEqualTo(Turn.Reason.TOO_OFTEN);
    }

    @Test
    void trustedClientsAreManyPeople() {
        for (int i = 0; i < 8; i++) {
            plain("10.1.1.1", "user" + i, "guess " + i);
        }
        assertThat(plain("10.1.1.1", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
    }

    @Test
    void changedFileCountsWithinASecond() throws IOException {
        assertThat(plain("192.0.2.7", "alice", "correct horse")).isEqualTo(new Turn.Passed("alice"));
        assertThat(users.add("alice", "battery staple", false, null)).isTrue();
        time.sleep(Duration.ofSeconds(2));
        assertThat(reason(plain("192.0.2.7", "alice", "correct horse"))).isEqualTo(Turn.Reason.CREDENTIALS);
        assertThat(plain("192.0.2.7", "alice", "battery staple")).isEqualTo(new Turn.Passed("alice"));
        assertThat(users.list()).containsExactly(new UsersEdit.Entry("alice", List.of("password"), List.of("*@lists.example.org")));
        assertThat(users.remove("Alice")).isTrue();
        assertThat(users.remove("alice")).isFalse();
        time.sleep(Duration.ofSeconds(2));
        assertThat(reason(plain("192.0.2.7", "alice", "battery staple"))).isEqualTo(Turn.Reason.CREDENTIALS);
    }

    @Test
    void fileKeepsItsCommentsAndBadLinesAreTold() throws IOException {
        disk.delete(FILE);
        try (Disk.File file = disk.create(FILE)) {
            file.write(ByteBuffer.wrap("# ours\nbad line\ncarol:$1$md5$x\n".getBytes(UTF_8)), 0);
        }
        users.add("bob", "pass word", true, null);
        assertThat(users.list()).extracting(UsersEdit.Entry::name).containsExactly("bob");
        assertThat(users.problems()).hasSize(2).first().asString().startsWith("line 2");
        try (Disk.File file = disk.open(FILE)) {
            ByteBuffer text = ByteBuffer.allocate((int) file.size());
            file.read(text, 0);
            assertThat(new String(text.array(), UTF_8)).startsWith("# ours\nbad line\ncarol:$1$md5$x\nbob:$argon2id$v=19$m=19456,t=2,p=1$").contains(" SCRAM-SHA-256$20000:").endsWith("\n");
        }
        assertThat(List.of("", "a b", "a:b", "#x", "tab\t")).allSatisfy(name -> assertThatThrownBy(() -> users.add(name, "x", true, null)).isInstanceOf(IllegalArgumentException.class));
        assertThatThrownBy(() -> users.add("dave", "", true, null)).hasMessageContaining("empty");
    }

    @Test
    void ofTwoWhoChangeTheFileAtOneTimeOneIsRefused() throws IOException {
        try (var other = disk.lock(Path.of("/users.lock"), "other").orElseThrow()) {
            assertThatThrownBy(() -> users.add("bob", "pass word", true, null)).isInstanceOf(IOException.class).hasMessageContaining("another isthmus user");
            assertThatThrownBy(() -> users.remove("alice")).isInstanceOf(IOException.class);
        }
        assertThat(users.list()).extracting(UsersEdit.Entry::name).containsExactly("alice");
        assertThat(users.add("bob", "pass word", true, null)).isFalse();
    }

    @Test
    void missingFileIsTroubleOfOurs() throws IOException {
        disk.delete(FILE);
        assertThat(reason(plain("192.0.2.7", "alice", "correct horse"))).isEqualTo(Turn.Reason.TEMPORARY);
    }

    @Test
    void usersSendAsThemselves() {
        Client alice = client("192.0.2.7", TLS).by("alice");
        assertThat(List.of("alice@example.org", "ALICE@example.org", "alice+list@example.org", "x@lists.example.org"))
                .allSatisfy(address -> assertThat(authenticator.objection(alice, new ReversePath.To(Mailbox.of(address)))).isNull());
        assertThat(List.of("bob@example.org", "alice@example.com", "alicex@example.org", "alice@sub.example.org"))
                .allSatisfy(address -> assertThat(authenticator.objection(alice, new ReversePath.To(Mailbox.of(address)))).isNotNull());
        assertThat(authenticator.objection(alice, ReversePath.NULL)).isNull();
        Client whole = client("192.0.2.7", TLS).by("carol@partner.example");
        assertThat(authenticator.objection(whole, new ReversePath.To(Mailbox.of("carol@partner.example")))).isNull();
        assertThat(authenticator.objection(whole, new ReversePath.To(Mailbox.of("carol@example.org")))).isNotNull();
    }
}
