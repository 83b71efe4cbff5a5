// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// What a recipient is to the site, decided after all rewriting. design: loop control, layer 1.
public enum RecipientClass {
    /// An accepted domain of ours, and the address exists.
    SITE_KNOWN,
    /// An authoritative domain of ours, and the address does not exist.
    SITE_UNKNOWN,
    /// A shared domain of ours; the address lives elsewhere in the organisation.
    SITE_SHARED,
    /// A domain that we are only the MX for.
    CLIENT_RELAY,
    /// Not accepted here, but its best MX is one of our own listeners.
    DANGLING,
    REMOTE
}
