// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.List;
import java.util.Locale;
import org.isthmus.transit.SourceLine;

/// One value of an export.
///
/// @param key the key it stands in, as written
/// @param name as written; empty for the key's default value
/// @param at where it stands
record RegistryValue(String key, String name, Data data, SourceLine at) {

    /// What a value holds, by its registry type.
    sealed interface Data {
        /// As the registry calls the type.
        String type();

        /// For people, in one line.
        String shown();
    }

    /// REG_SZ or REG_EXPAND_SZ.
    record Text(String text) implements Data {
        @Override
        public String type() {
            return "REG_SZ";
        }

        @Override
        public String shown() {
            return "\"" + text + "\"";
        }
    }

    /// REG_DWORD: 32 bits without a sign.
    record Number(long number) implements Data {
        @Override
        public String type() {
            return "REG_DWORD";
        }

        @Override
        public String shown() {
            return number < 10 ? Long.toString(number) : number + " (0x" + Long.toHexString(number).toUpperCase(Locale.ROOT) + ")";
        }
    }

    /// REG_MULTI_SZ.
    record Several(List<String> texts) implements Data {
        Several {
            texts = List.copyOf(texts);
        }

        @Override
        public String type() {
            return "REG_MULTI_SZ";
        }

        @Override
        public String shown() {
            return "[" + String.join(", ", texts) + "]";
        }
    }

    /// REG_BINARY, or a type that no value of the connector has.
    /// @param type as the registry calls it
    record Octets(String type, int count) implements Data {
        @Override
        public String shown() {
            return count + " octets";
        }
    }
}
