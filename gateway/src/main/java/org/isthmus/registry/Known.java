// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

/// A value that the old connector, or a neighbour that changed its behaviour, is known to read.
///
/// @param key the last part of the key it stands in
/// @param kind which type it has
/// @param was what it did, for people
/// @param here what it is in Isthmus, in general, for the documentation
/// @param translation what one such value is
record Known(String key, String name, Kind kind, String was, String here, Translation translation) {

    /// The registry types that the connector's values have.
    enum Kind {
        DWORD("REG_DWORD"),
        SZ("REG_SZ"),
        MULTI_SZ("REG_MULTI_SZ"),
        /// Of which no article says the type.
        ANY("a value of any type");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        boolean fits(RegistryValue.Data data) {
            return switch (data) {
                case RegistryValue.Number number -> this == DWORD || this == ANY;
                case RegistryValue.Text one -> this == SZ || this == ANY;
                case RegistryValue.Several several -> this == MULTI_SZ || this == ANY;
                case RegistryValue.Octets octets -> this == ANY;
            };
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// @throws IllegalArgumentException saying what is wrong with the value
    interface Translation {
        Meaning of(RegistryValue value, Export export);
    }

    /// A value without a counterpart.
    static Known none(String key, String name, Kind kind, String was, String why) {
        return new Known(key, name, kind, was, why, (value, export) -> Meaning.none(why));
    }
}
