// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The values of the connector's own keys, by name, which is in one of them alone: some mean something only together.
final class Export {
    private final Map<String, RegistryValue> values = new LinkedHashMap<>();

    void add(RegistryValue value) {
        values.put(value.name(), value);
    }

    Optional<RegistryValue> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /// A number; empty if the value is not there or is none.
    Optional<Long> number(String name) {
        return value(name).flatMap(value -> value.data() instanceof RegistryValue.Number number ? Optional.of(number.number()) : Optional.empty());
    }

    /// The texts of a list; none if the value is not there or is no list.
    List<String> texts(String name) {
        return value(name).map(value -> value.data() instanceof RegistryValue.Several several ? several.texts() : List.<String>of()).orElse(List.of());
    }
}
