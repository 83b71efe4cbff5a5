// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.List;
import java.util.Optional;

/// The loopback setting under its three names: our own word, and the value that the Exchange Internet Mail Connector had in the registry, in both spellings
/// that its articles use (Q146126 DisableLoopbackConnections, Q153655 and Q156063 DisableLoopbackConnection).
final class LoopbackKeys {
    private static final List<String> REGISTRY = List.of("DisableLoopbackConnections", "DisableLoopbackConnection");
    private static final Kind<Settings.Loopback> SWITCH = new Kind<>("0 (send) or another number (reject), or true or false", LoopbackKeys::switched);

    private LoopbackKeys() {}

    /// What stands in this object, if anything does. Two names in one object are an error.
    static Optional<Settings.LoopbackSetting> read(Section section) {
        Optional<Settings.LoopbackSetting> setting = read(section, "loopback", Kind.word(Settings.Loopback.class));
        String first = section.has("loopback") ? "loopback" : null;
        for (String name : REGISTRY) {
            Optional<Settings.LoopbackSetting> other = read(section, name, SWITCH);
            if (!section.has(name)) {
                continue;
            }
            if (first != null) {
                section.problems().error("loopback-twice", section.at(name), section.name(name) + " and " + first + " (line " + section.at(first).line()
                        + ") set the same thing; one of them must go", first.equals("loopback") ? "only loopback" : "only " + first);
            } else {
                first = name;
                setting = other;
            }
        }
        return setting;
    }

    private static Optional<Settings.LoopbackSetting> read(Section section, String name, Kind<Settings.Loopback> kind) {
        return section.one(name, kind).map(policy -> new Settings.LoopbackSetting(policy, name, section.at(name)));
    }

    private static Settings.Loopback switched(String text) {
        return switch (text) {
            case "true", "yes", "on" -> Settings.Loopback.REJECT;
            case "false", "no", "off" -> Settings.Loopback.SEND;
            default -> number(text) == 0 ? Settings.Loopback.SEND : Settings.Loopback.REJECT;
        };
    }

    private static long number(String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is no number");
        }
    }
}
