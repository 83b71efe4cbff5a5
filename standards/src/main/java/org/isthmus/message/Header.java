// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.util.List;
import java.util.Optional;

/// The header section of a message, as it was read.
///
/// @param fields in order
/// @param size octets, without the empty line
/// @param complete false if a limit ended reading before the header ended
public record Header(List<HeaderField> fields, int size, boolean complete) {
    public Header {
        fields = List.copyOf(fields);
    }

    /// The first field of this name.
    public Optional<HeaderField> first(String name) {
        return fields.stream().filter(field -> field.is(name)).findFirst();
    }

    /// All fields of this name, in order.
    public List<HeaderField> all(String name) {
        return fields.stream().filter(field -> field.is(name)).toList();
    }

    /// The unfolded text of the first field of this name; empty text if there is none.
    public String text(String name) {
        return first(name).map(HeaderField::text).orElse("");
    }
}
