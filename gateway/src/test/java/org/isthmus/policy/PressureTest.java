// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Machine;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Client;
import org.junit.jupiter.api.Test;

class PressureTest {
    private static final Snapshot STANDARD = snapshot("");
    private final StillTime time = new StillTime();
    private final List<String> changes = new ArrayList<>();
    private double memory;
    private double descriptors;
    private long usable = Long.MAX_VALUE;
    private long queue;
    private final Machine machine = new Machine() {
        @Override
        public double memory() {
            return memory;
        }

        @Override
        public double descriptors() {
            return descriptors;
        }
    };
    private final Pressure pressure = new Pressure(machine, () -> usable, () -> queue, time, changes::add);
    private final Policy policy = new Policy(new Throttle(time), pressure, null);

    @Test
    void aLevelIsLeftOnlyWellBelowTheMarkAtWhichItWasEntered() {
        assertThat(level()).isEqualTo(Pressure.Level.AT_EASE);
        descriptors = 0.85;
        assertThat(level()).isEqualTo(Pressure.Level.STRAINED);
        descriptors = 0.76;
        assertThat(level()).isEqualTo(Pressure.Level.STRAINED);
        descriptors = 0.96;
        assertThat(level()).isEqualTo(Pressure.Level.OVERLOADED);
        descriptors = 0.86;
        assertThat(level()).isEqualTo(Pressure.Level.OVERLOADED);
        descriptors = 0.84;
        assertThat(level()).isEqualTo(Pressure.Level.STRAINED);
        descriptors = 0.74;
        assertThat(level()).isEqualTo(Pressure.Level.AT_EASE);
        assertThat(changes).hasSize(4);
        assertThat(changes.getFirst()).isEqualTo("pressure: file descriptors, 85% in use, limits.pressure.descriptors = 85%: mail is put off from strangers");
        assertThat(changes.getLast()).isEqualTo("pressure is over: mail is taken from everybody");
    }

    @Test
    void diskAndQueueHaveTheirMarks() {
        usable = 127L << 20;
        assertThat(level()).isEqualTo(Pressure.Level.STRAINED);
        usable = 140L << 20;
        assertThat(level()).as("not yet").isEqualTo(Pressure.Level.STRAINED);
        usable = 63L << 20;
        assertThat(level()).isEqualTo(Pressure.Level.OVERLOADED);
        usable = 1L << 30;
        assertThat(level()).isEqualTo(Pressure.Level.AT_EASE);
        queue = 1_000_000;
        assertThat(level()).isEqualTo(Pressure.Level.STRAINED);
        queue = 1_250_000;
        assertThat(level()).isEqualTo(Pressure.Level.OVERLOADED);
        queue = 899_999;
        assertThat(level()).isEqualTo(Pressure.Level.AT_EASE);
    }

    @Test
    void itIsLookedAtOnceASecond() {
        assertThat(pressure.state(STANDARD.settings()).level()).isEqualTo(Pressure.Level.AT_EASE);
        memory = 0.99;
        assertThat(pressure.state(STANDARD.settings()).level()).isEqualTo(Pressure.Level.AT_EASE);
        assertThat(level()).isEqualTo(Pressure.Level.OVERLOADED);
    }

    @Test
    void whatEveryConnectionMakesWorseIsMetAtTheDoorByStrangersFirst() {
        memory = 0.9;
        assertThat(door("192.0.2.1", STANDARD)).isFalse();
        assertThat(door("10.0.0.1", STANDARD)).as("trusted").isTrue();
        memory = 0.99;
        time.elapsed = time.elapsed.plusSeconds(1);
        assertThat(door("10.0.0.1", STANDARD)).isFalse();
        assertThat(mail("10.0.0.1", STANDARD)).isEqualTo(452);
        memory = 0.1;
        time.elapsed = time.elapsed.plusSeconds(1);
        assertThat(door("192.0.2.1", STANDARD)).isTrue();
        assertThat(mail("192.0.2.1", STANDARD)).isZero();
    }

    @Test
    void whatMailMakesWorseIsMetAtMail() {
        queue = 1_000_000;
        assertThat(door("192.0.2.1", STANDARD)).isTrue();
        assertThat(mail("192.0.2.1", STANDARD)).isEqualTo(452);
        assertThat(mail("10.0.0.1", STANDARD)).as("trusted").isZero();
    }

    @Test
    void itCanBeTurnedOff() {
        memory = 1;
        assertThat(door("192.0.2.1", snapshot("limits.pressure.enabled = false"))).isTrue();
        assertThat(mail("192.0.2.1", snapshot("limits.pressure.enabled = false"))).isZero();
    }

    private Pressure.Level level() {
        time.elapsed = time.elapsed.plusSeconds(1);
        return pressure.state(STANDARD.settings()).level();
    }

    private boolean door(String client, Snapshot snapshot) {
        return policy.door(InetAddress.ofLiteral(client), listener(snapshot), snapshot) == null;
    }

    /// @return the code of the refusal; 0 if there is none
    private int mail(String client, Snapshot snapshot) {
        Client who = new Client("internet", new InetSocketAddress("127.0.0.1", 25), new InetSocketAddress(InetAddress.ofLiteral(client), 4321), null, null, "s");
        return policy.mail(who, listener(snapshot), ReversePath.NULL, MailParameters.NONE, snapshot) instanceof Verdict.Refuse refuse ? refuse.reply().code() : 0;
    }

    private static Settings.Listener listener(Snapshot snapshot) {
        return snapshot.settings().listeners().getFirst();
    }

    private static Snapshot snapshot(String text) {
        return new Snapshot(1, ConfigLoader.parse("connector.hostname = mx1.example.com\ntrusted-networks = [\"10.0.0.0/8\"]\n" + text).orThrow());
    }
}
