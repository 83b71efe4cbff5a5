// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

/// A text that nobody may see: it is never printed, logged or put into a problem. {@link #reveal} is for the one place that uses it.
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
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
