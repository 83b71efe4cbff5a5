// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A text that nobody may see: it is never printed, logged or put into a problem. {@link #reveal} is for the one place that uses it.
public final class Secret {
    private final String text;
    private final @Nullable Path standsIn;

    public Secret(String text) {
        this(text, null);
    }

    /// @param standsIn the file that it was read from; none if it came otherwise
    Secret(String text, @Nullable Path standsIn) {
        this.text = text;
        this.standsIn = standsIn;
    }

    /// The file that holds it, which nobody else should be able to read; null if it is in none.
    public @Nullable Path standsIn() {
        return standsIn;
    }

    /// The text itself.
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// Shows nothing, not even the length.
    @Override
    public String toString() {
        return "(secret)";
    }
}
