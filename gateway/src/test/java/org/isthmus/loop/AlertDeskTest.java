// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.HandTime;
import org.isthmus.tracking.PlainThreads;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Report;
import org.junit.jupiter.api.Test;

/// The desk's actor runs on a real thread; {@link AlertDesk#close} waits for it, so nothing here depends on time.
class AlertDeskTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final HandTime time = new HandTime(NOW);
    private final Settings settings = new SampleSite().settings();
    private final List<Report> posted = Collections.synchronizedList(new ArrayList<>());
    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private final List<Alert> hooked = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean full;
    private final AlertDesk desk = new AlertDesk(() -> settings, time, new PlainThreads(), events::add, this::post, hooked::add);

    private void post(Report letter) throws IOException {
        if (full) {
            throw new IOException("no room");
        }
        posted.add(letter);
    }

    @Test
    void oneAlertIsOneLetterAndOneEvent() {
        desk.start();
        desk.raise(alert("a", "bob@example.org"));
        desk.close();
        assertThat(posted).hasSize(1);
        assertThat(hooked).hasSize(1);
        assertThat(events).singleElement().isEqualTo(new Event.Noted(NOW, "alert", "subject a"));
        Report letter = posted.getFirst();
        assertThat(letter.envelope().from()).isEqualTo(ReversePath.NULL);
        assertThat(letter.origin()).isEqualTo(new Origin.Report(null));
        assertThat(text(letter)).contains("Auto-Submitted: auto-generated", "Subject: subject a", "the whole story of a").doesNotContain("\n.\r");
    }

    @Test
    void whatRepeatsAnAlertGoesIntoTheDigest() {
        desk.start();
        for (int i = 0; i < 1000; i++) {
            desk.raise(alert("a", "bob@example.org"));
        }
        desk.close();
        assertThat(hooked).hasSize(1);
        assertThat(posted).hasSize(2);
        assertThat(text(posted.get(1))).contains("hourly digest: 1 matter").contains("times");
    }

    @Test
    void nobodyCanBombThePostmaster() {
        desk.start();
        for (int i = 0; i < 900; i++) {
            desk.raise(alert("d" + i, "x@d" + i + ".example"));
        }
        desk.close();
        assertThat(hooked).hasSize(AlertDesk.MOST_LETTERS);
        assertThat(posted).hasSize(AlertDesk.MOST_LETTERS + 1);
        assertThat(text(posted.getLast())).contains("500 matters").contains("others, too many to name");
    }

    @Test
    void troubleWithThePostmastersOwnMailIsToldByLogAndEventAlone() {
        desk.start();
        desk.raise(alert("p", settings.connector().postmaster().text()));
        desk.close();
        assertThat(posted).isEmpty();
        assertThat(hooked).hasSize(1);
    }

    @Test
    void notesWaitForTheDigest() {
        desk.start();
        desk.note(alert("n", "bob@example.org"));
        desk.close();
        assertThat(hooked).isEmpty();
        assertThat(posted).hasSize(1);
    }

    @Test
    void aLetterThatCannotBeStoredIsPostedLater() throws InterruptedException {
        full = true;
        desk.start();
        desk.raise(alert("a", "bob@example.org"));
        while (hooked.isEmpty()) {
            Thread.sleep(Duration.ofMillis(1));
        }
        full = false;
        desk.raise(alert("b", "bob@example.org"));
        desk.close();
        assertThat(posted).hasSize(2);
    }

    @Test
    void whatStrangersWroteEndsNoLineOfTheHeader() {
        desk.start();
        desk.raise(new Alert(NOW, "x", "evil\r\nBcc: all@example.org\u0000\u00e9", "text", null));
        desk.close();
        assertThat(text(posted.getFirst())).contains("Subject: evil??Bcc: all@example.org??\r\n").doesNotContain("\nBcc:");
    }

    private static String text(Report letter) {
        return new String(letter.content(), StandardCharsets.US_ASCII).replace("=\r\n", "");
    }

    private static Alert alert(String about, String concerned) {
        return new Alert(NOW, about, "subject " + about, "the whole story of " + about + "\n", Mailbox.of(concerned));
    }

    @Test
    void theSameMatterIsAnAlertAgainAfterAQuietHour() throws InterruptedException {
        desk.start();
        desk.raise(alert("a", "bob@example.org"));
        while (hooked.isEmpty()) {
            Thread.sleep(Duration.ofMillis(1));
        }
        time.pass(Duration.ofMinutes(61));
        desk.raise(alert("a", "bob@example.org"));
        desk.close();
        assertThat(hooked).hasSize(2);
    }
}
