// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Cidr;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.message.HeaderReader;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.tracking.HandTime;
import org.isthmus.transit.Client;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DkimStampTest {
    private static final LivePlatform LIVE = LivePlatform.open();
    private static final String HEADER = "Received: from a\r\nFrom: \"Joe\" <joe@Example.com>\r\nTo: suzie@example.net\r\nSubject: dinner\r\n";

    @TempDir
    private Path folder;

    private final HandTime time = new HandTime(Instant.parse("2026-11-24T12:00:00Z"));
    private Path key;
    private final Way outward = way(false);

    @AfterAll
    static void close() {
        LIVE.close();
    }

    @BeforeEach
    void makeKey() throws Exception {
        key = folder.resolve("key.pem");
        byte[] der = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END PRIVATE KEY-----\n");
    }

    private static Way way(boolean inside) {
        InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);
        return new Way(new NextHop.Exchangers(Domain.of("example.net")), Way.Protocol.SMTP, List.of(new org.isthmus.transit.Exchange("mx.example.net", List.of(at))), inside);
    }

    private static Origin from(String address, String user) {
        InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(address), 4000);
        return new Origin.Received(new Client("internet", at, at, null, user, "s"), "ESMTP");
    }

    private Stamp stamp(Path... files) {
        Settings plain = new SampleSite().domain("example.com", Settings.SiteDomain.Kind.AUTHORITATIVE, draft -> draft).settings();
        List<Settings.Dkim> dkim = new ArrayList<>();
        for (Path file : files) {
            dkim.add(new Settings.Dkim("s" + dkim.size(), file));
        }
        Settings.SiteDomain d = plain.domains().getFirst();
        Settings.SiteDomain signing = new Settings.SiteDomain(d.name(), d.kind(), d.recipients(), d.deliverTo(), d.elsewhere(), d.aliases(), d.subAddressing(), d.catchAll(), d.loopback(),
                d.frontDoors(), d.etrnHosts(), dkim, d.at());
        Settings settings = new Settings(plain.connector(), plain.identity(), plain.listeners(), List.of(Cidr.parse("10.0.0.0/8")), List.of(signing), plain.nextHops(), plain.routes(),
                plain.loop(), plain.queue(), plain.delivery(), plain.limits(), plain.dns(), plain.tracking(), plain.log());
        return new DkimStamp(Stamp.NONE, new LiveConfig(new Snapshot(1, settings)), LIVE.platform().disk(), time);
    }

    private String sign(Stamp stamp, Origin origin, Way way, String header, String rest) throws IOException {
        byte[] octets = (header + rest).getBytes(StandardCharsets.ISO_8859_1);
        ContentFacts facts = new ContentFacts(octets.length, BodyType.SEVENBIT, false, header.length(), null, null, 1, Priority.NORMAL, 0);
        Envelope envelope = new Envelope(ReversePath.NULL, new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, null, null),
                List.of(Recipient.of(Mailbox.of("suzie@example.net"), RcptParameters.NONE)));
        QueuedMessage message = new QueuedMessage(QueueId.at(time.now()), envelope, origin, time.now(), facts, List.of(RecipientState.Waiting.from(time.now())));
        return stamp.signature(message, way, new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        });
    }

    @Test
    void mailOfOursIsSignedWithEachKey() throws IOException {
        String fields = sign(stamp(key, key), from("10.1.2.3", null), outward, HEADER, "\r\nHi.\r\n");
        byte[] octets = (fields + HEADER).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(HeaderReader.read(octets, 0, octets.length).all("DKIM-Signature")).hasSize(2)
                .allSatisfy(field -> assertThat(field.text()).contains("d=example.com;").contains("a=ed25519-sha256").contains("t=1795521600"));
        assertThat(fields).contains("s=s0;").contains("s=s1;").endsWith("\r\n");
        assertThat(sign(stamp(key), from("192.0.2.9", "joe"), outward, HEADER, "\r\nHi.\r\n")).isNotEmpty();
        assertThat(sign(stamp(key), new Origin.Report(null), outward, HEADER, "\r\nHi.\r\n")).isNotEmpty();
    }

    @Test
    void whatIsNotOursOrGoesInsideIsNot() throws IOException {
        assertThat(sign(stamp(key), from("192.0.2.9", null), outward, HEADER, "\r\nHi.\r\n")).isEmpty();
        assertThat(sign(stamp(key), from("10.1.2.3", null), way(true), HEADER, "\r\nHi.\r\n")).isEmpty();
        assertThat(sign(stamp(), from("10.1.2.3", null), outward, HEADER, "\r\nHi.\r\n")).isEmpty();
        assertThat(sign(stamp(key), from("10.1.2.3", null), outward, HEADER, "no field\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "From: joe@example.org\r\n", "From: joe@sub.example.com\r\n", "From: a@example.com, b@example.org\r\n", "From: a@example.org, b@example.com\r\n",
        "From: <a@example.org>, <b@example.com>\r\n", "From: <a@example.com>, b@example.org\r\n", "From: joe@example.com\r\nFrom: joe@example.com\r\n", "From: example.com\r\n", "To: joe@example.com\r\n"})
    void onlyTheOneAuthorsDomainSigns(String header) throws IOException {
        assertThat(sign(stamp(key), from("10.1.2.3", null), outward, header, "\r\nHi.\r\n")).isEmpty();
    }

    @Test
    void aKeyThatCannotBeUsedCostsTheSignatureAlone() throws IOException {
        Stamp stamp = stamp(folder.resolve("missing"), key);
        assertThat(sign(stamp, from("10.1.2.3", null), outward, HEADER, "\r\nHi.\r\n")).contains("s=s1;").doesNotContain("s=s0;");
        Files.writeString(key, "rubbish");
        assertThat(sign(stamp, from("10.1.2.3", null), outward, HEADER, "\r\nHi.\r\n")).isEmpty();
    }
}
