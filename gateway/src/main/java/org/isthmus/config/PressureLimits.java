// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Optional;

/// From where on the server takes less, so that what it has taken still gets through.
public record PressureLimits(
        @Doc("Whether mail is put off, by temporary refusals, while something is scarce. docs/limits.md says of whom.") boolean enabled,
        @Doc("Share of the heap that is in use after a collection of garbage.") Percent memory,
        @Doc("Share of the file descriptors that are open.") Percent descriptors,
        @Doc("What is left of the disk of connector.data. At half of it even trusted clients have to wait.") ByteSize disk,
        @Doc("Messages in the queue. At a quarter more even trusted clients have to wait.") int queue) {
    /// What counts where nothing is written.
    public static final PressureLimits STANDARD = new PressureLimits(true, new Percent(85), new Percent(85), ByteSize.mebibytes(128), 1_000_000);

    private static final Kind<Percent> SHARE = new Kind<>("a share from 10% to 90%", text -> {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
        return new Percent(Kind.number(10, 90).reader().read(number));
    });

    static PressureLimits read(Section limits) {
        Optional<Section> pressure = limits.section("pressure");
        if (pressure.isEmpty()) {
            return STANDARD;
        }
        Section section = pressure.get();
        PressureLimits read = new PressureLimits(
                section.one("enabled", Kind.FLAG).orElse(STANDARD.enabled()),
                section.one("memory", SHARE).orElse(STANDARD.memory()),
                section.one("descriptors", SHARE).orElse(STANDARD.descriptors()),
                section.one("disk", Kind.SIZE).orElse(STANDARD.disk()),
                section.one("queue", Kind.number(1, 100_000_000)).orElse(STANDARD.queue()));
        section.finish();
        return read;
    }
}
